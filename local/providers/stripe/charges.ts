import type Stripe from 'stripe';
import { newId } from '../ids.ts';
import { noSuch } from './errors.ts';
import type { Session } from './session.ts';
import type { Stored } from './store.ts';
import type { Decline } from './test-cards.ts';

/** How long a card authorisation lasts (docs.stripe.com/payments/place-a-hold-on-a-payment-method: 7 days for most cards online). */
export const AUTHORISATION_MS = 7 * 24 * 60 * 60 * 1000;

/** `GET /v1/charges/{id}`. */
export function retrieveCharge(session: Session, id: string): Stripe.Charge {
  const stored = session.get('charge', id);
  if (!stored) throw noSuch('charge', id, 'charge');
  return stored.object;
}

/** Makes the charge of one attempt to pay `intent`: failed with `decline`, else authorised, and captured if `captured`. */
export function addCharge(
  session: Session,
  intent: Stripe.PaymentIntent,
  method: Stored<'payment_method'>,
  outcome: { decline?: Decline | undefined; captured: boolean; authenticated: boolean },
): Stored<'charge'> {
  const { decline } = outcome;
  const paid = decline === undefined;
  const id = newId('ch_3');
  const charge: Stripe.Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: paid && outcome.captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: paid && outcome.captured ? newId('txn_3') : null,
    billing_details: method.object.billing_details,
    calculated_statement_descriptor: intent.statement_descriptor ?? 'FASTCART LOCAL',
    captured: paid && outcome.captured,
    created: session.seconds,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: {
      advice_code: decline?.advice_code ?? null,
      network_advice_code: null,
      network_decline_code: decline ? '01' : null,
      network_status: paid ? 'approved_by_network' : 'declined_by_network',
      reason: decline?.decline_code ?? null,
      risk_level: 'normal',
      risk_score: 20,
      seller_message: paid ? 'Payment complete.' : 'The bank did not approve this payment.',
      type: paid ? 'authorized' : 'issuer_declined',
    },
    paid,
    payment_intent: intent.id,
    payment_method: method.object.id,
    payment_method_details: {
      type: 'card',
      card: cardDetails(session, intent, method.object, { ...outcome, paid }),
    },
    radar_options: {},
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: paid ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  };
  const stored: Stored<'charge'> = { object: charge, hidden: { refunded: 0 } };
  session.put('charge', stored);
  intent.latest_charge = id;
  return stored;
}

/** The charge of the intent's last attempt, if there was one. */
export function latestCharge(
  session: Session,
  intent: Stripe.PaymentIntent,
): Stored<'charge'> | undefined {
  return typeof intent.latest_charge === 'string'
    ? session.get('charge', intent.latest_charge)
    : undefined;
}

function cardDetails(
  session: Session,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  outcome: { paid: boolean; captured: boolean; authenticated: boolean },
): Stripe.Charge.PaymentMethodDetails.Card {
  const { card } = method;
  const held = outcome.paid && !outcome.captured;
  return {
    amount_authorized: outcome.paid ? intent.amount : null,
    authorization_code: outcome.paid ? '123456' : null,
    brand: card?.brand ?? null,
    ...(held ? { capture_before: Math.floor((session.now + AUTHORISATION_MS) / 1000) } : {}),
    checks: card?.checks ?? null,
    country: card?.country ?? null,
    electronic_commerce_indicator: null,
    exp_month: card?.exp_month ?? 12,
    exp_year: card?.exp_year ?? 2030,
    fingerprint: card?.fingerprint ?? null,
    funding: card?.funding ?? null,
    installments: null,
    last4: card?.last4 ?? null,
    mandate: null,
    network: card?.brand ?? null,
    network_transaction_id: outcome.paid ? newId('', 15) : null,
    regulated_status: 'unregulated',
    three_d_secure: outcome.authenticated
      ? {
          authentication_flow: 'challenge',
          electronic_commerce_indicator: '05',
          exemption_indicator: null,
          result: 'authenticated',
          result_reason: null,
          transaction_id: newId('', 20),
          version: '2.2.0',
        }
      : null,
    transaction_link_id: null,
    wallet: null,
  };
}
