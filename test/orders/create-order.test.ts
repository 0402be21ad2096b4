import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoCatalogue } from '../../lambdas/catalogue/catalogue.ts';
import { dynamoOrderBook } from '../../lambdas/orders/accept-order.ts';
import { type CreateOrderDeps, createOrder } from '../../lambdas/orders/create-order.ts';
import { orderRequestSchema } from '../../lambdas/orders/order-request.ts';
import { dynamoOrders } from '../../lambdas/orders/order-store.ts';
import { dynamoRequestClaims } from '../../lambdas/orders/request-claims.ts';
import type { OrderNumber } from '../../lambdas/shared/order.ts';
import { anOrderRequest } from '../support/an-order-request.ts';
import { type RealDynamoDb, startDynamoDb } from '../support/real-dynamodb.ts';

let dynamo: RealDynamoDb;

beforeAll(async () => {
  dynamo = await startDynamoDb({ orders: 'order_number', catalogue: 'sku', records: 'id' });
  for (const sku of ['prod-123', 'prod-456']) {
    const product = { sku, name: sku, price: 1000, currency: 'USD', weight_grams: 1 };
    await dynamo.client.send(
      new PutCommand({ TableName: 'catalogue', Item: { ...product, status: 'active' } }),
    );
  }
});

afterAll(() => dynamo.stop());

const request = orderRequestSchema.parse(anOrderRequest());

/** On the real stores; numbers are drawn from `numbers`, and Step Functions answers as `start` does. */
function shop(numbers: string[], start: () => Promise<'running'>) {
  const notStarted: string[] = [];
  const deps: CreateOrderDeps = {
    catalogue: dynamoCatalogue('catalogue', dynamo.client),
    orders: dynamoOrders('orders', dynamo.client),
    orderBook: dynamoOrderBook('orders', dynamo.client),
    claims: dynamoRequestClaims('records', dynamo.client),
    checkout: { start },
    newOrderNumber: () => numbers.shift() as OrderNumber,
    clock: { now: () => new Date() },
    onNotStarted: (orderNumber) => notStarted.push(orderNumber),
  };
  return { deps, notStarted };
}

const starts = () => Promise.resolve('running' as const);

test.each([undefined, 'a-key'])('a number that is taken is drawn again, key %s', async (key) => {
  const [taken, free] = [`ORD-2026-TAKEN${key ? 1 : 0}`, `ORD-2026-FREE0${key ? 1 : 0}`];
  await createOrder(shop([taken], starts).deps, request, undefined);
  const { deps } = shop([taken, free], starts);
  expect(await createOrder(deps, request, key)).toMatchObject({ order_number: free });
});

test('an order is accepted though its checkout cannot be started now', async () => {
  const { deps, notStarted } = shop(['ORD-2026-ACCEPT'], () =>
    Promise.reject(new Error('throttled')),
  );
  expect(await createOrder(deps, request, 'another-key')).toMatchObject({ status: 'pending' });
  expect(notStarted).toEqual(['ORD-2026-ACCEPT']);
});
