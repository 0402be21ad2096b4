import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { anOrderRequest } from '../support/an-order-request.ts';
import type { Shop } from '../support/shop.ts';

const PRODUCTS = 16;
/** Enough for any run. */
const STOCK = 1_000_000_000;

const sku = (index: number) => `bench-${String(index % PRODUCTS).padStart(2, '0')}`;

/** Puts the products that are ordered, and a billion of each, straight into the tables. */
export async function stockProducts(shop: Shop): Promise<void> {
  const [catalogue, stock] = await Promise.all(['Catalogue', 'Stock'].map(shop.tableLike));
  for (let index = 0; index < PRODUCTS; index += 1) {
    const product = {
      sku: sku(index),
      name: `Bench product ${index}`,
      price: 1_000 + index * 100,
      currency: 'USD',
      weight_grams: 300,
      status: 'active',
    };
    const level = { id: `sku#${sku(index)}`, available: STOCK, held: 0 };
    await shop.dynamo.send(new PutCommand({ TableName: catalogue, Item: product }));
    await shop.dynamo.send(new PutCommand({ TableName: stock, Item: level }));
  }
}

/** The body of the `index`th order: two lines, spread over the products, so that no single counter is the limit. */
export function orderBody(index: number): string {
  return JSON.stringify({
    ...anOrderRequest(),
    items: [
      { sku: sku(index), quantity: 2 },
      { sku: sku(index + 5), quantity: 1 },
    ],
  });
}
