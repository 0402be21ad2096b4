import type { OrderStore } from '../orders/order-store.ts';
import type { PaymentWait } from '../orders/saga.ts';
import type { Clock } from '../shared/clock.ts';
import { PaymentCanceled, PaymentDeclined } from '../shared/errors.ts';
import type { Order, Payment } from '../shared/order.ts';
import type { PaymentIntent } from './payment-gateway.ts';

/** How long a provider may process a payment, in milliseconds (W: `OrderStatusPaymentProcessing` times out after 5 min). */
const PROCESSING_LIMIT_MS = 5 * 60_000;

export interface SettleIntentDeps {
  orders: OrderStore;
  wait: PaymentWait;
  clock: Clock;
}

/**
 * Brings the order to where its payment is, and wakes the saga when the payment is authorized. From the step
 * itself, from webhooks and from the sweep: whoever comes first, the others change nothing.
 * @returns why the payment will not come, if it will not
 */
export async function settleIntent(
  deps: SettleIntentDeps,
  order: Order,
  intent: PaymentIntent,
): Promise<PaymentDeclined | PaymentCanceled | undefined> {
  const { order_number } = order;
  const now = deps.clock.now();
  switch (intent.status) {
    case 'authorized':
    case 'captured':
      if (await deps.orders.authorized(order_number, now))
        await deps.wait.succeed(order, intent.id);
      return undefined;
    case 'unconfirmed':
      return undefined;
    case 'needs_customer':
      await deps.orders.awaitCustomer(order_number, paymentOf(intent), now);
      return undefined;
    case 'processing':
      await deps.orders.awaitProvider(
        order_number,
        new Date(now.getTime() + PROCESSING_LIMIT_MS),
        now,
      );
      return undefined;
    case 'declined':
      return new PaymentDeclined(intent.decline_message ?? 'The payment was declined');
    case 'canceled':
      return new PaymentCanceled('The payment was canceled');
  }
}

/** What the order keeps of `intent`. */
export function paymentOf(intent: PaymentIntent): Payment {
  return {
    payment_intent_id: intent.id,
    ...(intent.client_secret && { client_secret: intent.client_secret }),
    ...(intent.next_action && { next_action: intent.next_action }),
  };
}
