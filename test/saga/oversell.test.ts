import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, takeInventory } from '../support/audit.ts';
import { LocalCloud } from '../support/local-cloud.ts';
import { place } from '../support/settle.ts';
import { type Shop, shopAt } from '../support/shop.ts';

const STOCK = { 'sale-a': 50, 'sale-b': 30, 'sale-c': 20 };
const ORDERS = 200;

const cloud = new LocalCloud();
let shop: Shop;

beforeAll(async () => {
  shop = shopAt(await cloud.start());
  const [catalogue, stock] = [await shop.tableLike('Catalogue'), await shop.tableLike('Stock')];
  for (const [sku, available] of Object.entries(STOCK)) {
    const product = { sku, name: sku, price: 1000, currency: 'USD', weight_grams: 100 };
    await put(catalogue, { ...product, status: 'active' });
    await put(stock, { id: `sku#${sku}`, available, held: 0 });
  }
});

afterAll(() => cloud.remove());

async function put(TableName: string, Item: Record<string, unknown>): Promise<void> {
  await shop.dynamo.send(new PutCommand({ TableName, Item }));
}

test('of 200 orders at once for 100 pieces, exactly the sellable ones are confirmed', async () => {
  const before = await takeInventory(shop);
  const skus = Object.keys(STOCK);
  const numbers = await Promise.all(
    Array.from({ length: ORDERS }, (_, i) =>
      place(shop, { items: [{ sku: skus[i % skus.length], quantity: 1 }] }),
    ),
  );

  await expect
    .poll(() => shop.runningExecutions('dev-checkout'), { timeout: 60_000, interval: 100 })
    .toBe(0);
  await expect
    .poll(() => shop.runningExecutions('dev-undo-checkout'), { timeout: 60_000, interval: 100 })
    .toBe(0);

  const orders = await Promise.all(numbers.map((number) => shop.order(number, 0)));
  const confirmed = orders.filter(({ status }) => status === 'confirmed');
  expect(confirmed).toHaveLength(100);
  const others = orders.filter(({ status }) => status !== 'confirmed');
  expect(new Set(others.map(({ failure }) => failure?.code))).toEqual(new Set(['OUT_OF_STOCK']));
  for (const sku of skus) expect(await shop.stock(sku)).toEqual({ available: 0, held: 0 });
  expect(await audit(shop, before)).toEqual([]);
}, 120_000);
