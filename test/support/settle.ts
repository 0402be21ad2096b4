import { expect } from 'vitest';
import type { OrderView } from '../../lambdas/orders/order-view.ts';
import { anOrderRequest } from './an-order-request.ts';
import type { Shop } from './shop.ts';

/** Seconds by which the clock is set forward between two looks: retries of minutes take moments. */
const STEP_S = 2;
const WITHIN_MS = 20_000;

/** Places an order; `change` replaces parts of one that would be paid at once. Answers its number. */
export async function place(shop: Shop, change: object = {}, key?: string): Promise<string> {
  const { status, body } = await shop.placeOrder({ ...anOrderRequest(), ...change }, key);
  expect(status, JSON.stringify(body)).toBe(202);
  return body.order_number;
}

/**
 * Waits until the order has ended or waits for a person, and nothing runs for it. Where a retry waits for its time,
 * the clock is set forward; never while a task is at work, since that would time it out.
 */
export async function settled(shop: Shop, orderNumber: string): Promise<OrderView> {
  await expect
    .poll(() => isAtRest(shop, orderNumber), { timeout: WITHIN_MS, interval: 15 })
    .toBe(true);
  return shop.order(orderNumber, 0);
}

async function isAtRest(shop: Shop, orderNumber: string): Promise<boolean> {
  const { status } = await shop.order(orderNumber, 0);
  const running = await shop.lastEvents();
  if (running.length === 0 && status !== 'pending' && status !== 'awaiting_payment') return true;
  if (running.every((event) => event === 'TaskFailed' || event === 'TaskTimedOut')) {
    await shop.advance(STEP_S);
  }
  return false;
}

/** Waits until the order needs its customer. */
export async function awaitingCustomer(shop: Shop, orderNumber: string): Promise<OrderView> {
  const order = await shop.order(orderNumber);
  expect(order.status).toBe('awaiting_payment');
  return order;
}

/** The customer answers the 3DS challenge. */
export async function challenge(
  shop: Shop,
  { payment }: OrderView,
  answer: 'pass' | 'fail',
): Promise<void> {
  const response = await fetch(
    `${shop.endpoints.stripe}/3ds/${payment.payment_intent_id}/${answer}`,
    { method: 'POST' },
  );
  expect(response.status).toBe(200);
}
