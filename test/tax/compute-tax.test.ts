import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoOrders } from '../../lambdas/orders/order-store.ts';
import type { MinorUnits } from '../../lambdas/shared/money.ts';
import type { Order, OrderNumber, ShippingQuote } from '../../lambdas/shared/order.ts';
import { type ComputeTaxDeps, computeTax } from '../../lambdas/tax/compute-tax.ts';
import { taxJarCalculator } from '../../lambdas/tax/taxjar-calculator.ts';
import { anOrder, WAREHOUSE } from '../shipping/an-order.ts';
import { ORDERS, putOrder, startTables } from '../shipping/order-table.ts';
import { answering, silent, type WireServer } from '../shipping/wire-server.ts';
import type { RealDynamoDb } from '../support/real-dynamodb.ts';

const amount = (value: number) => value as MinorUnits;
const SHIPPING: ShippingQuote = {
  method: 'standard',
  carrier: 'ups',
  service: 'UPS Ground',
  amount: amount(795),
};

let db: RealDynamoDb;
let server: WireServer;
let deps: ComputeTaxDeps;
let due: number;

beforeAll(async () => {
  db = await startTables();
  server = await answering(() => ({
    status: 200,
    body: { tax: { order_total_amount: 1, amount_to_collect: due } },
  }));
});
afterAll(() => Promise.all([db.stop(), server.stop()]));

beforeEach(() => {
  due = 5.41;
  deps = {
    orders: dynamoOrders(ORDERS, db.client),
    taxes: taxJarCalculator({ baseUrl: server.baseUrl, apiKey: async () => 'key' }),
    shipFrom: WAREHOUSE,
  };
});

async function compute(changes: Partial<Order> = {}) {
  const order = anOrder(changes);
  await putOrder(db, order);
  return computeTax(deps, { order_number: order.order_number, shipping: SHIPPING });
}

describe('computeTax', () => {
  it('adds up what the customer pays', async () => {
    const totals = {
      subtotal: amount(5998),
      discount: amount(500),
      shipping: null,
      tax: null,
      total: null,
    };

    expect(await compute({ totals })).toEqual({
      totals: { subtotal: 5998, discount: 500, shipping: 795, tax: 541, total: 6834 },
    });
  });

  it('takes no tax for none', async () => {
    due = 0;

    expect(await compute()).toMatchObject({ totals: { tax: 0, total: 6793 } });
  });

  it('does not guess a tax that is late', async () => {
    const quiet = await silent();
    deps = {
      ...deps,
      taxes: taxJarCalculator({ baseUrl: quiet.baseUrl, apiKey: async () => 'key' }),
      timeoutMs: 50,
    };

    await expect(compute()).rejects.toMatchObject({ name: 'Transient' });
    await quiet.stop();
  });

  it('refuses an order that does not exist', async () => {
    const order_number = 'ORD-2026-000000' as OrderNumber;

    await expect(computeTax(deps, { order_number, shipping: SHIPPING })).rejects.toMatchObject({
      name: 'InvalidOrder',
    });
  });
});
