import Stripe from 'stripe';
import { dynamoOrders } from '../orders/order-store.ts';
import { taskTokenWait } from '../orders/saga.ts';
import { ApiError } from '../shared/api-error.ts';
import { answer, apiHandler, rawBody } from '../shared/api-handler.ts';
import { dynamodb, stepFunctions } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { logger } from '../shared/logger.ts';
import { countMetric } from '../shared/metrics.ts';
import type { PaymentIntentId } from '../shared/order.ts';
import { secret } from '../shared/secrets.ts';
import { receiveStripeEvent } from './receive-stripe-event.ts';
import { dynamoWebhookEvents } from './webhook-events.ts';
import { wireStripe } from './wire-stripe.ts';

/** Stripe's own default tolerance of the signature's age, in seconds. */
const TOLERANCE_S = 300;

const client = dynamodb();
const secretArn = env('STRIPE_SECRET_ARN');
const deps = {
  events: dynamoWebhookEvents(env('RECORDS_TABLE'), client),
  orders: dynamoOrders(env('ORDERS_TABLE'), client),
  payments: wireStripe(),
  wait: taskTokenWait(stepFunctions()),
  clock: systemClock,
  count: countMetric,
};

/** `POST /webhooks/stripe`: 200 once the event was acted on; 400 if it is not signed by Stripe. */
export const handler = apiHandler(async (request) => {
  const { STRIPE_WEBHOOK_SECRET: signingSecret } = await secret(secretArn);
  const event = verified(rawBody(request), request.headers['stripe-signature'], signingSecret);
  await receiveStripeEvent(deps, {
    id: event.id,
    type: event.type,
    intentId: intentOf(event.data.object),
  });
  return answer(200, { received: true });
});

/** @throws ApiError 400 INVALID_SIGNATURE, counted; an unset secret believes nobody */
function verified(
  payload: Buffer,
  signature: string | undefined,
  signingSecret: string | undefined,
): Stripe.Event {
  try {
    if (!signature || !signingSecret) throw new TypeError('no signature to verify');
    return Stripe.webhooks.constructEvent(payload, signature, signingSecret, TOLERANCE_S);
  } catch (error) {
    countMetric('WebhookSignatureFailures');
    logger.warn('webhook refused', { error: error instanceof Error ? error.name : 'unknown' });
    throw new ApiError(400, 'INVALID_SIGNATURE', 'The Stripe-Signature header does not verify');
  }
}

function intentOf(object: object): PaymentIntentId | undefined {
  const { object: type, id } = object as { object?: unknown; id?: unknown };
  return type === 'payment_intent' && typeof id === 'string' ? (id as PaymentIntentId) : undefined;
}
