import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { VirtualClock } from '../clock.ts';
import { FAULT_KINDS, type Faults } from '../lambda/faults.ts';
import type { Listener } from './http-listener.ts';

const clockBody = z.strictObject({
  advance_seconds: z
    .number()
    .min(0)
    .max(400 * 86_400),
});
const faultBody = z.strictObject({
  function: z.string().min(1),
  kind: z.enum(FAULT_KINDS),
  times: z.int().min(1).optional(),
  error: z.string().optional(),
  ms: z.int().min(0).max(600_000).optional(),
});

const MAX_BODY_BYTES = 64 * 1024;

/**
 * The handle for tests and people on the local cloud itself:
 *
 * - `GET /` says what runs.
 * - `POST /_clock` `{"advance_seconds": 900}` sets the time forward for everything in it.
 * - `POST /_faults` `{"function", "kind", "times"?, "error"?, "ms"?}` makes functions fail; see LambdaFault.
 *   `GET /_faults` lists those still to happen, `DELETE /_faults` forgets them.
 */
export function createControl(parts: {
  clock: VirtualClock;
  faults: Faults;
  describe: () => object;
}): Listener {
  const { clock, faults } = parts;
  const routes = new Map<string, (body: string) => object>([
    ['GET /', () => ({ now: new Date(clock.now()).toISOString(), ...parts.describe() })],
    [
      'POST /_clock',
      (body) => {
        clock.advance(clockBody.parse(JSON.parse(body)).advance_seconds * 1000);
        return { now: new Date(clock.now()).toISOString() };
      },
    ],
    ['GET /_faults', () => ({ faults: faults.pending() })],
    [
      'POST /_faults',
      (body) => {
        const { function: name, kind, ...rest } = faultBody.parse(JSON.parse(body));
        const given = Object.entries(rest).filter(([, value]) => value !== undefined);
        faults.add({ function: name, kind, ...Object.fromEntries(given) });
        return { faults: faults.pending() };
      },
    ],
    [
      'DELETE /_faults',
      () => {
        faults.clear();
        return { faults: [] };
      },
    ],
  ]);

  return (request, response) => {
    answer(request).then(
      ([status, body]) => send(response, status, body),
      (error: unknown) => send(response, 400, { error: reasonOf(error) }),
    );
  };

  async function answer(request: IncomingMessage): Promise<[number, object]> {
    const route = routes.get(`${request.method} ${request.url}`);
    if (!route) return [404, { error: `there is ${[...routes.keys()].join(', ')}` }];
    return [200, route(await readBody(request))];
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) throw new Error('the body is too long');
  }
  return text;
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
