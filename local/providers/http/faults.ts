import * as z from 'zod';
import { parseBody } from './call-log.ts';
import type { ProviderRequest } from './message.ts';

/**
 * What goes wrong, and when:
 * - `status`: answers `status` instead of doing anything; `body` (text or JSON) and `headers` if given.
 * - `timeout`: never answers and does nothing. - `reset`: breaks the connection and does nothing.
 * - `delay`: waits `ms`, then does it and answers.
 * - `after_effect_timeout`, `after_effect_reset`, `after_effect_status`: does it, but the caller does not learn so.
 */
const kinds = [
  'status',
  'timeout',
  'reset',
  'delay',
  'after_effect_timeout',
  'after_effect_reset',
  'after_effect_status',
] as const;

const matchSchema = z.union([
  z.string().min(1),
  z.strictObject({
    method: z.string().min(1).optional(),
    path: z.string().startsWith('/').optional(),
    body: z.union([z.string().min(1), z.record(z.string(), z.unknown())]).optional(),
  }),
]);

const faultSchema = z
  .strictObject({
    match: matchSchema,
    times: z.int().min(1).default(1),
    kind: z.enum(kinds),
    status: z.int().min(200).max(599).optional(),
    ms: z.int().min(0).optional(),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  })
  .refine((fault) => !fault.kind.endsWith('status') || fault.status !== undefined, {
    path: ['status'],
    message: 'kind "status" needs the HTTP status to answer, such as 503',
  })
  .refine((fault) => fault.kind !== 'delay' || fault.ms !== undefined, {
    path: ['ms'],
    message: 'kind "delay" needs how long to wait, in milliseconds',
  });

export type Fault = z.infer<typeof faultSchema>;

interface Armed {
  id: number;
  left: number;
  fault: Fault;
  matches: (request: ProviderRequest) => boolean;
}

/** The faults that wait for their request, tried in the order in which they were set. */
export class Faults {
  #armed: Armed[] = [];
  #next = 1;

  /** Adds what `POST /_faults` was sent. Answers the fault, or `{ error }` naming every field that is wrong. */
  add(input: unknown): { error: string } | object {
    const parsed = faultSchema.safeParse(input);
    if (!parsed.success) {
      const wrong = parsed.error.issues.map((issue) =>
        issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message,
      );
      return { error: `not a fault: ${wrong.join('; ')}` };
    }
    const fault = parsed.data;
    const armed = { id: this.#next++, left: fault.times, fault, matches: matcher(fault.match) };
    this.#armed.push(armed);
    return describe(armed);
  }

  list(): unknown[] {
    return this.#armed.map((armed) => describe(armed));
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault for this request, if one waits for it; counts it as used. */
  take(request: ProviderRequest): Fault | undefined {
    if (this.#armed.length === 0) return undefined;
    const hit = this.#armed.find((armed) => armed.matches(request));
    if (!hit) return undefined;
    hit.left -= 1;
    if (hit.left === 0) this.#armed = this.#armed.filter((armed) => armed !== hit);
    return hit.fault;
  }
}

function describe({ id, left, fault }: Armed): object {
  return { id, ...fault, left };
}

/**
 * `POST /v1/payment_intents/*\/capture`, `/v1/refunds`, `POST`. A path is a prefix, in whole segments, unless it ends
 * in `$` or has a `*`, which stands for one segment (`**`: any number); then it must match to the end.
 */
function matcher(match: Fault['match']): (request: ProviderRequest) => boolean {
  if (typeof match === 'string') {
    const [first = '', second] = match.trim().split(/\s+/);
    if (second !== undefined) return matcher({ method: first, path: second });
    if (first === '*') return () => true;
    return first.startsWith('/') ? matcher({ path: first }) : matcher({ method: first });
  }
  const path = match.path === undefined ? undefined : pathPattern(match.path);
  const { body } = match;
  return (request) =>
    (match.method === undefined ||
      match.method === '*' ||
      match.method.toUpperCase() === request.method) &&
    (path === undefined || path.test(request.path)) &&
    (body === undefined ||
      (typeof body === 'string'
        ? request.body.includes(body)
        : contains(parseBody(request.headers['content-type'], request.body), body)));
}

function pathPattern(path: string): RegExp {
  const exact = path.endsWith('$') || path.includes('*');
  const source = path
    .replace(/\$$/, '')
    .replace(/\/$/, '')
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, (stars) => (stars.length > 1 ? '.*' : '[^/]+'));
  return new RegExp(`^${source}${exact ? '/?$' : '(/|$)'}`);
}

/** Whether `actual` has everything that `expected` has; numbers equal their text, as forms know only text. */
function contains(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return String(actual) === String(expected);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(expected).every(([name, inner]) =>
    contains((actual as Record<string, unknown>)[name], inner),
  );
}
