import type { IncomingHttpHeaders } from 'node:http';
import { parseForm } from './form.ts';

/** One thing that a provider was asked, kept raw until somebody looks. */
export interface Call {
  id: number;
  at: number;
  method: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The HTTP status answered; null while there is no answer, and for ever when a fault withheld it. */
  status: number | null;
  fault?: string;
}

const MAX_CALLS = 3_000;
const MAX_BODY_CHARACTERS = 8_000_000;
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key']);
const SECRET_FIELDS = new Set(['client_secret', 'client_id']);

/** What a provider was asked: the newest 3,000 calls, fewer when they are large, in memory. */
export class CallLog {
  #calls: Call[] = [];
  #next = 1;
  #size = 0;

  add(call: Omit<Call, 'id' | 'status'>): Call {
    const kept: Call = { id: this.#next++, status: null, ...call };
    this.#calls.push(kept);
    this.#size += call.body.length;
    // Cut in large pieces: one shift per call would move the whole array each time.
    if (this.#calls.length >= MAX_CALLS * 1.2) this.#keep(MAX_CALLS);
    if (this.#size > MAX_BODY_CHARACTERS) this.#keep(Math.ceil(this.#calls.length / 2));
    return kept;
  }

  #keep(newest: number): void {
    this.#calls = this.#calls.slice(-newest);
    this.#size = this.#calls.reduce((size, { body }) => size + body.length, 0);
  }

  /** The calls after the one whose `id` is `since`, oldest first, secrets left out. */
  list(since = 0): unknown[] {
    return this.#calls
      .slice(-MAX_CALLS)
      .filter((call) => call.id > since)
      .map((call) => describe(call));
  }

  clear(): void {
    this.#calls = [];
    this.#size = 0;
  }
}

function describe(call: Call): unknown {
  const headers: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(call.headers)) {
    if (!SECRET_HEADERS.has(name)) headers[name] = value;
  }
  return {
    id: call.id,
    at: new Date(call.at).toISOString(),
    method: call.method,
    path: call.path,
    query: parseForm(call.query),
    headers,
    body: parseBody(call.headers['content-type'], call.body),
    status: call.status,
    idempotency_key: call.headers['idempotency-key'] ?? null,
    ...(call.fault ? { fault: call.fault } : {}),
  };
}

/** A body as its content type says: a form or JSON as an object, anything else as text, none as null. */
export function parseBody(contentType: string | undefined, body: string): unknown {
  if (body === '') return null;
  if (contentType?.includes('x-www-form-urlencoded')) return withoutSecrets(parseForm(body));
  try {
    return withoutSecrets(JSON.parse(body));
  } catch {
    return body;
  }
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_FIELDS.has(name) ? '(hidden)' : inner,
    ]),
  );
}
