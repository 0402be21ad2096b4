import type { Order } from '../shared/order.ts';

/**
 * The provider's idempotency key of a call: order, step and attempt, never the time, so that every retry of a step
 * is the same call. An order has one payment attempt so far.
 * @see https://docs.stripe.com/api/idempotent_requests (keys are kept for at least 24 hours)
 */
export function idempotencyKey(
  order: Pick<Order, 'order_number'>,
  step: string,
  attempt = 1,
): string {
  return `${order.order_number}:${step}:${attempt}`;
}
