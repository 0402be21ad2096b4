import { PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderNumber, Sku } from '../../lambdas/shared/order.ts';
import { dynamoStockLedger } from '../../lambdas/stock/dynamo-stock-ledger.ts';
import type { StockLedger } from '../../lambdas/stock/stock-ledger.ts';
import { type RealDynamoDb, startDynamoDb } from '../support/real-dynamodb.ts';

const TABLE = 'stock';
let dynamo: RealDynamoDb;
let stock: StockLedger;
let serial = 0;

beforeAll(async () => {
  dynamo = await startDynamoDb({ [TABLE]: 'id' });
  stock = dynamoStockLedger({
    table: TABLE,
    client: dynamo.client,
    pause: () => Promise.resolve(),
    random: () => 0,
  });
});

afterAll(() => dynamo.stop());

const orderNumber = () => `ORD-2026-${String(++serial).padStart(6, '0')}` as OrderNumber;

/** A SKU of its own for each test, so that none sees another's counts. */
async function stocked(available: number): Promise<Sku> {
  const sku = `sku-${++serial}` as Sku;
  await dynamo.client.send(
    new PutCommand({ TableName: TABLE, Item: { id: `sku#${sku}`, available, held: 0 } }),
  );
  return sku;
}

describe('a reservation', () => {
  test('holds all lines', async () => {
    const [a, b, order] = [await stocked(5), await stocked(5), orderNumber()];
    await stock.reserve(order, [
      { sku: a, quantity: 2 },
      { sku: b, quantity: 5 },
    ]);
    expect(await stock.level(a)).toEqual({ available: 3, held: 2 });
    expect(await stock.level(b)).toEqual({ available: 0, held: 5 });
  });

  test('holds nothing if one line is short, and names that line', async () => {
    const [plenty, short, order] = [await stocked(5), await stocked(1), orderNumber()];
    const lines = [
      { sku: plenty, quantity: 1 },
      { sku: short, quantity: 2 },
    ];
    await expect(stock.reserve(order, lines)).rejects.toMatchObject({
      name: 'OutOfStock',
      message: `Out of stock: ${short}`,
    });
    expect(await stock.level(plenty)).toEqual({ available: 5, held: 0 });
  });

  test('of a SKU that was never stocked is out of stock', async () => {
    const line = { sku: 'never' as Sku, quantity: 1 };
    await expect(stock.reserve(orderNumber(), [line])).rejects.toMatchObject({
      name: 'OutOfStock',
    });
  });

  test('made twice is one', async () => {
    const [sku, order] = [await stocked(5), orderNumber()];
    await stock.reserve(order, [{ sku, quantity: 2 }]);
    await stock.reserve(order, [{ sku, quantity: 2 }]);
    expect(await stock.level(sku)).toEqual({ available: 3, held: 2 });
  });

  test('committed twice is sold once', async () => {
    const [sku, order] = [await stocked(5), orderNumber()];
    await stock.reserve(order, [{ sku, quantity: 2 }]);
    await stock.commit(order);
    await stock.commit(order);
    expect(await stock.level(sku)).toEqual({ available: 3, held: 0 });
  });

  test('that never was cannot be committed', async () => {
    await expect(stock.commit(orderNumber())).rejects.toMatchObject({ name: 'OrderClosed' });
  });
});

describe('the undo', () => {
  test('releases what is held, once', async () => {
    const [sku, order] = [await stocked(5), orderNumber()];
    await stock.reserve(order, [{ sku, quantity: 2 }]);
    expect([await stock.undo(order), await stock.undo(order)]).toEqual(['released', 'released']);
    expect(await stock.level(sku)).toEqual({ available: 5, held: 0 });
  });

  test('restocks what was sold, once', async () => {
    const [sku, order] = [await stocked(5), orderNumber()];
    await stock.reserve(order, [{ sku, quantity: 2 }]);
    await stock.commit(order);
    expect([await stock.undo(order), await stock.undo(order)]).toEqual(['restocked', 'restocked']);
    expect(await stock.level(sku)).toEqual({ available: 5, held: 0 });
  });

  test('of a reservation that never was refuses one that comes late', async () => {
    const [sku, order] = [await stocked(5), orderNumber()];
    expect(await stock.undo(order)).toBe('released');
    await expect(stock.reserve(order, [{ sku, quantity: 1 }])).rejects.toMatchObject({
      name: 'OrderClosed',
    });
    expect(await stock.level(sku)).toEqual({ available: 5, held: 0 });
  });

  test('refuses a commit that comes late', async () => {
    const [sku, order] = [await stocked(5), orderNumber()];
    await stock.reserve(order, [{ sku, quantity: 1 }]);
    await stock.undo(order);
    await expect(stock.commit(order)).rejects.toMatchObject({ name: 'OrderClosed' });
  });
});

test('of twenty who want the last five, five get one', async () => {
  const sku = await stocked(5);
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, () => stock.reserve(orderNumber(), [{ sku, quantity: 1 }])),
  );
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  expect(await stock.level(sku)).toEqual({ available: 0, held: 5 });
});

test('whatever is done to a few orders at once, every piece is in one place', async () => {
  const step = fc.record({
    order: fc.nat({ max: 3 }),
    action: fc.constantFrom('reserve' as const, 'commit' as const, 'undo' as const),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
      const sku = await stocked(3);
      const orders = [orderNumber(), orderNumber(), orderNumber(), orderNumber()];
      const held = new Set<OrderNumber>();
      const sold = new Set<OrderNumber>();
      await Promise.allSettled(
        steps.map(({ order, action }) => {
          const number = orders[order] ?? orderNumber();
          if (action === 'reserve') return stock.reserve(number, [{ sku, quantity: 1 }]);
          return action === 'commit' ? stock.commit(number) : stock.undo(number);
        }),
      );
      for (const order of orders) {
        const { Item } = await dynamo.get(TABLE, { id: `order#${order}` });
        if (Item?.['reservation'] === 'held') held.add(order);
        if (Item?.['reservation'] === 'committed') sold.add(order);
      }
      expect(await stock.level(sku)).toEqual({
        available: 3 - held.size - sold.size,
        held: held.size,
      });
    }),
    { numRuns: 40 },
  );
});
