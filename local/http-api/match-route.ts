/** A route of an HTTP API. `routeKey` is `POST /orders/{id}`, `ANY /{proxy+}` or `$default`. */
export interface Route {
  routeKey: string;
  functionArn: string;
  /** Seconds until the integration counts as timed out. */
  timeoutSeconds: number;
}

export interface Match {
  route: Route;
  pathParameters: Record<string, string> | undefined;
}

interface Compiled {
  route: Route;
  method: string;
  segments: string[];
  /** Per segment: 2 literal, 1 parameter, 0 greedy. Compared from the left: the more specific route is the larger. */
  weight: number[];
}

/**
 * Finds the route for a request as API Gateway does: a whole match before a greedy one before `$default`, and the
 * method itself before `ANY`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function createRouter(
  routes: readonly Route[],
): (method: string, path: string) => Match | undefined {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const compiled = routes.flatMap((route) => (route === fallback ? [] : [compile(route)]));
  compiled.sort((a, b) => compareWeights(b.weight, a.weight) || rank(b.method) - rank(a.method));

  return (method, path) => {
    const parts = path.split('/').slice(1);
    for (const { route, method: wanted, segments } of compiled) {
      if (wanted !== 'ANY' && wanted !== method) continue;
      const pathParameters = matchSegments(segments, parts);
      if (pathParameters) {
        const any = Object.keys(pathParameters).length > 0;
        return { route, pathParameters: any ? pathParameters : undefined };
      }
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

const rank = (method: string) => (method === 'ANY' ? 0 : 1);

function compile(route: Route): Compiled {
  const [method = '', path = ''] = route.routeKey.split(' ');
  const segments = path.split('/').slice(1);
  const weight = segments.map((segment) => {
    if (segment.endsWith('+}')) return 0;
    return segment.startsWith('{') ? 1 : 2;
  });
  return { route, method, segments, weight };
}

function compareWeights(a: number[], b: number[]): number {
  const greedy = Number(a.includes(0)) - Number(b.includes(0));
  if (greedy !== 0) return -greedy;
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? -1) - (b[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function matchSegments(segments: string[], parts: string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.endsWith('+}')) {
      const rest = parts.slice(index).join('/');
      if (rest === '') return undefined;
      found[segment.slice(1, -2)] = decode(rest);
      return found;
    }
    if (segment.startsWith('{')) {
      if (part === '') return undefined;
      found[segment.slice(1, -1)] = decode(part);
    } else if (segment !== part) return undefined;
  }
  return parts.length === segments.length ? found : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
