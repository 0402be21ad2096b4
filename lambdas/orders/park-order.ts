import type { Clock } from '../shared/clock.ts';
import type { OrderNumber } from '../shared/order.ts';
import type { EventBus } from './announcements.ts';
import { describeFailure, type StepFailure } from './describe-failure.ts';
import type { OrderStore } from './order-store.ts';

export interface ParkOrderDeps {
  orders: OrderStore;
  events: EventBus;
  clock: Clock;
  count: (metric: 'OrdersNeedingAttention') => void;
}

/**
 * The undo itself failed: the order waits for a person, with everything as it is, and the team is told. An order
 * that has ended stays as it is; then it was its announcement that failed, and that is told, too.
 */
export async function parkOrder(
  deps: ParkOrderDeps,
  { order_number, failure }: { order_number: OrderNumber; failure: StepFailure },
): Promise<{ order_number: OrderNumber; parked: boolean }> {
  const order =
    (await deps.orders.park(
      order_number,
      describeFailure(failure),
      failure.step,
      deps.clock.now(),
    )) ?? (await deps.orders.get(order_number));
  if (!order) return { order_number, parked: false };
  deps.count('OrdersNeedingAttention');
  await deps.events.put('OrderNeedsAttention', order);
  return { order_number, parked: order.status === 'needs_attention' };
}
