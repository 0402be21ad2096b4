import { createServer } from 'node:http';

/** Answers everything with nothing, and says on standard output on which port. Ends with its parent. */
const server = createServer((request, response) => {
  request.resume();
  response.end('{}');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(address.port);
});
process.stdin.on('end', () => process.exit(0)).resume();
