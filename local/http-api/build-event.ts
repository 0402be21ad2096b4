import type { IncomingMessage } from 'node:http';
import type { Json, JsonObject } from '../contracts.ts';
import { ACCOUNT_ID } from '../contracts.ts';
import type { Match } from './match-route.ts';

export interface ReceivedRequest {
  request: IncomingMessage;
  body: Buffer;
  match: Match;
  requestId: string;
  apiId: string;
  /** Milliseconds since the epoch, in the local cloud's time. */
  now: number;
}

const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded|[^;]*\+(json|xml)))/;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * The Lambda event of payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function buildEvent({ request, body, match, requestId, apiId, now }: ReceivedRequest): Json {
  const [path, query] = splitOnce(request.url ?? '/', '?');
  const { headers, cookies } = readHeaders(request);
  const parameters = readQuery(query);
  const host = headers.host ?? '';
  const event: JsonObject = {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId,
      domainName: host,
      domainPrefix: host.split('.')[0] ?? '',
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: match.route.routeKey,
      stage: '$default',
      time: accessLogTime(now),
      timeEpoch: now,
    },
    isBase64Encoded: false,
  };
  if (cookies.length > 0) event.cookies = cookies;
  if (Object.keys(parameters).length > 0) event.queryStringParameters = parameters;
  if (match.pathParameters) event.pathParameters = match.pathParameters;
  if (body.length > 0) {
    const binary = !TEXT.test(headers['content-type'] ?? 'text/plain');
    event.body = body.toString(binary ? 'base64' : 'utf8');
    event.isBase64Encoded = binary;
  }
  return event;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Lower-case names, several values joined by commas, cookies apart. */
function readHeaders(request: IncomingMessage): {
  headers: Record<string, string>;
  cookies: string[];
} {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    if (name === 'cookie') cookies.push(...values.join('; ').split('; '));
    else headers[name] = values.join(',');
  }
  headers['x-forwarded-for'] ??= request.socket.remoteAddress ?? '127.0.0.1';
  headers['x-forwarded-port'] ??= String(request.socket.localPort ?? '');
  headers['x-forwarded-proto'] ??= 'http';
  return { headers, cookies };
}

function readQuery(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = name in parameters ? `${parameters[name]},${value}` : value;
  }
  return parameters;
}

/** As in access logs: `12/Mar/2020:19:03:58 +0000`. */
function accessLogTime(now: number): string {
  const date = new Date(now);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${day}:${time} +0000`;
}
