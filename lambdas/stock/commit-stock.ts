import type { OrderNumber } from '../shared/order.ts';
import type { StockLedger } from './stock-ledger.ts';

/**
 * Sells what is held: from here on the pieces are gone unless the sale is undone. Its undo is `undoStock`.
 * @throws OrderClosed if nothing is held for the order
 */
export async function commitStock(
  deps: { stock: StockLedger },
  { order_number }: { order_number: OrderNumber },
): Promise<{ order_number: OrderNumber }> {
  await deps.stock.commit(order_number);
  return { order_number };
}
