import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoRequestClaims, type RequestClaims } from '../../lambdas/orders/request-claims.ts';
import type { OrderNumber } from '../../lambdas/shared/order.ts';
import { type RealDynamoDb, startDynamoDb } from '../support/real-dynamodb.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const [FIRST, SECOND, THIRD] = [
  'ORD-2026-000001',
  'ORD-2026-000002',
  'ORD-2026-000003',
] as OrderNumber[];

let dynamo: RealDynamoDb;
let claims: RequestClaims;
let serial = 0;
const newKey = () => `key-${++serial}`;

beforeAll(async () => {
  dynamo = await startDynamoDb({ records: 'id' });
  claims = dynamoRequestClaims('records', dynamo.client);
});

afterAll(() => dynamo.stop());

async function complete(key: string, orderNumber: OrderNumber): Promise<void> {
  const TransactItems = [claims.completion(key, orderNumber)];
  await dynamo.client.send(new TransactWriteCommand({ TransactItems }));
}

test('the first request has the key, the next waits for it', async () => {
  const key = newKey();
  expect(await claims.claim(key, 'hash', FIRST!, NOW)).toEqual({
    outcome: 'mine',
    orderNumber: FIRST,
  });
  expect(await claims.claim(key, 'hash', SECOND!, after(5))).toEqual({
    outcome: 'running',
    retryAfter: 2,
  });
});

test('a finished request answers its order for ever', async () => {
  const key = newKey();
  await claims.claim(key, 'hash', FIRST!, NOW);
  await complete(key, FIRST!);
  expect(await claims.claim(key, 'hash', SECOND!, after(3600))).toEqual({
    outcome: 'done',
    orderNumber: FIRST,
  });
});

test('another body is refused, whether the first request runs or has ended', async () => {
  const key = newKey();
  await claims.claim(key, 'hash', FIRST!, NOW);
  expect(await claims.claim(key, 'other', SECOND!, NOW)).toEqual({ outcome: 'reused' });
  await complete(key, FIRST!);
  expect(await claims.claim(key, 'other', SECOND!, NOW)).toEqual({ outcome: 'reused' });
});

test('a request that died is taken over under its own order number, by one', async () => {
  const key = newKey();
  await claims.claim(key, 'hash', FIRST!, NOW);
  const takers = await Promise.all([
    claims.claim(key, 'hash', SECOND!, after(40)),
    claims.claim(key, 'hash', THIRD!, after(41)),
  ]);
  expect(takers).toContainEqual({ outcome: 'mine', orderNumber: FIRST });
  expect(takers.filter(({ outcome }) => outcome === 'mine')).toHaveLength(1);
});

test('a released key is free; one that is another’s is not released', async () => {
  const key = newKey();
  await claims.claim(key, 'hash', FIRST!, NOW);
  await claims.release(key, SECOND!);
  expect(await claims.claim(key, 'hash', SECOND!, NOW)).toMatchObject({ outcome: 'running' });
  await claims.release(key, FIRST!);
  expect(await claims.claim(key, 'other', SECOND!, NOW)).toEqual({
    outcome: 'mine',
    orderNumber: SECOND,
  });
});
