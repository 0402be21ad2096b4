import type Stripe from 'stripe';
import { attemptPayment, failAttempt } from './attempt-payment.ts';
import { findIntent } from './confirm-intent.ts';
import { StripeRefusal } from './errors.ts';
import type { Session } from './session.ts';
import type { Stored } from './store.ts';

/**
 * The customer's answer to a challenge. Passed: the card decides. Failed: back to `requires_payment_method` with
 * `payment_intent_authentication_failure` (docs.stripe.com/payments/3d-secure/authentication-flow).
 *
 * @throws StripeRefusal 404 for an unknown intent, 400 when it does not wait for an answer.
 */
export function answerChallenge(
  session: Session,
  id: string,
  passed: boolean,
): { intent: Stripe.PaymentIntent; returnUrl: string | undefined } {
  const intent = findIntent(session, id);
  const { object, hidden } = intent;
  if (object.status !== 'requires_action') {
    throw new StripeRefusal(409, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message: `This PaymentIntent does not wait for 3D Secure: its status is ${object.status}.`,
      payment_intent: object,
    });
  }
  const method = methodOf(session, intent);
  if (!passed) {
    failAttempt(session, intent, method, {
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
      message:
        'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    });
  } else if (method) {
    attemptPayment(session, intent, method, {
      offSession: false,
      errorOnRequiresAction: false,
      authenticated: true,
    });
  }
  return { intent: object, returnUrl: hidden.returnUrl };
}

/** Where Stripe sends the browser: the shop's URL with what happened (docs.stripe.com/payments/payment-intents: `return_url`). */
export function returnAddress(returnUrl: string, intent: Stripe.PaymentIntent): string {
  const url = new URL(returnUrl);
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', intent.client_secret ?? '');
  const paid = intent.status === 'succeeded' || intent.status === 'requires_capture';
  url.searchParams.set('redirect_status', paid ? 'succeeded' : 'failed');
  return url.href;
}

export function methodOf(
  session: Session,
  intent: Stored<'payment_intent'>,
): Stored<'payment_method'> | undefined {
  const { payment_method: id } = intent.object;
  return typeof id === 'string' ? session.get('payment_method', id) : undefined;
}
