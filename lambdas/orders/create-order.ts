import type { Catalogue } from '../catalogue/catalogue.ts';
import { priceOrder } from '../catalogue/price-order.ts';
import { ApiError } from '../shared/api-error.ts';
import type { Clock } from '../shared/clock.ts';
import type { Order, OrderNumber } from '../shared/order.ts';
import type { OrderBook } from './accept-order.ts';
import { hashRequest, type OrderRequest } from './order-request.ts';
import type { OrderReader } from './order-store.ts';
import type { RequestClaims } from './request-claims.ts';
import type { CheckoutInput, Starter } from './saga.ts';

export interface CreateOrderDeps {
  catalogue: Catalogue;
  orders: OrderReader;
  orderBook: OrderBook;
  claims: RequestClaims;
  checkout: Starter<CheckoutInput>;
  newOrderNumber: (at: Date) => OrderNumber;
  clock: Clock;
  onNotStarted: (orderNumber: OrderNumber, error: unknown) => void;
}

/**
 * Accepts an order: prices it, stores it and starts its checkout. With the same `idempotencyKey` and body it is the
 * same order again, started again if the first request died before it could.
 *
 * An order is accepted once it is stored: if this process dies before the checkout starts, the sweep starts it.
 * @throws ApiError 400 VALIDATION_FAILED, 409 REQUEST_IN_PROGRESS, 422 IDEMPOTENCY_KEY_REUSED
 */
export async function createOrder(
  deps: CreateOrderDeps,
  request: OrderRequest,
  idempotencyKey: string | undefined,
): Promise<Order> {
  const order = await acceptOrder(deps, request, idempotencyKey);
  if (order.status === 'pending') await startCheckout(deps, order);
  return order;
}

/** The order of this request, stored now or before. */
async function acceptOrder(
  deps: CreateOrderDeps,
  request: OrderRequest,
  key: string | undefined,
): Promise<Order> {
  const { orderNumber, exists } = await claimOrderNumber(deps, request, key);
  const order = exists
    ? await deps.orders.get(orderNumber)
    : await storeOrder(deps, request, orderNumber, key);
  if (!order) throw new ApiError(404, 'ORDER_NOT_FOUND', `Order ${orderNumber} is no longer kept`);
  return order;
}

/** The order is accepted already: what keeps its checkout from starting now, the sweep makes good. */
async function startCheckout(deps: CreateOrderDeps, { order_number }: Order): Promise<void> {
  try {
    await deps.checkout.start({ order_number });
  } catch (error) {
    deps.onNotStarted(order_number, error);
  }
}

async function claimOrderNumber(
  deps: CreateOrderDeps,
  request: OrderRequest,
  key: string | undefined,
): Promise<{ orderNumber: OrderNumber; exists: boolean }> {
  const now = deps.clock.now();
  const fresh = deps.newOrderNumber(now);
  if (key === undefined) return { orderNumber: fresh, exists: false };

  const claim = await deps.claims.claim(key, hashRequest(request), fresh, now);
  switch (claim.outcome) {
    case 'reused':
      throw new ApiError(
        422,
        'IDEMPOTENCY_KEY_REUSED',
        'This Idempotency-Key was used for another request: send a new key with a new body',
      );
    case 'running':
      throw new ApiError(
        409,
        'REQUEST_IN_PROGRESS',
        'The first request with this Idempotency-Key is still running',
        { retryAfter: claim.retryAfter },
      );
    default:
      return { orderNumber: claim.orderNumber, exists: claim.outcome === 'done' };
  }
}

/** The order as it was stored; a number that another order has taken meanwhile is drawn again. */
async function storeOrder(
  deps: CreateOrderDeps,
  request: OrderRequest,
  orderNumber: OrderNumber,
  key: string | undefined,
): Promise<Order | undefined> {
  const priced = await priceOrder(deps, request.items, request.currency).catch(
    async (error: unknown) => {
      if (key !== undefined) await deps.claims.release(key, orderNumber);
      throw error;
    },
  );
  const at = deps.clock.now().toISOString();
  const order: Order = {
    order_number: orderNumber,
    status: 'pending',
    payment_status: 'pending',
    currency: priced.currency,
    items: priced.lines,
    totals: priced.totals,
    customer: request.customer,
    shipping_address: request.shipping_address,
    shipping_method: request.shipping_method,
    payment_method: request.payment_method,
    payment_method_id: request.payment_method_id,
    warnings: [],
    ...(key !== undefined && { request_key: key }),
    history: [{ at, status: 'pending', step: 'ValidateAndPrice' }],
    created_at: at,
    updated_at: at,
  };
  const together = key === undefined ? [] : [deps.claims.completion(key, orderNumber)];
  if ((await deps.orderBook.store(order, together)) === 'stored') return order;

  const present = await deps.orders.get(orderNumber);
  if (key !== undefined && present?.request_key === key) return present;
  // Another order has this number: nothing of this one was stored, so it may begin again with the next.
  if (key !== undefined) await deps.claims.release(key, orderNumber);
  return acceptOrder(deps, request, key);
}
