import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../clock.ts';
import { type Call, CallLog } from './call-log.ts';
import { type Fault, Faults } from './faults.ts';
import { type Answer, json, type Provider, type ProviderRequest } from './message.ts';

const MAX_BODY_BYTES = 30 * 1024 * 1024;

export interface Listening {
  baseUrl: string;
  stop(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 for one provider and adds what all of them have for tests:
 * `GET /_calls?since=<id>` (what it was asked, newest last; `DELETE` forgets), and
 * `POST /_faults`, `GET /_faults`, `DELETE /_faults` (what is to go wrong next). Paths that begin with `/_` are the
 * local cloud's own: no fault hits them, and they are not counted as calls.
 *
 * `port` 0 takes a free one. @throws Error EADDRINUSE when the port is taken.
 */
export async function listen(
  make: (baseUrl: string) => Provider,
  options: { clock: Clock; port: number },
): Promise<Listening> {
  const { clock } = options;
  const calls = new CallLog();
  const faults = new Faults();
  let provider: Provider;
  let baseUrl = '';

  const server = createServer((incoming, response) => {
    readBody(incoming, (body) => {
      const target = incoming.url ?? '/';
      const mark = target.indexOf('?');
      const request: ProviderRequest = {
        method: incoming.method ?? 'GET',
        path: mark < 0 ? target : target.slice(0, mark),
        query: mark < 0 ? '' : target.slice(mark + 1),
        headers: incoming.headers,
        body: body ?? '',
        params: [],
        baseUrl,
      };
      if (body === undefined) return send(response, json(413, provider.errorBody(413)));
      const control = controlFor(request, calls, faults);
      if (control) return send(response, control);
      if (request.path.startsWith('/_')) {
        return void handleSafely(provider, request).then((answer) => send(response, answer));
      }
      void serve(request, incoming, response);
    });
  });
  // A client's kept connection must not be closed under its next request.
  server.keepAliveTimeout = 0;

  async function serve(
    request: ProviderRequest,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { method, path, query, headers, body } = request;
    const call = calls.add({ at: clock.now(), method, path, query, headers, body });
    const fault = faults.take(request);
    if (fault) {
      call.fault = fault.kind;
      if (fault.kind === 'timeout') return;
      if (fault.kind === 'reset') return void incoming.socket.resetAndDestroy();
      if (fault.kind === 'status') return finish(call, response, faultAnswer(provider, fault));
      if (fault.kind === 'delay') request.delay = wait(clock, fault.ms ?? 0);
    }
    const answer = await handleSafely(provider, request);
    if (fault?.kind === 'after_effect_timeout') return;
    if (fault?.kind === 'after_effect_reset') return void incoming.socket.resetAndDestroy();
    const shown = fault?.kind === 'after_effect_status' ? faultAnswer(provider, fault) : answer;
    finish(call, response, shown);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider = make(baseUrl);
  return {
    baseUrl,
    async stop() {
      await provider.stop?.();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function controlFor(request: ProviderRequest, calls: CallLog, faults: Faults): Answer | undefined {
  if (!request.path.startsWith('/_')) return undefined;
  switch (`${request.method} ${request.path}`) {
    case 'GET /_calls': {
      const since = Number(new URLSearchParams(request.query).get('since') ?? 0);
      if (!Number.isSafeInteger(since))
        return json(400, { error: 'since: the id of a call, a number' });
      return json(200, calls.list(since));
    }
    case 'DELETE /_calls':
      calls.clear();
      return { status: 204 };
    case 'GET /_faults':
      return json(200, faults.list());
    case 'DELETE /_faults':
      faults.clear();
      return { status: 204 };
    case 'POST /_faults': {
      let input: unknown;
      try {
        input = JSON.parse(request.body);
      } catch {
        return json(400, { error: 'not a fault: the body is not JSON' });
      }
      const added = faults.add(input);
      return json('error' in added ? 400 : 201, added);
    }
    default:
      return undefined;
  }
}

async function handleSafely(provider: Provider, request: ProviderRequest): Promise<Answer> {
  try {
    return await provider.handle(request);
  } catch (error) {
    console.error(`${request.method} ${request.path}:`, error);
    return json(500, provider.errorBody(500));
  }
}

function faultAnswer(provider: Provider, fault: Fault): Answer {
  const status = fault.status ?? 500;
  const { body } = fault;
  if (typeof body === 'string') return { status, headers: fault.headers, body };
  return json(status, body ?? provider.errorBody(status), fault.headers);
}

function finish(call: Call, response: ServerResponse, answer: Answer): void {
  call.status = answer.status;
  send(response, answer);
}

function send(response: ServerResponse, answer: Answer): void {
  const body = answer.body ?? '';
  const headers: Record<string, string | number> = { ...answer.headers };
  if (answer.status !== 204) headers['content-length'] = Buffer.byteLength(body);
  response.writeHead(answer.status, headers);
  response.end(body);
}

function readBody(incoming: IncomingMessage, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  incoming.on('end', () => {
    if (size > MAX_BODY_BYTES) return done(undefined);
    done(chunks.length === 1 ? (chunks[0]?.toString() ?? '') : Buffer.concat(chunks).toString());
  });
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.at(clock.now() + ms, resolve);
  });
}
