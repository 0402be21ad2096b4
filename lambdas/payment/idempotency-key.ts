import type { Order } from '../shared/order.ts';

/**
 * The provider's idempotency key of a call: order, step and attempt, never the time, so that an attempt that runs
 * twice is one call. A new attempt looks first and has a key of its own: Stripe answers a key that met a 500 with that
 * 500 for a day.
 * @see https://docs.stripe.com/api/idempotent_requests
 */
export function idempotencyKey(
  order: Pick<Order, 'order_number'>,
  step: string,
  attempt: number,
): string {
  return `${order.order_number}:${step}:${attempt}`;
}
