import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Order } from '../../lambdas/shared/order.ts';
import { providerDeclarations } from '../../local/providers/declarations.ts';
import { audit, type Inventory, takeInventory } from '../support/audit.ts';
import { LocalCloud } from '../support/local-cloud.ts';
import { awaitingCustomer, challenge, place, settled } from '../support/settle.ts';
import { type Shop, shopAt } from '../support/shop.ts';

const cloud = new LocalCloud();
let shop: Shop;
let before: Inventory;

beforeAll(async () => {
  shop = shopAt(await cloud.start('--ephemeral'));
  before = await takeInventory(shop);
});

afterAll(() => cloud.remove());

beforeEach(() => webhooks('deliver'));

const needs3ds = { payment_method_id: 'pm_card_authenticationRequired' };

async function webhooks(mode: 'deliver' | 'hold' | 'drop'): Promise<void> {
  await control('/_webhooks', { mode });
}

async function control(path: string, body: object): Promise<void> {
  const response = await fetch(`${shop.endpoints.stripe}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(response.status, await response.text()).toBe(200);
}

async function send(payload: string, signature?: string): Promise<number> {
  const response = await fetch(`${shop.endpoints.api}/webhooks/stripe`, {
    method: 'POST',
    body: payload,
    headers: {
      'content-type': 'application/json',
      ...(signature !== undefined && { 'stripe-signature': signature }),
    },
  });
  return response.status;
}

describe('a payment that waits for the customer', () => {
  test('goes on when the challenge is passed', async () => {
    const waiting = await awaitingCustomer(shop, await place(shop, needs3ds));
    expect(waiting.payment.next_action?.redirect_url).toContain('/3ds/');
    expect(waiting.payment.client_secret).toContain('_secret_');
    await challenge(shop, waiting, 'pass');
    const order = await settled(shop, waiting.order_number);
    expect(order).toMatchObject({ status: 'confirmed', payment_status: 'captured' });
    expect(order.history.map(({ status }) => status)).toEqual([
      'pending',
      'awaiting_payment',
      'confirmed',
    ]);
    expect(await audit(shop, before)).toEqual([]);
  });

  test('is undone when the challenge is failed', async () => {
    const waiting = await awaitingCustomer(shop, await place(shop, needs3ds));
    await challenge(shop, waiting, 'fail');
    const order = await settled(shop, waiting.order_number);
    expect(order).toMatchObject({
      status: 'failed',
      payment_status: 'failed',
      failure: { code: 'PAYMENT_DECLINED', step: 'AuthorizePayment' },
    });
    expect(await audit(shop, before)).toEqual([]);
  });

  test('ends by itself after fifteen minutes, and not before', async () => {
    const waiting = await awaitingCustomer(shop, await place(shop, needs3ds));
    await shop.advance(14 * 60);
    expect(await shop.order(waiting.order_number, 0)).toMatchObject({ status: 'awaiting_payment' });
    await shop.advance(60);
    const order = await settled(shop, waiting.order_number);
    expect(order).toMatchObject({
      status: 'failed',
      payment_status: 'voided',
      failure: { code: 'PAYMENT_TIMED_OUT' },
    });
    expect(await audit(shop, before)).toEqual([]);
  });

  test('that the provider processes for five minutes ends', async () => {
    const waiting = await awaitingCustomer(shop, await place(shop, needs3ds));
    await control(`/_intents/${waiting.payment.payment_intent_id}`, { status: 'processing' });
    await expect
      .poll(async () => (await stored(waiting.order_number))?.processing_until)
      .toBeDefined();
    await shop.advance(6 * 60);
    const order = await settled(shop, waiting.order_number);
    expect(order.failure).toMatchObject({ code: 'PAYMENT_TIMED_OUT' });
  });
});

async function stored(orderNumber: string): Promise<Order | undefined> {
  const orders = await shop.scan<Order>('Orders');
  return orders.find(({ order_number }) => order_number === orderNumber);
}

describe('events', () => {
  test('that come out of order and repeated make one paid order', async () => {
    await webhooks('hold');
    const waiting = await awaitingCustomer(shop, await place(shop, needs3ds));
    await challenge(shop, waiting, 'pass');
    await control('/_webhooks/release', { order: 'reverse', duplicate: 3 });
    await webhooks('deliver');
    expect(await settled(shop, waiting.order_number)).toMatchObject({ status: 'confirmed' });
    expect(await audit(shop, before)).toEqual([]);
  });

  test('that come after the order was undone change nothing', async () => {
    await webhooks('hold');
    const waiting = await awaitingCustomer(shop, await place(shop, needs3ds));
    await shop.advance(16 * 60);
    const undone = await settled(shop, waiting.order_number);
    await control('/_webhooks/release', { order: 'reverse' });
    expect(await shop.order(waiting.order_number, 0)).toEqual(undone);
    expect(await audit(shop, before)).toEqual([]);
  });

  test('of a payment for an order that has ended give the money back', async () => {
    const declined = await settled(
      shop,
      await place(shop, { payment_method_id: 'pm_card_visa_chargeDeclined' }),
    );
    const stray = await shop.stripe.paymentIntents.create({
      amount: 5000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://example.com/',
      metadata: {
        order_number: declined.order_number,
        shop: 'fastcart-dev:000000000000:us-east-1',
      },
    });
    expect(stray.status).toBe('succeeded');
    await expect
      .poll(async () => (await shop.stripe.refunds.list({ payment_intent: stray.id })).data.length)
      .toBe(1);
    expect(await audit(shop, before)).toEqual([]);
  });

  test('of another shop’s payments are none of ours', async () => {
    const theirs = await shop.stripe.paymentIntents.create({
      amount: 5000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      capture_method: 'manual',
      confirm: true,
      return_url: 'https://example.com/',
      metadata: { order_number: 'ORD-2026-000000', shop: 'another-shop' },
    });
    await expect.poll(() => pendingWebhooks(theirs.id)).toBe(0);
    expect((await shop.stripe.paymentIntents.retrieve(theirs.id)).status).toBe('requires_capture');
    await shop.stripe.paymentIntents.cancel(theirs.id);
  });
});

async function pendingWebhooks(intentId: string): Promise<number> {
  const { data } = await shop.stripe.events.list({ limit: 100 });
  return data
    .filter((event) => (event.data.object as { id?: string }).id === intentId)
    .reduce((sum, { pending_webhooks }) => sum + pending_webhooks, 0);
}

describe('a webhook is refused', () => {
  const payload = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'ping',
    data: { object: {} },
  });
  const secret = 'whsec_wrong';
  const now = () => Math.floor(Date.now() / 1000);

  test('without a signature', async () => {
    expect(await send(payload)).toBe(400);
  });

  test.each(['', 'nonsense', 't=1,v1=00'])('with the signature %j', async (signature) => {
    expect(await send(payload, signature)).toBe(400);
  });

  test('signed six minutes ago', async () => {
    const stripe = providerDeclarations.find(({ name }) => name === 'stripe');
    const signed = (timestamp: number) =>
      Stripe.webhooks.generateTestHeaderString({
        payload,
        secret: stripe?.secretDefaults['STRIPE_WEBHOOK_SECRET'] ?? '',
        timestamp,
      });
    const time = Math.floor((await shop.now()).getTime() / 1000);
    expect(await send(payload, signed(time - 360))).toBe(400);
    expect(await send(payload, signed(time))).toBe(200);
  });

  test('signed with another secret', async () => {
    const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: now() });
    expect(await send(payload, header)).toBe(400);
  });
});
