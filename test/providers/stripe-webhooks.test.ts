import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ask,
  MANUAL,
  type Received,
  type Running,
  start,
  startReceiver,
  stripeError,
  WEBHOOK_SECRET,
} from './local-providers.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let running: Running;
let stripe: Stripe;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let answer: (received: Received) => number;

beforeEach(async () => {
  answer = () => 200;
  running = await start();
  stripe = running.stripe;
  receiver = await startReceiver((received) => answer(received));
  await running.providers.setWebhookUrl('stripe', receiver.url);
});
afterEach(async () => {
  await running.stop();
  await receiver.stop();
});

const control = <T = unknown>(path: string, body: unknown = {}) =>
  ask<T>('POST', `${running.baseUrls.stripe}${path}`, body);
const pay = (payment_method = 'pm_card_visa') =>
  stripe.paymentIntents.create({ ...MANUAL, amount: 1000, payment_method, confirm: true });
const retries = async () =>
  (await ask<{ retries: number }>('GET', `${running.baseUrls.stripe}/_webhooks`)).body.retries;
async function arrived(count: number): Promise<void> {
  await expect.poll(() => receiver.received.length).toBe(count);
}

describe('events', () => {
  test('tell a payment’s way, signed so that the real client believes them', async () => {
    const held = await pay();
    await stripe.paymentIntents.capture(held.id);
    await stripe.refunds.create({ payment_intent: held.id });
    await arrived(8);
    expect(receiver.types().toSorted()).toEqual([
      'charge.captured',
      'charge.refund.updated',
      'charge.refunded',
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'payment_intent.created',
      'payment_intent.succeeded',
      'refund.created',
    ]);
    for (const { body, signature } of receiver.received) {
      const event = stripe.webhooks.constructEvent(body, signature, WEBHOOK_SECRET);
      expect(event).toMatchObject({ object: 'event', livemode: false, pending_webhooks: 1 });
      expect(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other')).toThrow(
        Stripe.errors.StripeSignatureVerificationError,
      );
    }
    const heldEvent = receiver.received.find(
      ({ event }) => event.type === 'payment_intent.amount_capturable_updated',
    );
    expect(heldEvent?.event.data.object).toMatchObject({ id: held.id, status: 'requires_capture' });
  });

  test('of other ends', async () => {
    await stripeError(pay('pm_card_chargeDeclined'));
    const waiting = await pay('pm_card_authenticationRequired');
    await stripe.paymentIntents.cancel(waiting.id);
    await arrived(6);
    expect(receiver.types().toSorted()).toEqual([
      'charge.failed',
      'payment_intent.canceled',
      'payment_intent.created',
      'payment_intent.created',
      'payment_intent.payment_failed',
      'payment_intent.requires_action',
    ]);
  });

  test('are signed at the clock’s time', async () => {
    running.clock.advance(3 * DAY_MS);
    await pay();
    await arrived(3);
    const signed = Number(/t=(\d+)/.exec(receiver.received[0]?.signature ?? '')?.[1]);
    expect(Math.abs(signed * 1000 - running.clock.now())).toBeLessThan(60_000);
  });

  test('can be listed and read, with what is still to be delivered', async () => {
    await control('/_webhooks', { mode: 'hold' });
    const held = await pay();
    const list = await stripe.events.list({ type: 'charge.succeeded' });
    expect(list.data).toHaveLength(1);
    expect(list.data[0]?.pending_webhooks).toBe(1);
    await control('/_webhooks/release');
    const event = await stripe.events.retrieve(list.data[0]?.id ?? '');
    expect(event).toMatchObject({
      type: 'charge.succeeded',
      api_version: '2026-10-28.endive',
      pending_webhooks: 0,
      data: { object: { payment_intent: held.id } },
      request: { id: held.lastResponse.requestId },
    });
  });
});

