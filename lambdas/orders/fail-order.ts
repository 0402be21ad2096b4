import type { Clock } from '../shared/clock.ts';
import { OrderClosed } from '../shared/errors.ts';
import type { OrderNumber, PaymentStatus } from '../shared/order.ts';
import type { Announcements } from './announcements.ts';
import { describeFailure, type StepFailure } from './describe-failure.ts';
import type { OrderStore } from './order-store.ts';

export interface FailOrderDeps {
  orders: OrderStore;
  announcements: Announcements;
  clock: Clock;
  count: (metric: 'OrdersFailed' | 'OrdersNeedingAttention') => void;
}

export interface FailOrderInput {
  order_number: OrderNumber;
  failure: StepFailure;
  payment_status: PaymentStatus;
}

/**
 * The last step of the undo: everything is given back, the order has failed, and the customer is told if it was for
 * the payment.
 * @throws OrderClosed if the undo was not begun
 */
export async function failOrder(
  deps: FailOrderDeps,
  { order_number, failure, payment_status }: FailOrderInput,
): Promise<{ order_number: OrderNumber; status: 'failed' }> {
  const described = describeFailure(failure);
  const order = await deps.orders.fail(order_number, described, payment_status, deps.clock.now());
  if (!order) throw new OrderClosed(`${order_number} is not being undone`);
  await Promise.all([
    deps.announcements.event('OrderFailed', order),
    order.failure?.code.startsWith('PAYMENT_')
      ? deps.announcements.email('payment_problem', order)
      : undefined,
  ]);
  deps.count('OrdersFailed');
  return { order_number, status: 'failed' };
}

/**
 * The undo itself failed: the order waits for a person, with everything as it is, and the team is told. An order
 * that was confirmed stays so: it could not be handed over, and that is told. One that has failed needs nobody.
 */
export async function parkOrder(
  deps: FailOrderDeps,
  { order_number, failure }: Omit<FailOrderInput, 'payment_status'>,
): Promise<{ order_number: OrderNumber; parked: boolean }> {
  const order =
    (await deps.orders.park(order_number, describeFailure(failure), deps.clock.now())) ??
    (await deps.orders.get(order_number));
  if (!order || order.status === 'failed') return { order_number, parked: false };
  deps.count('OrdersNeedingAttention');
  await deps.announcements.event('OrderNeedsAttention', order);
  return { order_number, parked: order.status === 'needs_attention' };
}
