import type { Answer, Handler, ProviderRequest } from './message.ts';

/** `pattern` is a path whose `:name` segments match anything, such as `/v1/refunds/:id`. */
export interface Route {
  method: string;
  pattern: string;
  handle: Handler;
}

/**
 * Finds the route of a request and fills in its `params`. Segments that are spelled out win over `:names`,
 * in the order of the list. Answers undefined when there is none.
 */
export function createRouter(
  routes: readonly Route[],
): (request: ProviderRequest) => Handler | undefined {
  const table = new Map<string, { segments: string[]; handle: Handler }[]>();
  for (const route of routes) {
    const segments = route.pattern.split('/');
    const key = `${route.method} ${segments.length}`;
    const group = table.get(key) ?? [];
    group.push({ segments, handle: route.handle });
    table.set(key, group);
  }
  return (request) => {
    const parts = request.path.split('/');
    for (const { segments, handle } of table.get(`${request.method} ${parts.length}`) ?? []) {
      const params = matchSegments(segments, parts);
      if (params) {
        request.params = params;
        return handle;
      }
    }
    return undefined;
  };
}

/** A provider that needs no more than routes: `refuse` answers who may not come in, `notFound` the rest. */
export function routed(options: {
  routes: readonly Route[];
  refuse: (request: ProviderRequest) => Answer | undefined;
  notFound: (request: ProviderRequest) => Answer;
}): Handler {
  const route = createRouter(options.routes);
  return async (request) => {
    const refusal = options.refuse(request);
    if (refusal) return refusal;
    if (request.delay) await request.delay;
    return (route(request) ?? options.notFound)(request);
  };
}

function matchSegments(segments: string[], parts: string[]): string[] | undefined {
  const params: string[] = [];
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] ?? '';
    const part = parts[i] ?? '';
    if (segment.startsWith(':') && part !== '') params.push(decode(part));
    else if (segment !== part) return undefined;
  }
  return params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