describe('delivery', () => {
  test('is tried again, later and later, until it is accepted', async () => {
    answer = () => 500;
    await stripe.customers.create({});
    await arrived(1);
    const delays = [10, 60, 300, 1_800, 7_200];
    for (const [index, seconds] of delays.entries()) {
      await expect.poll(retries).toBe(index + 1);
      running.clock.advance(seconds * 1000);
      await arrived(index + 2);
    }
    answer = () => 204;
    running.clock.advance(18_000 * 1000);
    await arrived(7);
    await expect
      .poll(async () => (await stripe.events.list()).data.map((event) => event.pending_webhooks))
      .toEqual([0]);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(1);
  });

  test('is given up after three days', async () => {
    answer = () => 500;
    await stripe.customers.create({});
    const pending = async () => (await stripe.events.list()).data[0]?.pending_webhooks;
    for (let attempts = 1; (await pending()) !== 0; attempts++) {
      expect(attempts).toBeLessThan(20);
      await arrived(attempts);
      await expect.poll(retries).toSatisfy((count) => count === attempts || count === 0);
      running.clock.advance(36_000 * 1000);
    }
    const tries = receiver.received.length;
    // Ten hours apart within 72 hours.
    expect(tries).toBe(8);
    running.clock.advance(3 * DAY_MS);
    await stripe.events.list();
    expect(receiver.received).toHaveLength(tries);
  });

  test('outlives a restart, at the new address', async () => {
    answer = () => 503;
    const held = await pay();
    await arrived(3);
    await expect.poll(retries).toBe(3);
    running = await running.restart();
    stripe = running.stripe;
    const next = await startReceiver();
    running.clock.advance(10_000);
    await stripe.events.list();
    expect(next.received).toEqual([]);
    await running.providers.setWebhookUrl('stripe', next.url);
    await expect.poll(() => next.received.length).toBe(3);
    for (const { event } of next.received) {
      const object = event.data.object as { id: string; payment_intent?: string };
      expect([object.id, object.payment_intent]).toContain(held.id);
    }
    await next.stop();
  });

  test('can be held and let go in reverse and twice', async () => {
    await control('/_webhooks', { mode: 'hold' });
    const held = await pay();
    await stripe.paymentIntents.capture(held.id);
    expect(receiver.received).toEqual([]);
    const released = await control<{ delivered: { type: string; status: number }[] }>(
      '/_webhooks/release',
      { order: 'reverse', duplicate: 1 },
    );
    const expected = [
      'payment_intent.succeeded',
      'charge.captured',
      'payment_intent.amount_capturable_updated',
      'charge.succeeded',
      'payment_intent.created',
    ].flatMap((type) => [type, type]);
    expect(receiver.types()).toEqual(expected);
    expect(released.body.delivered).toHaveLength(10);
    expect(released.body.delivered[0]).toMatchObject({ type: expected[0], status: 200 });
    expect((await control<{ delivered: unknown[] }>('/_webhooks/release')).body.delivered).toEqual(
      [],
    );
  });

  test('can be dropped, and sent again by hand', async () => {
    await control('/_webhooks', { mode: 'drop' });
    await pay();
    const { data } = await stripe.events.list();
    expect(data).toHaveLength(3);
    expect(data.map((event) => event.pending_webhooks)).toEqual([0, 0, 0]);
    expect(receiver.received).toEqual([]);
    const resent = await control(`/_events/${data[0]?.id}/resend`);
    expect(resent.status).toBe(200);
    expect(receiver.types()).toEqual([data[0]?.type]);
    expect((await control('/_events/evt_nope/resend')).status).toBe(404);
  });

  test('goes to every endpoint that wants the event', async () => {
    const other = await startReceiver();
    const endpoint = await stripe.webhookEndpoints.create({
      url: other.url,
      enabled_events: ['payment_intent.canceled'],
    });
    expect(endpoint.secret).toMatch(/^whsec_/);
    const held = await pay();
    await stripe.paymentIntents.cancel(held.id);
    await expect.poll(() => other.types()).toEqual(['payment_intent.canceled']);
    const [received] = other.received;
    const event = stripe.webhooks.constructEvent(
      received?.body ?? '',
      received?.signature ?? '',
      endpoint.secret ?? '',
    );
    expect(event.type).toBe('payment_intent.canceled');
    expect((await stripe.webhookEndpoints.list()).data).toHaveLength(2);
    await other.stop();
  });

  test('only of the events that the shop’s endpoint wants', async () => {
    await running.providers.setWebhookUrl('stripe', receiver.url, ['payment_intent.canceled']);
    const held = await pay();
    await stripe.paymentIntents.cancel(held.id);
    await arrived(1);
    expect(receiver.types()).toEqual(['payment_intent.canceled']);
  });

  test('controls say what is wrong with them', async () => {
    const mode = await control<{ error: string }>('/_webhooks', { mode: 'sometimes' });
    expect(mode.status).toBe(400);
    expect(mode.body.error).toMatch(/^mode: /);
    const order = await control<{ error: string }>('/_webhooks/release', { order: 'random' });
    expect(order.body.error).toMatch(/^order: /);
  });
});

describe('a status that only slow payments have', () => {
  test('processing, and then paid or not', async () => {
    const first = await stripe.paymentIntents.create({
      ...MANUAL,
      amount: 1000,
      payment_method: 'pm_card_visa',
    });
    await control(`/_intents/${first.id}`, { status: 'processing' });
    expect((await stripe.paymentIntents.retrieve(first.id)).status).toBe('processing');
    expect(await stripeError(stripe.paymentIntents.confirm(first.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    await control(`/_intents/${first.id}`, { status: 'succeeded' });
    expect((await stripe.paymentIntents.retrieve(first.id)).status).toBe('requires_capture');

    const wrong = await control<{ error: string }>(`/_intents/${first.id}`, {
      status: 'processing',
    });
    expect(wrong.status).toBe(400);
    expect(wrong.body.error).toContain('is requires_capture');
    const unknown = await control<{ error: string }>(`/_intents/${first.id}`, { status: 'lost' });
    expect(unknown.body.error).toContain('must be one of processing');

    await arrived(4);
    expect(receiver.types()).toContain('payment_intent.processing');
  });
});
