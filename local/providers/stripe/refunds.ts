import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { newId } from '../ids.ts';
import { latestCharge } from './charges.ts';
import { formatAmount } from './currencies.ts';
import { badParam, missingParam, noSuch, StripeRefusal } from './errors.ts';
import { allowOnly, choiceOf, metadataOf, positiveIntegerOf, textOf } from './params.ts';
import type { Session } from './session.ts';
import { idOf, type Stored } from './store.ts';

const PARAMS = new Set(
  'amount charge currency customer expand instructions_email metadata origin payment_intent reason refund_application_fee reverse_transfer'.split(
    ' ',
  ),
);
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

/** `POST /v1/refunds` (docs.stripe.com/api/refunds/create): all that is left, or `amount` in minor units. */
export function createRefund(session: Session, params: Form): Stripe.Refund {
  allowOnly(params, PARAMS);
  const amount = positiveIntegerOf(params, 'amount');
  const reason = choiceOf(params, 'reason', REASONS) ?? null;
  const metadata = metadataOf(params);
  const charge = chargeToRefund(session, params);
  const { object, hidden } = charge;
  const left = object.amount_captured - (hidden.refunded ?? 0);
  if (left === 0) {
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      code: 'charge_already_refunded',
      message: `Charge ${object.id} has already been refunded.`,
    });
  }
  const back = amount ?? left;
  if (back > left) {
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      param: 'amount',
      message: `Refund amount (${formatAmount(back, object.currency)}) is greater than unrefunded amount on charge (${formatAmount(left, object.currency)})`,
    });
  }
  hidden.refunded = (hidden.refunded ?? 0) + back;
  object.amount_refunded += back;
  object.refunded = object.amount_refunded === object.amount;
  session.put('charge', charge);
  const refund = newRefund(session, object, back, { reason, metadata });
  session.put('refund', { object: refund, hidden: {} });
  session.emit('charge.refunded', object);
  session.emit('refund.created', refund);
  session.emit('charge.refund.updated', refund);
  return refund;
}

/** `GET /v1/refunds/{id}`. */
export function retrieveRefund(session: Session, id: string): Stripe.Refund {
  const stored = session.get('refund', id);
  if (!stored) throw noSuch('refund', id, 'id');
  return stored.object;
}

export function newRefund(
  session: Session,
  charge: Stripe.Charge,
  amount: number,
  given: { reason: Stripe.Refund.Reason | null; metadata: Record<string, string> },
): Stripe.Refund {
  return {
    id: newId('re_3'),
    object: 'refund',
    amount,
    balance_transaction: charge.captured ? newId('txn_3') : null,
    charge: charge.id,
    created: session.seconds,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: charge.captured ? 'refund' : 'reversal',
      },
    },
    metadata: given.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: given.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}

function chargeToRefund(session: Session, params: Form): Stored<'charge'> {
  const intentId = textOf(params, 'payment_intent');
  const chargeId = textOf(params, 'charge');
  if (chargeId !== undefined) {
    const charge = session.get('charge', chargeId);
    if (!charge) throw noSuch('charge', chargeId, 'charge', 400);
    if (!charge.object.captured) throw notCaptured(charge.object);
    return charge;
  }
  if (intentId === undefined) throw missingParam('payment_intent');
  const intent = session.get('payment_intent', intentId);
  if (!intent) throw noSuch('payment_intent', intentId, 'payment_intent', 400);
  const charge = latestCharge(session, intent.object);
  if (!charge?.object.paid) {
    throw badParam(
      `This PaymentIntent (${intentId}) does not have a successful charge to refund.`,
      'payment_intent',
    );
  }
  if (!charge.object.captured) throw notCaptured(charge.object);
  return charge;
}

function notCaptured(charge: Stripe.Charge): StripeRefusal {
  return new StripeRefusal(400, {
    type: 'invalid_request_error',
    message: `Charge ${charge.id} has not been captured, so it cannot be refunded. Cancel the PaymentIntent ${idOf(charge.payment_intent)} instead.`,
  });
}
