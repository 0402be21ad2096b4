import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { newId } from '../ids.ts';
import { badParam, missingParam, noSuch } from './errors.ts';
import { allowOnly, listOf, metadataOf, requiredText, textOf } from './params.ts';
import { API_VERSION, type Session } from './session.ts';

const PARAMS = new Set(
  'url enabled_events api_version connect description expand metadata'.split(' '),
);

/** `POST /v1/webhook_endpoints` (docs.stripe.com/api/webhook_endpoints/create). Its secret is told once, here. */
export function createWebhookEndpoint(session: Session, params: Form): Stripe.WebhookEndpoint {
  allowOnly(params, PARAMS);
  const url = requiredText(params, 'url');
  if (!/^https?:\/\/./.test(url)) throw badParam('Not a valid URL', 'url', 'url_invalid');
  const events = listOf(params, 'enabled_events');
  if (!events || events.length === 0) throw missingParam('enabled_events');
  const secret = newId('whsec_', 32);
  const endpoint = newEndpoint(session.seconds, newId('we_1'), url, events);
  endpoint.description = textOf(params, 'description') ?? null;
  endpoint.metadata = metadataOf(params);
  session.put('webhook_endpoint', { object: endpoint, hidden: { secret } });
  return { ...endpoint, secret };
}

/** `GET /v1/webhook_endpoints/{id}`. */
export function retrieveWebhookEndpoint(session: Session, id: string): Stripe.WebhookEndpoint {
  const stored = session.get('webhook_endpoint', id);
  if (!stored) throw noSuch('webhook endpoint', id, 'webhook_endpoint');
  return stored.object;
}

export function newEndpoint(
  created: number,
  id: string,
  url: string,
  enabledEvents: string[],
): Stripe.WebhookEndpoint {
  return {
    id,
    object: 'webhook_endpoint',
    api_version: API_VERSION,
    application: null,
    created,
    description: null,
    enabled_events: enabledEvents,
    livemode: false,
    metadata: {},
    status: 'enabled',
    url,
  };
}
