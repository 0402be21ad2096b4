import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { newId } from '../ids.ts';
import { latestCharge } from './charges.ts';
import { findIntent } from './confirm-intent.ts';
import { badParam, unexpectedState } from './errors.ts';
import { allowOnly, metadataOf, positiveIntegerOf } from './params.ts';
import type { Session } from './session.ts';

const PARAMS = new Set(
  (
    'amount_details amount_to_capture application_fee_amount expand final_capture hooks metadata payment_details ' +
    'statement_descriptor statement_descriptor_suffix transfer_data'
  ).split(' '),
);

/**
 * `POST /v1/payment_intents/{id}/capture` (docs.stripe.com/api/payment_intents/capture). What is not captured is
 * let go: the charge counts it as refunded.
 */
export function captureIntent(session: Session, params: Form, id: string): Stripe.PaymentIntent {
  allowOnly(params, PARAMS);
  const amount = positiveIntegerOf(params, 'amount_to_capture');
  const intent = findIntent(session, id);
  const { object } = intent;
  const charge = latestCharge(session, object);
  if (object.status !== 'requires_capture' || !charge) {
    throw unexpectedState(
      `This PaymentIntent could not be captured because it has a status of ${object.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
      object,
    );
  }
  const captured = amount ?? object.amount_capturable;
  if (captured > object.amount_capturable) {
    throw badParam(
      `The amount_to_capture (${captured}) is greater than the amount that can be captured (${object.amount_capturable}).`,
      'amount_to_capture',
      'amount_too_large',
    );
  }
  object.metadata = metadataOf(params, object.metadata);
  object.amount_received = captured;
  object.amount_capturable = 0;
  object.status = 'succeeded';
  delete intent.due;
  charge.object.captured = true;
  charge.object.amount_captured = captured;
  charge.object.amount_refunded = charge.object.amount - captured;
  charge.object.balance_transaction = newId('txn_3');
  session.put('charge', charge);
  session.put('payment_intent', intent);
  session.emit('charge.captured', charge.object);
  session.emit('payment_intent.succeeded', object);
  return object;
}
