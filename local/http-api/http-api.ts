import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { type InvocationResult, type Json, type LambdaRuntime, TaskError } from '../contracts.ts';
import { buildEvent } from './build-event.ts';
import { createCors } from './cors.ts';
import { createRouter, type Route } from './match-route.ts';
import { type Answer, answerOf, message, writeAnswer } from './write-response.ts';

export interface HttpApiOptions {
  apiId: string;
  routes: readonly Route[];
  cors?: Json;
  clock: Clock;
  lambda: LambdaRuntime;
}

/** The quota of HTTP APIs for a request's body. */
const MAX_BODY_BYTES = 10 * 2 ** 20;

/** Serves the routes of an HTTP API: one request, one event of payload format 2.0, one answer. */
export function createHttpApi(
  options: HttpApiOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const route = createRouter(options.routes);
  const cors = createCors(options.cors);

  async function answer(request: IncomingMessage): Promise<Answer> {
    const preflight = cors.preflight(request);
    if (preflight) return preflight;
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const match = route(request.method ?? 'GET', path);
    if (!match) return cors.apply(request, message(404, 'Not Found'));
    const body = await readBody(request);
    if (!body) return cors.apply(request, message(413, 'Request Entity Too Large'));
    const requestId = randomUUID();
    const now = options.clock.now();
    const event = buildEvent({ request, body, match, requestId, apiId: options.apiId, now });
    const result = await withTimeout(
      options.lambda.invoke(match.route.functionArn, event),
      match.route.timeoutSeconds,
    );
    if (!result) return cors.apply(request, message(503, 'Service Unavailable'));
    const given = answerOf(result);
    given.headers['apigw-requestid'] = requestId;
    return cors.apply(request, given);
  }

  return (request, response) => {
    answer(request).then(
      (given) => writeAnswer(response, given),
      (error: unknown) => {
        const tooLarge =
          error instanceof TaskError && error.error === 'Lambda.RequestTooLargeException';
        if (request.destroyed && response.socket === null) return;
        writeAnswer(
          response,
          tooLarge
            ? message(413, 'Request Entity Too Large')
            : message(500, 'Internal Server Error'),
        );
      },
    );
  };
}

/** The whole body, or nothing when it is larger than an HTTP API takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function withTimeout(
  invocation: Promise<InvocationResult>,
  seconds: number,
): Promise<InvocationResult | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), seconds * 1000);
  });
  try {
    return await Promise.race([invocation, limit]);
  } finally {
    clearTimeout(timer);
  }
}
