import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../contracts.ts';

/** What a custom resource's function answers with a PUT to its ResponseURL. */
export interface CustomResourceResponse {
  Status: 'SUCCESS' | 'FAILED';
  Reason?: string;
  PhysicalResourceId?: string;
  Data?: JsonObject;
}

export interface ResponseListener {
  /** A URL that takes one answer. */
  expect(): { url: string; answer: Promise<CustomResourceResponse>; forget(): void };
  close(): Promise<void>;
}

/** Stands in for the S3 bucket that CloudFormation has custom resources answer to. */
export async function listenForResponses(): Promise<ResponseListener> {
  const expected = new Map<string, (response: CustomResourceResponse) => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const settle = expected.get(request.url ?? '');
      if (request.method !== 'PUT' || !settle) {
        response.writeHead(403).end();
        return;
      }
      expected.delete(request.url ?? '');
      settle(parse(Buffer.concat(chunks).toString()));
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    expect() {
      const path = `/${randomUUID()}`;
      const answer = new Promise<CustomResourceResponse>((resolve) => expected.set(path, resolve));
      return {
        url: `http://127.0.0.1:${port}${path}`,
        answer,
        forget: () => void expected.delete(path),
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parse(text: string): CustomResourceResponse {
  try {
    return JSON.parse(text) as CustomResourceResponse;
  } catch {
    return { Status: 'FAILED', Reason: 'its answer is not JSON' };
  }
}
