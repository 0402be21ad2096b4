import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { ApiError, type Fault, validationFailed } from './api-error.ts';
import { Transient } from './errors.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { logger } from './logger.ts';

/** The largest body that the API reads, in bytes. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * The handler of an HTTP route (payload 2.0). What `route` throws as an ApiError is answered as it says; anything
 * else is a 500 that tells the caller nothing, and a log entry that tells us.
 */
export function apiHandler(
  route: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>,
) {
  return lambdaHandler(async (event: APIGatewayProxyEventV2) => {
    try {
      return await route(event);
    } catch (error) {
      if (error instanceof ApiError) return answerError(error);
      logger.error('request failed', { route: event.routeKey, error: describe(error) });
      return answerError(
        error instanceof Transient
          ? new ApiError(503, 'UNAVAILABLE', 'Try again in a moment', { retryAfter: 1 })
          : new ApiError(500, 'INTERNAL', 'Something went wrong on our side'),
      );
    }
  });
}

/** A JSON answer. */
export function answer(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/** The body as it was sent. Signatures are computed over exactly these bytes. */
export function rawBody(event: APIGatewayProxyEventV2): Buffer {
  return Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
}

/**
 * The body as `schema` reads it.
 * @throws ApiError 413 PAYLOAD_TOO_LARGE over 256 KB, 400 INVALID_JSON, 400 VALIDATION_FAILED listing every fault
 */
export function parseBody<T>(event: APIGatewayProxyEventV2, schema: z.ZodType<T>): T {
  const raw = rawBody(event);
  if (raw.byteLength > MAX_BODY_BYTES) {
    throw new ApiError(413, 'PAYLOAD_TOO_LARGE', 'The body is larger than 256 KB');
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    throw new ApiError(400, 'INVALID_JSON', 'The body is not JSON in UTF-8');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw validationFailed(faultsOf(parsed.error));
}

/** Every fault that zod found, with paths as `items[0].quantity`. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.map((issue) => ({
    path: z.core.toDotPath(issue.path) || 'body',
    message: issue.message,
  }));
}

function answerError(error: ApiError): APIGatewayProxyStructuredResultV2 {
  return answer(
    error.status,
    {
      error: error.message,
      code: error.code,
      ...(error.details && { details: error.details }),
      ...(error.retryAfter !== undefined && { retry_after: error.retryAfter }),
    },
    error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) },
  );
}

/** Without the message: an SDK's message may quote what it was sent. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}\n${stackOf(error)}` : typeof error;
}

function stackOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
}
