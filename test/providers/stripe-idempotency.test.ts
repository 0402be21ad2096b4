import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, MANUAL, type Running, start, stripeAt, stripeError } from './local-providers.ts';

const HOUR_MS = 60 * 60 * 1000;

let running: Running;
let stripe: Stripe;

beforeAll(async () => {
  running = await start();
  stripe = running.stripe;
});
afterAll(() => running.stop());

const create = (idempotencyKey: string, amount = 1000, payment_method = 'pm_card_visa') =>
  stripe.paymentIntents.create(
    { ...MANUAL, amount, payment_method, confirm: true },
    { idempotencyKey },
  );
const count = async () => (await stripe.paymentIntents.list({ limit: 100 })).data.length;

describe('an idempotency key', () => {
  test('replays the first answer and does nothing again', async () => {
    const first = await create('replay');
    const before = await count();
    await stripe.paymentIntents.capture(first.id);
    const again = await create('replay');
    expect(again).toEqual(first);
    expect(again.lastResponse.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'original-request': first.lastResponse.requestId,
    });
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    expect(await count()).toBe(before);
  });

  test('replays a decline too', async () => {
    const first = await stripeError(create('decline', 1000, 'pm_card_chargeDeclined'));
    const before = await count();
    const again = await stripeError(create('decline', 1000, 'pm_card_chargeDeclined'));
    expect(again).toMatchObject({ statusCode: 402, charge: first.charge });
    expect(again.payment_intent?.id).toBe(first.payment_intent?.id);
    expect(await count()).toBe(before);
  });

  test('stays unused when the request was invalid', async () => {
    expect(await stripeError(create('invalid', 1))).toMatchObject({ code: 'amount_too_small' });
    expect(await create('invalid', 1000)).toMatchObject({ status: 'requires_capture' });
  });

  test('belongs to its first parameters and its first path', async () => {
    const held = await create('mine');
    const other = await stripeError(create('mine', 2000));
    expect(other).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
    expect(other).toMatchObject({ statusCode: 400, rawType: 'idempotency_error' });
    expect(other.code).toBeUndefined();
    const path = stripe.paymentIntents.capture(held.id, {}, { idempotencyKey: 'mine' });
    expect(await stripeError(path)).toMatchObject({ rawType: 'idempotency_error' });
    expect((await stripe.paymentIntents.retrieve(held.id)).status).toBe('requires_capture');
  });

  test('is the same whatever the order of the parameters', async () => {
    const send = (body: string) =>
      fetch(`${running.baseUrls.stripe}/v1/payment_intents`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer sk_test_local',
          'content-type': 'application/x-www-form-urlencoded',
          'idempotency-key': 'ordered',
        },
        body,
      });
    const first = await send('amount=1000&currency=usd');
    const again = await send('currency=usd&amount=1000');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.text()).toBe(await first.text());
  });

  test('is forgotten after 24 hours', async () => {
    const first = await create('day');
    running.clock.advance(24 * HOUR_MS - 60_000);
    expect((await create('day')).id).toBe(first.id);
    running.clock.advance(61_000);
    expect((await create('day')).id).not.toBe(first.id);
  });

  test('is in use while its first request runs', async () => {
    const fault = { match: 'POST /v1/payment_intents$', kind: 'delay', ms: 60_000 };
    await ask('POST', `${running.baseUrls.stripe}/_faults`, fault);
    const before = await count();
    const slow = create('busy');
    await expect
      .poll(async () => (await ask<unknown[]>('GET', `${running.baseUrls.stripe}/_faults`)).body)
      .toEqual([]);
    const meanwhile = await stripeError(create('busy'));
    expect(meanwhile).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
    expect(await count()).toBe(before);
    running.clock.advance(60_000);
    const done = await slow;
    expect((await create('busy')).id).toBe(done.id);
    expect(await count()).toBe(before + 1);
  });

  test('finds the effect of a request whose answer was lost', async () => {
    const fault = { match: 'POST /v1/payment_intents', kind: 'after_effect_timeout' };
    await ask('POST', `${running.baseUrls.stripe}/_faults`, fault);
    const before = await count();
    const hasty = stripeAt(running.baseUrls.stripe, 'sk_test_local', 200);
    const params = { ...MANUAL, amount: 1000 };
    const lost = await stripeError(
      hasty.paymentIntents.create(params, { idempotencyKey: 'unknown' }),
    );
    expect(lost).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(await count()).toBe(before + 1);
    const found = await hasty.paymentIntents.create(params, { idempotencyKey: 'unknown' });
    expect(found.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(await count()).toBe(before + 1);
  });

  test('makes one payment of many requests at once', async () => {
    const before = await count();
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => create('storm')));
    const ids = new Set(answers.flatMap((one) => (one.status === 'fulfilled' ? one.value.id : [])));
    expect(ids.size).toBe(1);
    const refused = answers.filter((one) => one.status === 'rejected');
    expect(refused.filter(({ reason }) => statusOf(reason) !== 409)).toEqual([]);
    expect(await count()).toBe(before + 1);
  });

  test('is at most 255 characters long', async () => {
    expect(await stripeError(create('k'.repeat(256)))).toMatchObject({ statusCode: 400 });
    expect(await create('k'.repeat(255))).toMatchObject({ status: 'requires_capture' });
  });
});

function statusOf(reason: unknown): number | undefined {
  return reason instanceof Stripe.errors.StripeError ? reason.statusCode : undefined;
}
