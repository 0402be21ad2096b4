import type { OrderReader } from '../orders/order-store.ts';
import { InvalidOrder } from '../shared/errors.ts';
import { minorUnits } from '../shared/money.ts';
import type { Address, OrderNumber, ShippingQuote, Totals } from '../shared/order.ts';
import type { TaxCalculator } from './tax-calculator.ts';

/** How long the tax provider may take. */
const TAX_TIMEOUT_MS = 5000;

export interface ComputeTaxDeps {
  orders: OrderReader;
  taxes: TaxCalculator;
  shipFrom: Address;
  /** Milliseconds for the tax provider; 5000 when left out. */
  timeoutMs?: number;
}

/**
 * The order's tax, and with it all that the customer pays: subtotal - discount + shipping + tax, in minor units.
 * @throws InvalidOrder if there is no such order, or the tax provider refuses its data
 * @throws Transient if the tax is not known now
 */
export async function computeTax(
  { orders, taxes, shipFrom, timeoutMs = TAX_TIMEOUT_MS }: ComputeTaxDeps,
  { order_number, shipping }: { order_number: OrderNumber; shipping: ShippingQuote },
): Promise<{ totals: Totals }> {
  const order = await orders.get(order_number);
  if (!order) throw new InvalidOrder(`there is no order ${order_number}`);

  const { subtotal, discount } = order.totals;
  const tax = await taxes.taxOf(
    {
      from: shipFrom,
      to: order.shipping_address,
      currency: order.currency,
      lines: order.items,
      discount,
      shipping: shipping.amount,
    },
    AbortSignal.timeout(timeoutMs),
  );
  const total = minorUnits(subtotal - discount + shipping.amount + tax);
  return { totals: { subtotal, discount, shipping: shipping.amount, tax, total } };
}
