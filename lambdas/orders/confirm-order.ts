import type { Clock } from '../shared/clock.ts';
import { OrderClosed } from '../shared/errors.ts';
import type { Order, OrderNumber } from '../shared/order.ts';
import type { Announcements } from './announcements.ts';
import type { OrderStore } from './order-store.ts';

export interface ConfirmOrderDeps {
  orders: OrderStore;
  announcements: Announcements;
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
    deps.announcements.event('OrderConfirmed', order),
    deps.announcements.email('order_confirmation', order),
  ]);
  deps.count('OrdersConfirmed');
  return { order_number, status: order.status };
}

/**
 * Begins the undo: raises the fence behind which no step can act, unless the order has been confirmed (`confirmed`)
 * or undone (`ended`) already.
 */
export async function beginUndo(
  deps: Pick<ConfirmOrderDeps, 'orders' | 'clock'>,
  { order_number }: { order_number: OrderNumber },
): Promise<{ outcome: 'undo' | 'confirmed' | 'ended' }> {
  if (await deps.orders.beginUndo(order_number, deps.clock.now())) return { outcome: 'undo' };
  const order = await deps.orders.get(order_number);
  return { outcome: order?.status === 'confirmed' ? 'confirmed' : 'ended' };
}
