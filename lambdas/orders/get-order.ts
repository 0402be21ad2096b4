import { ApiError } from '../shared/api-error.ts';
import type { Order, OrderNumber } from '../shared/order.ts';
import type { OrderReader } from './order-store.ts';
import { standsStill } from './order-view.ts';

/** The pause between two looks grows from the first to the last, in milliseconds. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;

/**
 * The order, as soon as it stands still or after `waitMs` as it is then.
 * @throws ApiError 404 ORDER_NOT_FOUND
 */
export async function getOrder(
  deps: {
    orders: OrderReader;
    now: () => number;
    pause: (ms: number) => Promise<unknown>;
  },
  orderNumber: OrderNumber,
  waitMs: number,
): Promise<Order> {
  const until = deps.now() + waitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LAST_PAUSE_MS, pause * 1.5)) {
    const order = await deps.orders.get(orderNumber);
    if (!order) throw new ApiError(404, 'ORDER_NOT_FOUND', `There is no order ${orderNumber}`);
    const left = until - deps.now();
    if (standsStill(order) || left <= 0) return order;
    await deps.pause(Math.min(pause, left));
  }
}
