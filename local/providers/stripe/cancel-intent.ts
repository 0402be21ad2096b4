import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { latestCharge } from './charges.ts';
import { findIntent } from './confirm-intent.ts';
import { unexpectedState } from './errors.ts';
import { allowOnly, choiceOf } from './params.ts';
import { newRefund } from './refunds.ts';
import type { Session } from './session.ts';
import type { Stored } from './store.ts';

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const;
const CANCELLABLE = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
  'processing',
];

/**
 * `POST /v1/payment_intents/{id}/cancel` (docs.stripe.com/api/payment_intents/cancel). An authorisation is let go,
 * which shows as a refund of the uncaptured charge.
 */
export function cancelIntent(session: Session, params: Form, id: string): Stripe.PaymentIntent {
  allowOnly(params, new Set(['cancellation_reason', 'expand']));
  const reason = choiceOf(params, 'cancellation_reason', REASONS) ?? null;
  const intent = findIntent(session, id);
  if (!CANCELLABLE.includes(intent.object.status)) {
    throw unexpectedState(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.object.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${CANCELLABLE.join(', ')}.`,
      intent.object,
    );
  }
  cancel(session, intent, reason);
  return intent.object;
}

/** An authorisation that nobody captured in time: Stripe cancels it by itself, with the reason `automatic`. */
export function expireAuthorisation(session: Session, id: string): void {
  const intent = session.get('payment_intent', id);
  if (!intent) return;
  if (intent.object.status === 'requires_capture') return cancel(session, intent, 'automatic');
  delete intent.due;
  session.put('payment_intent', intent);
}

export function cancel(
  session: Session,
  intent: Stored<'payment_intent'>,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): void {
  const { object } = intent;
  const charge = object.status === 'requires_capture' ? latestCharge(session, object) : undefined;
  object.status = 'canceled';
  object.canceled_at = session.seconds;
  object.cancellation_reason = reason;
  object.amount_capturable = 0;
  object.next_action = null;
  object.processing = null;
  delete intent.due;
  session.put('payment_intent', intent);
  if (charge) release(session, charge, reason === 'automatic');
  session.emit('payment_intent.canceled', object);
}

function release(session: Session, charge: Stored<'charge'>, expired: boolean): void {
  charge.object.amount_refunded = charge.object.amount;
  charge.object.refunded = true;
  session.put('charge', charge);
  const refund = newRefund(session, charge.object, charge.object.amount, {
    reason: expired ? 'expired_uncaptured_charge' : null,
    metadata: {},
  });
  session.put('refund', { object: refund, hidden: {} });
  session.emit(expired ? 'charge.expired' : 'charge.refunded', charge.object);
}
