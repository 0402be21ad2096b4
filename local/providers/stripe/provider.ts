import type { Clock } from '../../clock.ts';
import type { Journal } from '../../journal.ts';
import { parseForm } from '../http/form.ts';
import type { Answer, Provider, ProviderRequest } from '../http/message.ts';
import { createRouter, type Route } from '../http/router.ts';
import { newId } from '../ids.ts';
import { controlRoutes } from './controls.ts';
import { refusalAnswer, StripeDesk } from './desk.ts';
import { StripeRefusal } from './errors.ts';
import { listObjects } from './lists.ts';
import { lists, reads, writes } from './operations.ts';
import { searchIntents } from './search.ts';

export interface StripeProvider extends Provider {
  desk: StripeDesk;
}

/**
 * Stripe's API, version 2026-10-28.endive, as far as a checkout needs it: PaymentIntents, charges, refunds,
 * payment methods, customers, events and webhook endpoints, in test mode (docs.stripe.com/api).
 */
export function createStripe(options: {
  journal: Journal;
  clock: Clock;
  baseUrl: string;
  secretKey: string;
}): StripeProvider {
  const desk = new StripeDesk(options.journal, options.clock, options.baseUrl);
  const controls = createRouter(controlRoutes(desk));
  const api = createRouter(apiRoutes(desk));
  return {
    desk,
    stop: () => desk.stop(),
    errorBody,
    handle(request) {
      const control = controls(request);
      if (control) return control(request);
      const refusal = refuseKey(request, options.secretKey);
      if (refusal) return refusal;
      const handle = api(request);
      return handle ? handle(request) : unknownUrl(request);
    },
  };
}

function apiRoutes(desk: StripeDesk): Route[] {
  const routes: Route[] = [
    {
      method: 'GET',
      pattern: '/v1/payment_intents/search',
      handle: (request) =>
        desk.read(request, () => searchIntents(desk.store, parseForm(request.query), desk.now())),
    },
  ];
  for (const [pattern, operation] of Object.entries(writes)) {
    routes.push({
      method: 'POST',
      pattern,
      handle: async (request) => {
        const answer = await desk.write(request, operation);
        if (pattern === '/v1/webhook_endpoints') desk.webhooks.refreshEndpoints();
        return answer;
      },
    });
  }
  for (const [pattern, operation] of Object.entries(reads)) {
    routes.push({
      method: 'GET',
      pattern,
      handle: (request) =>
        desk.read(request, (session) => {
          const id = request.params[0] ?? '';
          const object = operation(session, parseForm(request.query), id);
          return pattern === '/v1/events/:id' ? withPending(desk, object) : object;
        }),
    });
  }
  for (const [pattern, kind] of Object.entries(lists)) {
    routes.push({
      method: 'GET',
      pattern,
      handle: (request) =>
        desk.read(request, () => {
          const list = listObjects(desk.store, kind, pattern, parseForm(request.query));
          if (kind !== 'event') return list;
          return { ...list, data: list.data.map((event) => withPending(desk, event)) };
        }),
    });
  }
  return routes;
}

function withPending(desk: StripeDesk, event: object): object {
  return { ...event, pending_webhooks: desk.webhooks.pendingFor((event as { id: string }).id) };
}

/** The key comes as `Bearer`, or as the user name of Basic (docs.stripe.com/api/authentication). */
function refuseKey(request: ProviderRequest, secretKey: string): Answer | undefined {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  const key =
    scheme === 'Basic' ? (Buffer.from(value, 'base64').toString().split(':')[0] ?? '') : value;
  if (key === secretKey) return undefined;
  const message =
    key === ''
      ? "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details."
      : `Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(Math.max(0, key.length - 12))}${key.slice(-4)}`;
  return refusalAnswer(new StripeRefusal(401, { type: 'invalid_request_error', message }));
}

function unknownUrl(request: ProviderRequest): Answer {
  return refusalAnswer(
    new StripeRefusal(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${request.method}: ${request.path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    }),
  );
}

function errorBody(status: number): unknown {
  if (status === 429) {
    return {
      error: {
        type: 'invalid_request_error',
        code: 'rate_limit',
        message: 'Request rate limit exceeded.',
      },
    };
  }
  return {
    error: {
      type: 'api_error',
      message: `An unknown error occurred (status ${status}, request ${newId('req_', 14)}).`,
    },
  };
}
