import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sqs } from '../../lambdas/shared/aws-clients.ts';

let server: Server;
let asked = 0;
let url: string;

beforeEach(async () => {
  server = createServer(() => {
    asked += 1;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

test('a call that AWS does not answer is given up, tried three times in all', async () => {
  const send = sqs().send(new SendMessageCommand({ QueueUrl: `${url}/0/q`, MessageBody: '{}' }));
  await expect(send).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(asked).toBe(3);
}, 20_000);
