import type { OrderReader } from '../orders/order-store.ts';
import { InvalidOrder } from '../shared/errors.ts';
import type { OrderNumber } from '../shared/order.ts';
import type { StockLedger } from './stock-ledger.ts';

export interface ReserveStockInput {
  order_number: OrderNumber;
}

/**
 * Holds every piece of the order, or none.
 * @throws OutOfStock, OrderClosed, Transient as the ledger; InvalidOrder if there is no such order
 */
export async function reserveStock(
  deps: { orders: OrderReader; stock: StockLedger },
  { order_number }: ReserveStockInput,
): Promise<{ order_number: OrderNumber }> {
  const order = await deps.orders.get(order_number);
  if (!order) throw new InvalidOrder(`there is no order ${order_number}`);
  await deps.stock.reserve(
    order_number,
    order.items.map(({ sku, quantity }) => ({ sku, quantity })),
  );
  return { order_number };
}

/**
 * The undo of reserving and of committing: held pieces are released, sold ones restocked, and a reservation that
 * never was is closed so that one in flight comes to nothing.
 */
export async function undoStock(
  deps: { stock: StockLedger },
  { order_number }: ReserveStockInput,
): Promise<{ stock: 'released' | 'restocked' }> {
  return { stock: await deps.stock.undo(order_number) };
}
