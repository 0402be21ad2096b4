import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { newId } from '../ids.ts';
import { confirmWith } from './confirm-intent.ts';
import {
  formatAmount,
  isSupported,
  MAX_AMOUNT,
  minimumAmount,
  supportedCurrencies,
} from './currencies.ts';
import { namedCustomer } from './customers.ts';
import { badParam, missingParam } from './errors.ts';
import {
  allowOnly,
  choiceOf,
  flagOf,
  formOf,
  listOf,
  metadataOf,
  positiveIntegerOf,
  requiredText,
  textOf,
} from './params.ts';
import { namedMethod } from './payment-methods.ts';
import type { Session } from './session.ts';
import type { Stored } from './store.ts';

const PARAMS = new Set(
  (
    'amount currency allowed_payment_method_types amount_details application_fee_amount automatic_payment_methods ' +
    'capture_method confirm confirmation_method confirmation_token customer customer_account description ' +
    'error_on_requires_action excluded_payment_method_types expand hooks mandate mandate_data metadata off_session ' +
    'on_behalf_of payment_details payment_method payment_method_configuration payment_method_data ' +
    'payment_method_options radar_options receipt_email return_url setup_future_usage shipping statement_descriptor ' +
    'statement_descriptor_suffix transfer_data transfer_group use_stripe_sdk'
  ).split(' '),
);
const ONLY_WHEN_CONFIRMING = ['error_on_requires_action', 'mandate', 'off_session', 'return_url'];

/**
 * `POST /v1/payment_intents` (docs.stripe.com/api/payment_intents/create). Amounts in minor units.
 *
 * @throws StripeRefusal 400 for what is wrong with the parameters; 402 when it is confirmed at once and declined,
 * which leaves the intent behind.
 */
export function createIntent(session: Session, params: Form): Stripe.PaymentIntent {
  allowOnly(params, PARAMS);
  const amount = positiveIntegerOf(params, 'amount');
  if (amount === undefined) throw missingParam('amount');
  const currency = currencyOf(params);
  checkAmount(amount, currency);
  const confirm = flagOf(params, 'confirm');
  const stray = confirm ? undefined : ONLY_WHEN_CONFIRMING.find((name) => name in params);
  if (stray) throw badParam(`The parameter ${stray} can only be used with confirm=true.`, stray);

  const intent = newIntent(session, params, amount, currency);
  const method = namedMethod(session, params, {
    id: intent.object.id,
    customer: typeof intent.object.customer === 'string' ? intent.object.customer : null,
  });
  if (method) {
    intent.object.payment_method = method.object.id;
    intent.object.status = 'requires_confirmation';
  }
  session.put('payment_intent', intent);
  session.emit('payment_intent.created', intent.object);
  if (confirm) confirmWith(session, intent, method, params);
  return intent.object;
}

export function currencyOf(params: Form): string {
  const currency = requiredText(params, 'currency').toLowerCase();
  if (!isSupported(currency)) {
    throw badParam(
      `Invalid currency: ${currency}. Stripe currently supports these currencies: ${supportedCurrencies()}`,
      'currency',
    );
  }
  return currency;
}

/** Stripe's limits of one charge (docs.stripe.com/currencies: "Minimum and maximum charge amounts"). */
export function checkAmount(amount: number, currency: string): void {
  const least = minimumAmount(currency);
  if (amount < least) {
    throw badParam(
      `Amount must be at least ${formatAmount(least, currency)} ${currency}`,
      'amount',
      'amount_too_small',
    );
  }
  if (amount > MAX_AMOUNT) {
    throw badParam(
      `Amount must be no more than ${formatAmount(MAX_AMOUNT, currency)} ${currency}`,
      'amount',
      'amount_too_large',
    );
  }
}

function newIntent(
  session: Session,
  params: Form,
  amount: number,
  currency: string,
): Stored<'payment_intent'> {
  const id = newId('pi_3');
  const types = listOf(params, 'allowed_payment_method_types');
  const automatic = formOf(params, 'automatic_payment_methods');
  if (types && automatic) {
    throw badParam(
      'You may only specify one of these parameters: automatic_payment_methods, allowed_payment_method_types.',
      'allowed_payment_method_types',
    );
  }
  const redirects = automatic
    ? choiceOf(automatic, 'allow_redirects', ['always', 'never'])
    : undefined;
  const object: Stripe.PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: types ?? null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: types
      ? null
      : { allow_redirects: redirects ?? 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method:
      choiceOf(params, 'capture_method', ['automatic', 'automatic_async', 'manual']) ??
      'automatic_async',
    client_secret: `${id}_secret_${newId('', 25)}`,
    confirmation_method:
      choiceOf(params, 'confirmation_method', ['automatic', 'manual']) ?? 'automatic',
    created: session.seconds,
    currency,
    customer: namedCustomer(session, params)?.object.id ?? null,
    customer_account: null,
    description: textOf(params, 'description') ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: metadataOf(params),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: 'automatic',
      },
    },
    payment_method_types: types ?? ['card'],
    payment_record: null,
    processing: null,
    receipt_email: textOf(params, 'receipt_email') ?? null,
    review: null,
    setup_future_usage:
      choiceOf(params, 'setup_future_usage', ['on_session', 'off_session']) ?? null,
    shipping: formOf(params, 'shipping') ?? null,
    source: null,
    statement_descriptor: textOf(params, 'statement_descriptor') ?? null,
    statement_descriptor_suffix: textOf(params, 'statement_descriptor_suffix') ?? null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: textOf(params, 'transfer_group') ?? null,
  };
  return { object, hidden: {} };
}
