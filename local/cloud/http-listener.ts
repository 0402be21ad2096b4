import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** What answers from now on. Requests that came before wait for it. */
  serve(listener: Listener): void;
  close(): Promise<void>;
}

/** Something else listens on a port that was asked for. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  readonly port: number;

  constructor(port: number) {
    super(`port ${port} is taken: stop what listens there, or choose another with --port`);
    this.port = port;
  }
}

/**
 * Listens on 127.0.0.1 before there is anything to answer, so that its address is known to what will.
 *
 * @throws PortTaken
 */
export async function listenHttp(port: number): Promise<Listening> {
  let listener: Listener | undefined;
  let waiting: [IncomingMessage, ServerResponse][] = [];
  const server = createServer((request, response) => {
    if (listener) listener(request, response);
    else waiting.push([request, response]);
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTaken(port) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    serve(given) {
      listener = given;
      for (const [request, response] of waiting) given(request, response);
      waiting = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
