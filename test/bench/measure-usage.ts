import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startDynamoDb } from '../../local/dynamodb/start-dynamodb.ts';
import { type Shop, shopAt } from '../support/shop.ts';
import { pricePerMillion, type Usage } from './aws-prices.ts';
import { BenchCloud } from './bench-cloud.ts';
import { stockProducts } from './bench-products.ts';
import {
  countInvocations,
  countTransitions,
  emailInvocations,
  type Invocations,
} from './count-work.ts';
import { Customer, isPaid } from './customer.ts';
import { type Consumed, MeteringProxy } from './metering-proxy.ts';

/** What a paid order of two lines uses, on average. */
export interface UsageResult extends Usage {
  orders: number;
  invocations: Invocations;
  /** By DynamoDB operation. */
  dynamodb: Record<string, Consumed>;
  /** US dollars per million orders, by AWS service. */
  price: Record<string, number>;
  wrong: string[];
}

const QUIET_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 20;

/** The sweep looks for orders once a minute, whatever is ordered. */
const NOT_BY_ORDERS = new Set(['Query']);

/**
 * Places orders one after the other in a cloud whose DynamoDB is metered, and counts. Nobody looks at them through
 * the API meanwhile: Step Functions tells when they have ended.
 */
export async function measureUsage(
  project: string,
  folder: string,
  orders: number,
  onOrder: (done: number) => void,
): Promise<UsageResult> {
  const database = await startDynamoDb({ dbPath: join(folder, 'metered.sqlite') });
  const proxy = new MeteringProxy(database.url);
  const cloud = new BenchCloud(project, join(folder, 'metered'), {
    DYNAMODB_ENDPOINT: await proxy.start(),
  });
  try {
    await cloud.start();
    const shop = shopAt({ ...cloud.endpoints, dynamodb: database.url });
    await stockProducts(shop);
    const customer = new Customer(cloud.endpoints.api, 1);
    const placed: string[] = [];
    for (let index = 0; index <= orders; index += 1) {
      const { orderNumber } = await customer.place();
      await untilQuiet(shop, cloud.logs, orderNumber);
      // The first order's functions asked for secrets, too, and don't count.
      if (index === 0) proxy.reset();
      else placed.push(orderNumber);
      onOrder(index);
    }
    const consumed = new Map(proxy.consumed);
    const invocations = await countInvocations(shop, cloud.logs, placed);
    const transitions = await countTransitions(shop, placed);
    const wrong = await findWrong(customer, placed);
    customer.close();
    return { ...perOrder(orders, transitions, invocations, consumed), wrong };
  } finally {
    await cloud.stop();
    await proxy.stop();
    await database.stop();
  }
}

/** Waits until nothing runs for the order any more: the saga, the provider's webhooks, its e-mail. */
async function untilQuiet(shop: Shop, logs: string, orderNumber: string): Promise<void> {
  const deadline = performance.now() + QUIET_WITHIN_MS;
  while (!(await isQuiet(shop, logs, orderNumber))) {
    if (performance.now() > deadline) {
      throw new Error(`${orderNumber}: something still runs after ${QUIET_WITHIN_MS} ms`);
    }
    await pause(LOOK_AGAIN_MS);
  }
}

async function isQuiet(shop: Shop, logs: string, orderNumber: string): Promise<boolean> {
  if ((await shop.runningExecutions('-dev-checkout')) > 0) return false;
  const webhooks = await fetch(`${shop.endpoints.stripe}/_webhooks`);
  if (((await webhooks.json()) as { pending: number }).pending > 0) return false;
  return emailInvocations(logs, [orderNumber]).size > 0;
}

async function findWrong(customer: Customer, orders: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const orderNumber of orders) {
    try {
      if (!isPaid(await customer.look(orderNumber))) wrong.push(`${orderNumber} has not ended`);
    } catch (error) {
      wrong.push(error instanceof Error ? error.message : String(error));
    }
  }
  return wrong;
}

function perOrder(
  orders: number,
  transitions: number,
  invoked: Invocations,
  consumed: ReadonlyMap<string, Consumed>,
): Omit<UsageResult, 'wrong'> {
  const each = <T extends object>(counts: T): T =>
    Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [name, Number(count) / orders]),
    ) as T;
  const invocations = each(invoked);
  const dynamodb = Object.fromEntries(
    [...consumed]
      .filter(([operation]) => !NOT_BY_ORDERS.has(operation))
      .map(([operation, counts]) => [operation, each(counts)]),
  );
  const total = (field: keyof Consumed) =>
    Object.values(dynamodb).reduce((sum, counts) => sum + counts[field], 0);
  const usage: Usage = {
    transitions: transitions / orders,
    lambdaInvocations:
      invocations.api + invocations.saga + invocations.webhooks + invocations.email,
    apiRequests: invocations.api + invocations.webhooks,
    readUnits: total('readUnits'),
    writeUnits: total('writeUnits'),
  };
  return { orders, ...usage, invocations, dynamodb, price: pricePerMillion(usage) };
}
