import type { Form } from '../http/form.ts';
import { cancelIntent } from './cancel-intent.ts';
import { captureIntent } from './capture-intent.ts';
import { retrieveCharge } from './charges.ts';
import { confirmIntent, findIntent } from './confirm-intent.ts';
import { createIntent } from './create-intent.ts';
import { createCustomer, retrieveCustomer } from './customers.ts';
import { noSuch } from './errors.ts';
import {
  attachPaymentMethod,
  createPaymentMethod,
  retrievePaymentMethod,
} from './payment-methods.ts';
import { createRefund, retrieveRefund } from './refunds.ts';
import type { Session } from './session.ts';
import type { Kind } from './store.ts';
import { updateIntent } from './update-intent.ts';
import { createWebhookEndpoint, retrieveWebhookEndpoint } from './webhook-endpoints.ts';

/** One operation of the API: parameters, and the id in its URL (or `''`), to the object that it answers. */
export type Operation = (session: Session, params: Form, id: string) => object;

/** What changes something, by its path. */
export const writes: Readonly<Record<string, Operation>> = {
  '/v1/payment_intents': createIntent,
  '/v1/payment_intents/:id': updateIntent,
  '/v1/payment_intents/:id/confirm': confirmIntent,
  '/v1/payment_intents/:id/capture': captureIntent,
  '/v1/payment_intents/:id/cancel': cancelIntent,
  '/v1/refunds': createRefund,
  '/v1/customers': createCustomer,
  '/v1/payment_methods': createPaymentMethod,
  '/v1/payment_methods/:id/attach': attachPaymentMethod,
  '/v1/webhook_endpoints': createWebhookEndpoint,
};

/** What is read by its id. */
export const reads: Readonly<Record<string, Operation>> = {
  '/v1/payment_intents/:id': (session, _params, id) => findIntent(session, id).object,
  '/v1/refunds/:id': (session, _params, id) => retrieveRefund(session, id),
  '/v1/customers/:id': (session, _params, id) => retrieveCustomer(session, id),
  '/v1/payment_methods/:id': (session, _params, id) => retrievePaymentMethod(session, id),
  '/v1/charges/:id': (session, _params, id) => retrieveCharge(session, id),
  '/v1/events/:id': (session, _params, id) => {
    const event = session.get('event', id);
    if (!event) throw noSuch('event', id, 'id');
    return event.object;
  },
  '/v1/webhook_endpoints/:id': (session, _params, id) => retrieveWebhookEndpoint(session, id),
};

/** What is listed. */
export const lists: Readonly<Record<string, Kind>> = {
  '/v1/payment_intents': 'payment_intent',
  '/v1/refunds': 'refund',
  '/v1/customers': 'customer',
  '/v1/payment_methods': 'payment_method',
  '/v1/charges': 'charge',
  '/v1/events': 'event',
  '/v1/webhook_endpoints': 'webhook_endpoint',
};
