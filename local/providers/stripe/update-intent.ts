import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { findIntent } from './confirm-intent.ts';
import { checkAmount, currencyOf } from './create-intent.ts';
import { namedCustomer } from './customers.ts';
import { unexpectedState } from './errors.ts';
import {
  allowOnly,
  choiceOf,
  formOf,
  listOf,
  metadataOf,
  positiveIntegerOf,
  textOf,
} from './params.ts';
import { namedMethod } from './payment-methods.ts';
import type { Session } from './session.ts';

const PARAMS = new Set(
  (
    'allowed_payment_method_types amount amount_details application_fee_amount capture_method currency customer ' +
    'customer_account description excluded_payment_method_types expand hooks metadata payment_details payment_method ' +
    'payment_method_configuration payment_method_data payment_method_options receipt_email setup_future_usage shipping ' +
    'statement_descriptor statement_descriptor_suffix transfer_data transfer_group'
  ).split(' '),
);
const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
const ONLY_WHILE_OPEN = [
  'amount',
  'currency',
  'payment_method',
  'payment_method_data',
  'capture_method',
  'allowed_payment_method_types',
  'customer',
];

/** `POST /v1/payment_intents/{id}` (docs.stripe.com/api/payment_intents/update). A new amount or card must be confirmed again. */
export function updateIntent(session: Session, params: Form, id: string): Stripe.PaymentIntent {
  allowOnly(params, PARAMS);
  const intent = findIntent(session, id);
  const { object } = intent;
  const closed = ONLY_WHILE_OPEN.find((name) => name in params);
  if (closed && !OPEN.includes(object.status)) {
    throw unexpectedState(
      `This PaymentIntent's ${closed} could not be updated because it has a status of ${object.status}. You may only update the ${closed} of a PaymentIntent with one of the following statuses: ${OPEN.join(', ')}.`,
      object,
    );
  }
  const amount = positiveIntegerOf(params, 'amount') ?? object.amount;
  const currency = 'currency' in params ? currencyOf(params) : object.currency;
  if ('amount' in params || 'currency' in params) checkAmount(amount, currency);
  const customer = namedCustomer(session, params)?.object.id ?? object.customer;
  const owner = typeof customer === 'string' ? customer : null;
  const method = namedMethod(session, params, { id, customer: owner });
  object.metadata = metadataOf(params, object.metadata);
  object.customer = customer;
  object.capture_method =
    choiceOf(params, 'capture_method', ['automatic', 'automatic_async', 'manual']) ??
    object.capture_method;
  const types = listOf(params, 'allowed_payment_method_types');
  if (types) {
    object.allowed_payment_method_types = types;
    object.payment_method_types = types;
    object.automatic_payment_methods = null;
  }
  if ('description' in params) object.description = textOf(params, 'description') ?? null;
  if ('receipt_email' in params) object.receipt_email = textOf(params, 'receipt_email') ?? null;
  if ('shipping' in params) object.shipping = formOf(params, 'shipping') ?? null;
  const changed = method !== undefined || amount !== object.amount || currency !== object.currency;
  object.amount = amount;
  object.currency = currency;
  if (method) object.payment_method = method.object.id;
  if (changed && object.payment_method !== null) {
    object.status = 'requires_confirmation';
    object.next_action = null;
  }
  session.put('payment_intent', intent);
  return object;
}
