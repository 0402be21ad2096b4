import type { IncomingHttpHeaders } from 'node:http';

/** A request as a provider's handler sees it. */
export interface ProviderRequest {
  method: string;
  /** Without the query, still percent-encoded. */
  path: string;
  /** The raw query, without `?`. */
  query: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** What the route's `:names` matched, decoded, in their order. */
  params: string[];
  /** Where this provider listens, such as `http://127.0.0.1:4010`. */
  baseUrl: string;
  /** Set while an injected delay holds the request back; the effect must come after it. */
  delay?: Promise<void>;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export type Handler = (request: ProviderRequest) => Answer | Promise<Answer>;

/** What a provider is to the server that listens for it. */
export interface Provider {
  handle: Handler;
  /** The body of an injected HTTP status, in the provider's own shape of an error. */
  errorBody(status: number): unknown;
  /** Ends timers and outgoing calls. */
  stop?(): Promise<void> | void;
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

export function html(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** Whether whoever asks is a person's browser, which wants a page, and not a program, which wants JSON. */
export function wantsPage(request: ProviderRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}
