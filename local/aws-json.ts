import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AwsService, type JsonObject, ServiceError } from './contracts.ts';

/** A body may be this long: SQS's 1 MiB batch, with every character escaped, and room for the envelope. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const MEDIA_TYPE = 'application/x-amz-json-1.0';

/**
 * An error of a service that once spoke the AWS query protocol (SQS): `queryCode` is the name that the error had
 * there, such as `AWS.SimpleQueueService.NonExistentQueue`, which SDKs read from `x-amzn-query-error`.
 */
export class QueryCompatibleError extends ServiceError {
  readonly queryCode: string;

  constructor(name: string, message: string, queryCode = name, status = 400) {
    super(name, message, status);
    this.queryCode = queryCode;
  }
}

/** The one listener that serves all AWS services; `url` is what `AWS_ENDPOINT_URL` is set to. */
export interface AwsListener {
  readonly url: string;
  readonly port: number;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

/**
 * Serves `services` on 127.0.0.1 by the AWS JSON 1.0 and 1.1 protocols: POST, with the operation in `X-Amz-Target`
 * as `<targetPrefix>.<Operation>`. Requests need no signature. `port` 0 takes a free one.
 *
 * @throws the listener's error (`EADDRINUSE`) when the port is taken.
 */
export async function listenAwsJson(options: {
  services: readonly AwsService[];
  port: number;
}): Promise<AwsListener> {
  const byPrefix = new Map(options.services.map((service) => [service.targetPrefix, service]));
  const server = createServer((request, response) => {
    answer(byPrefix, request, response).catch((error: unknown) => {
      if (!response.headersSent) sendError(request, response, error);
      else response.destroy();
    });
  });
  // Idle connections are the callers' to close: a server that closes first races with their next request.
  server.keepAliveTimeout = 0;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answer(
  services: ReadonlyMap<string, AwsService>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { service, operation } = route(services, request);
  const input = parse(await readBody(request));
  const gone = new AbortController();
  const leave = () => {
    if (!response.writableFinished) gone.abort();
  };
  response.once('close', leave);
  const output = await service.handle(operation, input, gone.signal);
  send(request, response, 200, JSON.stringify(output));
}

function route(
  services: ReadonlyMap<string, AwsService>,
  request: IncomingMessage,
): { service: AwsService; operation: string } {
  const target = request.headers['x-amz-target'];
  if (request.method !== 'POST' || typeof target !== 'string') {
    throw new ServiceError(
      'UnknownOperationException',
      `${request.method} ${request.url} without X-Amz-Target is not an AWS JSON request: POST with X-Amz-Target <service>.<operation>`,
      404,
    );
  }
  const dot = target.lastIndexOf('.');
  const service = services.get(target.slice(0, dot));
  if (!service) {
    throw new ServiceError(
      'UnknownOperationException',
      `no service answers X-Amz-Target ${target}; there are ${[...services.keys()].join(', ')}`,
      404,
    );
  }
  return { service, operation: target.slice(dot + 1) };
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // What follows is read and thrown away, so that the caller gets to read the answer.
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      if (size <= MAX_BODY_BYTES) return resolve(Buffer.concat(chunks).toString('utf8'));
      reject(
        new ServiceError(
          'RequestEntityTooLargeException',
          `the request body has ${size} bytes; at most ${MAX_BODY_BYTES} are accepted`,
          413,
        ),
      );
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('the caller left before its request was complete'));
    });
  });
}

function parse(text: string): JsonObject {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ServiceError(
      'SerializationException',
      `the request body is not JSON: ${(error as Error).message}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ServiceError('SerializationException', 'the request body is not a JSON object');
  }
  return value as JsonObject;
}

/** The error that a service throws for an operation that it does not have. */
export function unknownOperation(service: string, operation: string): ServiceError {
  return new ServiceError(
    'UnknownOperationException',
    `the local ${service} has no operation ${operation}`,
  );
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (!(error instanceof ServiceError)) {
    const message = error instanceof Error ? error.message : String(error);
    const body = JSON.stringify({ __type: 'InternalFailure', message });
    send(request, response, 500, body, { 'x-amzn-errortype': 'InternalFailure' });
    return;
  }
  const headers: Record<string, string> = { 'x-amzn-errortype': error.name };
  if (error instanceof QueryCompatibleError) {
    headers['x-amzn-query-error'] =
      `${error.queryCode};${error.status < 500 ? 'Sender' : 'Receiver'}`;
  }
  const body = JSON.stringify({ __type: error.name, message: error.message });
  send(request, response, error.status, body, headers);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': request.headers['content-type'] ?? MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(body);
}
