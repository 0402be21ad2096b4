import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Order } from '../../lambdas/shared/order.ts';
import { audit, type Inventory, takeInventory } from '../support/audit.ts';
import { LocalCloud } from '../support/local-cloud.ts';
import { awaitingCustomer, place, settled } from '../support/settle.ts';
import { type Shop, shopAt } from '../support/shop.ts';

/** What no Catch can catch, and what never began. */
const cloud = new LocalCloud();
let shop: Shop;
let before: Inventory;

beforeAll(async () => {
  shop = shopAt(await cloud.start());
  before = await takeInventory(shop);
});

afterAll(() => cloud.remove());

const needs3ds = { payment_method_id: 'pm_card_authenticationRequired' };

async function abort(machine: string, orderNumber: string): Promise<void> {
  const arn = await shop.machineArn(machine);
  const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${orderNumber}`;
  await shop.sfn.send(new StopExecutionCommand({ executionArn }));
}

test('a checkout that somebody stops is undone', async () => {
  const { order_number } = await awaitingCustomer(shop, await place(shop, needs3ds));
  await abort('dev-checkout', order_number);
  await expect
    .poll(async () => (await shop.order(order_number, 0)).status, { timeout: 10_000 })
    .toBe('failed');
  expect(await shop.order(order_number, 0)).toMatchObject({
    payment_status: 'voided',
    failure: { code: 'CHECKOUT_FAILED', step: 'Checkout' },
  });
  expect(await audit(shop, before)).toEqual([]);
});

test('an undo that somebody stops leaves the order to a person', async () => {
  await shop.functionFault({ function: 'CheckoutUndoPayment', kind: 'before', times: 1000 });
  const { order_number } = await awaitingCustomer(shop, await place(shop, needs3ds));
  await shop.advance(16 * 60);
  await expect.poll(() => shop.lastEvents(), { timeout: 10_000 }).toContain('TaskFailed');
  await abort('dev-undo-checkout', order_number);
  await expect
    .poll(async () => (await shop.order(order_number, 0)).status, { timeout: 10_000 })
    .toBe('needs_attention');
  const order = await shop.order(order_number, 0);
  expect(order.failure).toMatchObject({ code: 'PAYMENT_TIMED_OUT', step: 'AuthorizePayment' });
  expect(order.history.at(-1)).toMatchObject({ status: 'needs_attention', step: 'UndoCheckout' });
  await shop.clearFunctionFaults();
  expect(await audit(shop, before)).toEqual([]);
});

test('an order that was stored and never started is started by the sweep', async () => {
  const like = await settled(shop, await place(shop));
  const stored = (await shop.scan<Order>('Orders')).find(
    ({ order_number }) => order_number === like.order_number,
  );
  const at = (await shop.now()).toISOString();
  const { payment, failure, ...rest } = stored as Order;
  expect([payment, failure]).toEqual([expect.anything(), undefined]);
  const order_number = 'ORD-2026-STRAND';
  await shop.dynamo.send(
    new PutCommand({
      TableName: await shop.tableLike('Orders'),
      Item: {
        ...rest,
        order_number,
        status: 'pending',
        payment_status: 'pending',
        saga: 'open',
        payment_attempt: undefined,
        history: [],
        created_at: at,
        updated_at: at,
      },
    }),
  );
  await shop.advance(3 * 60);
  await expect
    .poll(
      async () =>
        (await shop.scan<Order>('Orders')).find((o) => o.order_number === (order_number as string))
          ?.status,
      {
        timeout: 10_000,
      },
    )
    .toBe('confirmed');
  expect(await audit(shop, before)).toEqual([]);
});
