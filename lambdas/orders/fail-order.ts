import type { Clock } from '../shared/clock.ts';
import { OrderClosed } from '../shared/errors.ts';
import type { OrderNumber, PaymentStatus } from '../shared/order.ts';
import type { EmailQueue, EventBus } from './announcements.ts';
import { describeFailure, type StepFailure } from './describe-failure.ts';
import type { OrderStore } from './order-store.ts';

export interface FailOrderDeps {
  orders: OrderStore;
  events: EventBus;
  emails: EmailQueue;
  clock: Clock;
  count: (metric: 'OrdersFailed') => void;
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
    deps.events.put('OrderFailed', order),
    order.failure?.code.startsWith('PAYMENT_')
      ? deps.emails.send('payment_problem', order)
      : undefined,
  ]);
  deps.count('OrdersFailed');
  return { order_number, status: 'failed' };
}
