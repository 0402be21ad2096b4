import type Stripe from 'stripe';
import { newId } from '../ids.ts';
import { AUTHORISATION_MS, addCharge } from './charges.ts';
import { StripeRefusal } from './errors.ts';
import { attach } from './payment-methods.ts';
import type { Session } from './session.ts';
import type { Stored } from './store.ts';
import type { Decline, TestCard } from './test-cards.ts';

type Intent = Stored<'payment_intent'>;
type Method = Stored<'payment_method'>;

export interface Attempt {
  offSession: boolean;
  errorOnRequiresAction: boolean;
  /** The customer has passed 3D Secure. */
  authenticated: boolean;
}

const AUTHENTICATION_DECLINE: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/**
 * Lets the card decide what becomes of a confirmed intent: `requires_action`, `requires_capture`, `succeeded`, or
 * back to `requires_payment_method` (docs.stripe.com/payments/paymentintents/lifecycle). Answers the error of a
 * declined card, 402, whose traces stay.
 */
export function attemptPayment(
  session: Session,
  intent: Intent,
  method: Method,
  attempt: Attempt,
): StripeRefusal | undefined {
  const card = method.hidden.card;
  const { object } = intent;
  object.last_payment_error = null;
  object.next_action = null;
  object.payment_method = method.object.id;
  if (card && !attempt.authenticated && asksForAuthentication(card, method.object, attempt)) {
    if (attempt.offSession) return decline(session, intent, method, AUTHENTICATION_DECLINE);
    if (attempt.errorOnRequiresAction) return refuseAction(session, intent, method);
    object.status = 'requires_action';
    object.next_action = challenge(session, intent);
    session.put('payment_intent', intent);
    session.emit('payment_intent.requires_action', object);
    return undefined;
  }
  if (card?.decline) return decline(session, intent, method, card.decline, attempt.authenticated);
  succeed(session, intent, method, attempt.authenticated);
  return undefined;
}

/** Authorises the payment, and takes it unless the capture is manual. */
export function succeed(
  session: Session,
  intent: Intent,
  method: Method,
  authenticated: boolean,
): void {
  const { object } = intent;
  const captured = object.capture_method !== 'manual';
  const charge = addCharge(session, object, method, { captured, authenticated });
  object.status = captured ? 'succeeded' : 'requires_capture';
  object.amount_capturable = captured ? 0 : object.amount;
  object.amount_received = captured ? object.amount : 0;
  object.next_action = null;
  object.processing = null;
  if (!captured) intent.due = session.now + AUTHORISATION_MS;
  method.hidden.usedBy = object.id;
  session.put('payment_method', method);
  if (object.setup_future_usage && typeof object.customer === 'string') {
    attach(session, method, object.customer);
  }
  session.put('payment_intent', intent);
  session.emit('charge.succeeded', charge.object);
  session.emit(
    captured ? 'payment_intent.succeeded' : 'payment_intent.amount_capturable_updated',
    object,
  );
}

/** Fails the attempt as the card's bank would; answers the card error. */
export function decline(
  session: Session,
  intent: Intent,
  method: Method,
  reason: Decline,
  authenticated = false,
): StripeRefusal {
  const { object } = intent;
  const charge = addCharge(session, object, method, {
    decline: reason,
    captured: false,
    authenticated,
  });
  const error = {
    type: 'card_error',
    charge: charge.object.id,
    code: reason.code,
    decline_code: reason.decline_code,
    message: reason.message,
    ...(reason.param ? { param: reason.param } : {}),
    ...(reason.advice_code ? { advice_code: reason.advice_code } : {}),
  } as const;
  return failAttempt(session, intent, method, error, () =>
    session.emit('charge.failed', charge.object),
  );
}

/** The intent returns to `requires_payment_method` without its payment method, and says why. */
export function failAttempt(
  session: Session,
  intent: Intent,
  method: Method | undefined,
  error: ConstructorParameters<typeof StripeRefusal>[1],
  before?: () => void,
): StripeRefusal {
  const { object } = intent;
  const shown = { ...error, ...(method ? { payment_method: method.object } : {}) };
  object.status = 'requires_payment_method';
  object.payment_method = null;
  object.next_action = null;
  object.processing = null;
  object.last_payment_error = shown;
  session.put('payment_intent', intent);
  before?.();
  session.emit('payment_intent.payment_failed', object);
  return new StripeRefusal(402, { ...shown, payment_intent: object }, { kept: true });
}

function refuseAction(session: Session, intent: Intent, method: Method): StripeRefusal {
  return failAttempt(session, intent, method, {
    type: 'card_error',
    code: 'authentication_required',
    decline_code: 'authentication_not_handled',
    message:
      'This payment required an authentication action to complete, but `error_on_requires_action` was set.',
  });
}

function asksForAuthentication(
  card: TestCard,
  method: Stripe.PaymentMethod,
  attempt: Attempt,
): boolean {
  if (card.authentication === 'always') return true;
  if (card.authentication === 'set_up') return !attempt.offSession;
  if (card.authentication === 'unless_set_up')
    return !(attempt.offSession && method.customer !== null);
  return false;
}

/**
 * With a `return_url` the browser is redirected; without one Stripe leaves the challenge to its own script
 * (docs.stripe.com/payments/3d-secure/authentication-flow), whose page here is the same.
 */
function challenge(session: Session, intent: Intent): Stripe.PaymentIntent.NextAction {
  const url = `${session.baseUrl}/3ds/${intent.object.id}`;
  const { returnUrl } = intent.hidden;
  if (returnUrl === undefined) {
    return {
      type: 'use_stripe_sdk',
      use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url, source: newId('src_1') },
    };
  }
  return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
}
