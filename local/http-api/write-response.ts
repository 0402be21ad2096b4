import type { ServerResponse } from 'node:http';
import type { InvocationResult, Json, JsonObject } from '../contracts.ts';
import { showJson } from '../template/read-properties.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer | string;
}

/** API Gateway's own answers. */
export function message(status: number, text: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: JSON.stringify({ message: text }),
  };
}

/**
 * Turns what the function answered into the response: an object with a `statusCode` is the response itself,
 * anything else is the body of a 200, as payload format 2.0 infers it. A function that failed is a 500.
 */
export function answerOf({ payload, functionError }: InvocationResult): Answer {
  if (functionError) return message(500, 'Internal Server Error');
  if (!isObject(payload) || payload.statusCode === undefined) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
  }
  const status = Number(payload.statusCode);
  const { headers, cookies, body, isBase64Encoded } = payload;
  if (!Number.isInteger(status) || status < 100 || status > 599) {
    return message(500, 'Internal Server Error');
  }
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...readHeaders(headers) },
    cookies: Array.isArray(cookies) ? cookies.map(showJson) : [],
    body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
}

export function writeAnswer(response: ServerResponse, answer: Answer): void {
  const headers: Record<string, string | string[]> = { ...answer.headers };
  if (answer.cookies.length > 0) headers['set-cookie'] = answer.cookies;
  headers['content-length'] = String(Buffer.byteLength(answer.body));
  response.writeHead(answer.status, headers).end(answer.body);
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function readHeaders(headers: Json | undefined): Record<string, string> {
  if (headers === undefined || !isObject(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name.toLowerCase(), showJson(value)]),
  );
}
