import type { OrderStore } from '../orders/order-store.ts';
import type { PaymentWait } from '../orders/saga.ts';
import type { Clock } from '../shared/clock.ts';
import type { Order, PaymentIntentId } from '../shared/order.ts';
import { giveBack } from './give-back.ts';
import type { PaymentGateway, PaymentIntent } from './payment-gateway.ts';
import { settleIntent } from './settle-intent.ts';
import type { WebhookEvents } from './webhook-events.ts';

export interface ReceiveStripeEventDeps {
  events: WebhookEvents;
  orders: OrderStore;
  payments: PaymentGateway;
  wait: PaymentWait;
  clock: Clock;
  count: (metric: 'RefundsFailed') => void;
}

/** A verified event; `intentId` is that of the payment intent which it is about, if it is about one. */
export interface StripeEvent {
  id: string;
  type: string;
  intentId?: PaymentIntentId | undefined;
}

/**
 * Records the event once and acts on what the payment is now, not on what the event says it was: events come late,
 * twice and out of order. It is answered only after it was acted on, so that a crash at any line brings it again.
 */
export async function receiveStripeEvent(
  deps: ReceiveStripeEventDeps,
  event: StripeEvent,
): Promise<void> {
  if ((await deps.events.begin(event.id, event.type, deps.clock.now())) === 'acted') return;
  // Money that a customer was told is coming back, and is not: only a person can mend that.
  if (event.type === 'refund.failed') deps.count('RefundsFailed');
  if (event.intentId) await followIntent(deps, await deps.payments.retrieve(event.intentId));
  await deps.events.finish(event.id, deps.clock.now());
}

async function followIntent(deps: ReceiveStripeEventDeps, intent: PaymentIntent): Promise<void> {
  const order = intent.order_number && (await deps.orders.get(intent.order_number));
  // A payment begins with a stored order: one for an order that is not here is not ours.
  if (!order) return;
  const ended = order.status === 'failed' || (order.status === 'needs_attention' && order.undoing);
  if (order.payment?.payment_intent_id !== intent.id || ended) {
    return giveBackStray(deps, order, intent);
  }
  // Being undone, the order's payment is the undo's; confirmed or parked, nothing waits for it.
  if (order.undoing || (order.status !== 'pending' && order.status !== 'awaiting_payment')) return;
  const refusal = await settleIntent(deps, order, intent);
  if (refusal) await deps.wait.fail(order, refusal);
}

/**
 * Money for no order, or for an order that has ended, goes back by itself. A payment that nobody has made yet is
 * left alone: it may be one that an order is about to take.
 */
async function giveBackStray(
  { payments }: ReceiveStripeEventDeps,
  order: Order,
  intent: PaymentIntent,
): Promise<void> {
  if (intent.status !== 'authorized' && intent.status !== 'captured') return;
  await giveBack(payments, order, intent.id, 1);
}
