import Stripe from 'stripe';
import { InvalidOrder, Transient } from '../shared/errors.ts';
import { type Currency, minorUnits } from '../shared/money.ts';
import type { OrderNumber, PaymentIntentId } from '../shared/order.ts';
import type { IntentStatus, PaymentGateway, PaymentIntent } from './payment-gateway.ts';

const STATUS: Record<string, IntentStatus> = {
  requires_payment_method: 'declined',
  requires_confirmation: 'unconfirmed',
  requires_action: 'needs_customer',
  processing: 'processing',
  requires_capture: 'authorized',
  succeeded: 'captured',
  canceled: 'canceled',
};

/**
 * Payments by Stripe's PaymentIntents with manual capture.
 *
 * `shop` is written on every intent and asked of every intent: two shops, or two stages, may share an account.
 * @see https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
 */
export function stripeGateway(deps: {
  stripe: () => Promise<Stripe>;
  shop: string;
  /** Where the bank's page sends the customer after a 3DS challenge. */
  returnUrl: string;
}): PaymentGateway {
  const intentOf = (intent: Stripe.PaymentIntent): PaymentIntent =>
    describeIntent(intent, deps.shop);

  /** Acts on `id`; if its state does not allow that, answers the state instead. */
  const act = async (
    id: PaymentIntentId,
    action: (stripe: Stripe) => Promise<Stripe.PaymentIntent>,
  ): Promise<PaymentIntent> => {
    const stripe = await deps.stripe();
    try {
      return intentOf(await action(stripe));
    } catch (error) {
      if (!isAboutTheIntent(error)) throw mapped(error);
      return retrieve(id);
    }
  };

  const retrieve = async (id: PaymentIntentId): Promise<PaymentIntent> => {
    const stripe = await deps.stripe();
    return intentOf(await stripe.paymentIntents.retrieve(id).catch(rethrowMapped));
  };

  return {
    async create({ order_number, amount, currency, payment_method_id }, idempotencyKey) {
      const stripe = await deps.stripe();
      const intent = await stripe.paymentIntents
        .create(
          {
            amount,
            currency: currency.toLowerCase(),
            capture_method: 'manual',
            allowed_payment_method_types: ['card'],
            payment_method: payment_method_id,
            metadata: { order_number, shop: deps.shop },
          },
          { idempotencyKey },
        )
        .catch(rethrowMapped);
      return intentOf(intent);
    },
    retrieve,
    confirm: (id, idempotencyKey) =>
      act(id, (stripe) =>
        stripe.paymentIntents.confirm(id, { return_url: deps.returnUrl }, { idempotencyKey }),
      ),
    capture: (id, idempotencyKey) =>
      act(id, (stripe) => stripe.paymentIntents.capture(id, {}, { idempotencyKey })),
    cancel: (id) => act(id, (stripe) => stripe.paymentIntents.cancel(id)),
    async refund(id, idempotencyKey) {
      const stripe = await deps.stripe();
      try {
        const { status } = await stripe.refunds.create({ payment_intent: id }, { idempotencyKey });
        if (status === 'failed' || status === 'canceled') {
          throw new Transient(`Stripe: the refund is ${status}`);
        }
      } catch (error) {
        if (error instanceof Stripe.errors.StripeError && error.code === 'charge_already_refunded')
          return;
        throw mapped(error);
      }
    },
  };
}

/** A Stripe client that tells unknown outcomes apart: 10 s per call, and no retries of its own. */
export function stripeClient(secretKey: string, baseUrl: string): Stripe {
  const { protocol, hostname, port } = new URL(baseUrl);
  return new Stripe(secretKey, {
    host: hostname,
    port: port || (protocol === 'http:' ? 80 : 443),
    protocol: protocol === 'http:' ? 'http' : 'https',
    timeout: 10_000,
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** Stripe's intent in the gateway's words. Intents of another shop have no order number. */
function describeIntent(intent: Stripe.PaymentIntent, shop: string): PaymentIntent {
  const { metadata, next_action } = intent;
  const ours = metadata['shop'] === shop && metadata['order_number'];
  const redirect = next_action?.redirect_to_url?.url;
  return {
    id: intent.id as PaymentIntentId,
    // A status that this release does not know is no answer yet: wait, and let the limit decide.
    status: STATUS[intent.status] ?? 'processing',
    amount: minorUnits(intent.amount),
    currency: intent.currency.toUpperCase() as Currency,
    ...(ours && { order_number: ours as OrderNumber }),
    ...(intent.client_secret && { client_secret: intent.client_secret }),
    ...(next_action && {
      next_action: { type: next_action.type, ...(redirect && { redirect_url: redirect }) },
    }),
    ...(intent.last_payment_error?.message && {
      decline_message: intent.last_payment_error.message,
    }),
  };
}

/** A decline, or a call that the intent's state does not allow: the intent itself tells which. */
function isAboutTheIntent(error: unknown): boolean {
  return (
    error instanceof Stripe.errors.StripeCardError ||
    error instanceof Stripe.errors.StripeInvalidRequestError
  );
}

function rethrowMapped(error: unknown): never {
  throw mapped(error);
}

/**
 * Stripe's error in the saga's words. Messages of Stripe may quote what was sent, so only types and codes are kept;
 * the customer's fault is said in our words.
 * @see https://docs.stripe.com/error-handling
 */
function mapped(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { statusCode = 0, code, type } = error;
  const inFlight = statusCode === 409;
  if (
    error instanceof Stripe.errors.StripeConnectionError ||
    inFlight ||
    statusCode === 429 ||
    statusCode >= 500
  ) {
    return new Transient(`Stripe: ${type} ${code ?? ''} ${statusCode}`.trim());
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    return new InvalidOrder(`The payment was refused as invalid (${code ?? 'invalid_request'})`);
  }
  return new Error(`Stripe refused our request: ${type} ${code ?? ''} ${statusCode}`.trim());
}
