import type Stripe from 'stripe';
import { decline, succeed } from './attempt-payment.ts';
import { cancel } from './cancel-intent.ts';
import { findIntent } from './confirm-intent.ts';
import { StripeRefusal } from './errors.ts';
import type { Session } from './session.ts';
import { testCard } from './test-cards.ts';
import { methodOf } from './three-d-secure.ts';

const STATUSES = ['processing', 'succeeded', 'requires_payment_method', 'canceled'] as const;
const ENDED = ['succeeded', 'canceled', 'requires_capture'];

/**
 * `POST /_intents/{id}` `{ status }`, which Stripe does not have: lets a payment do what only slow payment methods
 * do. `processing` holds it there; `succeeded` lets it be paid (or authorised, with manual capture);
 * `requires_payment_method` lets it be declined; `canceled` is Stripe cancelling by itself.
 *
 * @throws StripeRefusal 400 for a status that is not one of these or can't follow the present one.
 */
export function forceStatus(session: Session, id: string, status: unknown): Stripe.PaymentIntent {
  const wanted = STATUSES.find((one) => one === status);
  if (wanted === undefined) {
    throw refusal(`status: must be one of ${STATUSES.join(', ')}, not ${JSON.stringify(status)}`);
  }
  const intent = findIntent(session, id);
  const { object } = intent;
  if (
    ENDED.includes(object.status) &&
    !(wanted === 'canceled' && object.status === 'requires_capture')
  ) {
    throw refusal(`${id} is ${object.status} and can't become ${wanted}`);
  }
  if (wanted === 'canceled') {
    cancel(session, intent, 'automatic');
    return object;
  }
  const method = methodOf(session, intent);
  if (!method) throw refusal(`${id} has no payment method, so it can't become ${wanted}`);
  if (wanted === 'processing') {
    object.status = 'processing';
    object.next_action = null;
    session.put('payment_intent', intent);
    session.emit('payment_intent.processing', object);
  } else if (wanted === 'succeeded') {
    succeed(session, intent, method, false);
  } else {
    const reason = testCard('pm_card_chargeDeclined')?.decline;
    if (reason) decline(session, intent, method, reason);
  }
  return object;
}

function refusal(message: string): StripeRefusal {
  return new StripeRefusal(400, { type: 'invalid_request_error', message }, { validation: true });
}
