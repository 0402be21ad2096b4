import type { Currency, MinorUnits } from '../../lambdas/shared/money.ts';
import type { Address, Order, OrderLine, OrderNumber, Sku } from '../../lambdas/shared/order.ts';

export const USD = 'USD' as Currency;

export const WAREHOUSE: Address = {
  street: '1 Market Street',
  city: 'San Francisco',
  state: 'CA',
  zip: '94105',
  country: 'US',
};

export const HOME: Address = {
  street: '350 Fifth Avenue',
  city: 'New York',
  state: 'NY',
  zip: '10118',
  country: 'US',
};

/** A line of two T-shirts of 29.99, or what `changes` makes of it. */
export function aLine(changes: Partial<OrderLine> = {}): OrderLine {
  const quantity = changes.quantity ?? 2;
  const unit_price = changes.unit_price ?? (2999 as MinorUnits);
  return {
    sku: 'TSHIRT-BLU-M' as Sku,
    name: 'T-shirt, blue, M',
    quantity,
    unit_price,
    total_price: (quantity * unit_price) as MinorUnits,
    weight_grams: 200,
    ...changes,
  };
}

/** A pending order of two T-shirts to New York, or what `changes` makes of it. */
export function anOrder(changes: Partial<Order> = {}): Order {
  const items = changes.items ?? [aLine()];
  const subtotal = items.reduce((sum, line) => sum + line.total_price, 0) as MinorUnits;
  return {
    order_number: 'ORD-2026-7K3QX9' as OrderNumber,
    status: 'pending',
    payment_status: 'pending',
    currency: USD,
    items,
    totals: { subtotal, discount: 0 as MinorUnits, shipping: null, tax: null, total: null },
    customer: { email: 'ada@example.com', name: 'Ada Lovelace' },
    shipping_address: HOME,
    shipping_method: 'standard',
    payment_method: 'card',
    payment_method_id: 'pm_card_visa',
    warnings: [],
    history: [],
    created_at: '2026-11-20T10:00:00.000Z',
    updated_at: '2026-11-20T10:00:00.000Z',
    ...changes,
  };
}
