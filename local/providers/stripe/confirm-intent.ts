import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { attemptPayment } from './attempt-payment.ts';
import { badParam, noSuch, unexpectedState } from './errors.ts';
import { allowOnly, choiceOf, flagOf, textOf } from './params.ts';
import { namedMethod } from './payment-methods.ts';
import type { Session } from './session.ts';
import type { Stored } from './store.ts';

type Intent = Stored<'payment_intent'>;

const PARAMS = new Set(
  (
    'allowed_payment_method_types amount_details amount_to_confirm capture_method confirmation_token ' +
    'error_on_requires_action excluded_payment_method_types expand hooks mandate mandate_data off_session ' +
    'payment_details payment_method payment_method_data payment_method_options radar_options receipt_email ' +
    'return_url setup_future_usage shipping use_stripe_sdk'
  ).split(' '),
);
const CONFIRMABLE = ['requires_confirmation', 'requires_payment_method', 'requires_action'];

/** The intent that a URL names. @throws StripeRefusal 404 `resource_missing`. */
export function findIntent(session: Session, id: string): Intent {
  const intent = session.get('payment_intent', id);
  if (!intent) throw noSuch('payment_intent', id, 'intent');
  return intent;
}

/** `POST /v1/payment_intents/{id}/confirm` (docs.stripe.com/api/payment_intents/confirm). */
export function confirmIntent(session: Session, params: Form, id: string): Stripe.PaymentIntent {
  allowOnly(params, PARAMS);
  const intent = findIntent(session, id);
  const { object } = intent;
  if (object.status === 'succeeded' || object.status === 'requires_capture') {
    throw unexpectedState(
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
      object,
    );
  }
  if (!CONFIRMABLE.includes(object.status)) {
    throw unexpectedState(
      `You cannot confirm this PaymentIntent because it has a status of ${object.status}. Only a PaymentIntent with one of the following statuses may be confirmed: ${CONFIRMABLE.join(', ')}.`,
      object,
    );
  }
  const capture = choiceOf(params, 'capture_method', ['automatic', 'automatic_async', 'manual']);
  if (capture) object.capture_method = capture;
  const future = choiceOf(params, 'setup_future_usage', ['on_session', 'off_session']);
  if (future) object.setup_future_usage = future;
  const receipt = textOf(params, 'receipt_email');
  if (receipt) object.receipt_email = receipt;
  const customer = typeof object.customer === 'string' ? object.customer : null;
  const given = namedMethod(session, params, { id, customer });
  const kept =
    typeof object.payment_method === 'string'
      ? session.get('payment_method', object.payment_method)
      : undefined;
  confirmWith(session, intent, given ?? kept, params);
  return object;
}

/**
 * Confirms an intent, new or old, with `method`.
 * @throws StripeRefusal 400 without a payment method or a needed `return_url`; 402 when the card is declined.
 */
export function confirmWith(
  session: Session,
  intent: Intent,
  method: Stored<'payment_method'> | undefined,
  params: Form,
): void {
  const { object } = intent;
  if (!method) {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      object,
    );
  }
  if (!object.payment_method_types.includes(method.object.type)) {
    throw badParam(
      `The PaymentMethod provided (${method.object.type}) is not allowed for this PaymentIntent. Please attach a payment method of the following types: ${object.payment_method_types.join(', ')}.`,
      'payment_method',
    );
  }
  const returnUrl = returnUrlOf(params);
  if (object.automatic_payment_methods?.allow_redirects === 'always' && returnUrl === undefined) {
    throw badParam(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
    );
  }
  delete intent.hidden.returnUrl;
  if (returnUrl !== undefined && !flagOf(params, 'use_stripe_sdk'))
    intent.hidden.returnUrl = returnUrl;
  const refusal = attemptPayment(session, intent, method, {
    offSession: isOffSession(params),
    errorOnRequiresAction: flagOf(params, 'error_on_requires_action'),
    authenticated: false,
  });
  if (refusal) throw refusal;
}

function returnUrlOf(params: Form): string | undefined {
  const url = textOf(params, 'return_url');
  if (url !== undefined && !/^[a-z][a-z0-9+.-]*:\/\/./i.test(url)) {
    throw badParam('Not a valid URL', 'return_url', 'url_invalid');
  }
  return url;
}

/** `off_session` is true, false, `one_off` or `recurring`. */
function isOffSession(params: Form): boolean {
  const value = textOf(params, 'off_session');
  return value === 'one_off' || value === 'recurring' || flagOf(params, 'off_session');
}
