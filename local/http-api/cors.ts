import type { IncomingMessage } from 'node:http';
import type { Json } from '../contracts.ts';
import type { Answer } from './write-response.ts';

/** The `CorsConfiguration` of an API. */
export interface CorsConfiguration {
  AllowOrigins?: string[];
  AllowMethods?: string[];
  AllowHeaders?: string[];
  ExposeHeaders?: string[];
  MaxAge?: number;
  AllowCredentials?: boolean;
}

export interface Cors {
  /** The answer to a preflight request, which no function sees; nothing when the request is not one. */
  preflight(request: IncomingMessage): Answer | undefined;
  /** With CORS configured, the API's headers replace the function's. */
  apply(request: IncomingMessage, answer: Answer): Answer;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export function createCors(configuration: Json | undefined): Cors {
  if (configuration === undefined || configuration === null) {
    return { preflight: () => undefined, apply: (_, answer) => answer };
  }
  const config = configuration as CorsConfiguration;

  function headersFor(origin: string): Record<string, string> {
    const allowed = config.AllowOrigins ?? [];
    const any = allowed.includes('*');
    if (!any && !allowed.some((pattern) => originMatches(pattern, origin))) return {};
    return {
      'access-control-allow-origin': any && !config.AllowCredentials ? '*' : origin,
      ...(!any && { vary: 'origin' }),
      ...(config.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
    };
  }

  return {
    preflight(request) {
      const { origin } = request.headers;
      const asked = request.headers['access-control-request-method'];
      if (request.method !== 'OPTIONS' || origin === undefined || asked === undefined) return;
      const headers = headersFor(origin);
      if ('access-control-allow-origin' in headers) {
        addList(headers, 'access-control-allow-methods', config.AllowMethods);
        addList(headers, 'access-control-allow-headers', config.AllowHeaders);
        if (config.MaxAge) headers['access-control-max-age'] = String(config.MaxAge);
      }
      return { status: 204, headers, cookies: [], body: '' };
    },
    apply(request, answer) {
      const own = Object.entries(answer.headers).filter(
        ([name]) => !name.startsWith('access-control-'),
      );
      const { origin } = request.headers;
      const added = origin === undefined ? {} : headersFor(origin);
      if ('access-control-allow-origin' in added) {
        addList(added, 'access-control-expose-headers', config.ExposeHeaders);
      }
      return { ...answer, headers: { ...Object.fromEntries(own), ...added } };
    },
  };
}

function originMatches(pattern: string, origin: string): boolean {
  if (pattern === `${origin.split('://')[0]}://*`) return true;
  return pattern.toLowerCase() === origin.toLowerCase();
}

function addList(headers: Record<string, string>, name: string, values?: string[]): void {
  if (values && values.length > 0) headers[name] = values.join(',');
}
