import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrderRequest } from '../support/an-order-request.ts';
import { audit, type Inventory, takeInventory } from '../support/audit.ts';
import { LocalCloud } from '../support/local-cloud.ts';
import { place, settled } from '../support/settle.ts';
import { type Shop, shopAt } from '../support/shop.ts';

/** The whole local cloud is killed with -9 right before and right after each step and each undo runs. */
const cloud = new LocalCloud();
let shop: Shop;
let before: Inventory;

beforeAll(async () => {
  shop = shopAt(await cloud.start());
  before = await takeInventory(shop);
});

afterAll(() => cloud.remove());

async function killedAround(functionName: string, kind: 'kill_before' | 'kill_after') {
  await shop.functionFault({ function: functionName, kind });
  const key = randomUUID();
  // The cloud may die before it has answered; who gets no answer sends the same request again.
  const first = await place(shop, {}, key).catch(() => undefined);
  await cloud.ended();
  shop = shopAt(await cloud.start());
  const orderNumber = await placeAgain(key);
  expect([undefined, orderNumber]).toContain(first);
  return settled(shop, orderNumber);
}

/** Until the key of the request that died is free. */
async function placeAgain(key: string): Promise<string> {
  for (;;) {
    const { status, body } = await shop.placeOrder(anOrderRequest(), key);
    if (status === 202) return body.order_number;
    expect(body).toMatchObject({ code: 'REQUEST_IN_PROGRESS' });
    await shop.advance(5);
  }
}

const KINDS = ['kill_before', 'kill_after'] as const;

describe.each([
  'ReserveStock',
  'QuoteShipping',
  'ComputeTax',
  'AuthorizePayment',
  'CommitStock',
  'CapturePayment',
  'ConfirmOrder',
])('killed around %s', (step) => {
  test.each(KINDS)('%s: the order is paid all the same', async (kind) => {
    const order = await killedAround(`Checkout${step}`, kind);
    expect(order).toMatchObject({ status: 'confirmed', payment_status: 'captured' });
    expect(await audit(shop, before)).toEqual([]);
  });
});

describe.each(['BeginUndo', 'UndoPayment', 'UndoStock', 'FailOrder'])(
  'killed around %s',
  (undo) => {
    test.each(KINDS)('%s: the order is undone all the same', async (kind) => {
      const capture = 'POST /v1/payment_intents/*/capture';
      await shop.fault('stripe', { match: capture, kind: 'status', status: 400, times: 10 });
      const order = await killedAround(`Checkout${undo}`, kind);
      expect(order).toMatchObject({ status: 'failed', payment_status: 'voided' });
      expect(await audit(shop, before)).toEqual([]);
    });
  },
);

test('killed while the e-mail is being sent: it is sent once', async () => {
  const order = await killedAround('EmailSendEmail', 'kill_after');
  expect(order.status).toBe('confirmed');
  await shop.advance(10 * 60);
  expect(await shop.emails(order.order_number, 1)).toEqual(['order_confirmation']);
  expect(await audit(shop, before)).toEqual([]);
});
