import type { Clock } from '../shared/clock.ts';
import { OrderClosed } from '../shared/errors.ts';
import type { Order, OrderNumber } from '../shared/order.ts';
import type { EmailQueue, EventBus } from './announcements.ts';
import { describeFailure, type StepFailure } from './describe-failure.ts';
import type { OrderStore } from './order-store.ts';

export interface ConfirmOrderDeps {
  orders: OrderStore;
  events: EventBus;
  emails: EmailQueue;
  clock: Clock;
  count: (metric: 'OrdersConfirmed') => void;
}

/**
 * The order is the customer's: paid, and theirs the goods. Hands it over to fulfilment and tells the customer.
 *
 * Confirming and undoing exclude each other by one condition on the order. Therefore this step's undo (`beginUndo`)
 * is to look: a confirmed order stands, and is handed over again.
 * @throws OrderClosed if the order is being undone
 */
export async function confirmOrder(
  deps: ConfirmOrderDeps,
  { order_number }: { order_number: OrderNumber },
): Promise<{ order_number: OrderNumber; status: Order['status'] }> {
  const order = await deps.orders.confirm(order_number, deps.clock.now());
  if (!order) throw new OrderClosed(`${order_number} is being undone`);
  await Promise.all([
    deps.events.put('OrderConfirmed', order),
    deps.emails.send('order_confirmation', order),
  ]);
  deps.count('OrdersConfirmed');
  return { order_number, status: order.status };
}

/**
 * Begins the undo: raises the fence behind which no step can act, unless the order has been confirmed (`confirmed`)
 * or undone (`ended`) already. What the order failed for is kept with it: the first failure is the one that counts.
 */
export async function beginUndo(
  deps: Pick<ConfirmOrderDeps, 'orders' | 'clock'>,
  { order_number, failure }: { order_number: OrderNumber; failure: StepFailure },
): Promise<{ outcome: 'undo' | 'confirmed' | 'ended' }> {
  const begun = await deps.orders.beginUndo(
    order_number,
    describeFailure(failure),
    deps.clock.now(),
  );
  if (begun) return { outcome: 'undo' };
  const order = await deps.orders.get(order_number);
  return { outcome: order?.status === 'confirmed' ? 'confirmed' : 'ended' };
}
