import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { providerDeclarations } from '../../local/providers/index.ts';
import { ask, MANUAL, type Running, start, stripeAt, stripeError } from './local-providers.ts';

let running: Running;
let url: string;

beforeAll(async () => {
  running = await start();
  url = running.baseUrls.stripe;
});
afterAll(() => running.stop());
beforeEach(async () => {
  await ask('DELETE', `${url}/_faults`);
  await ask('DELETE', `${url}/_calls`);
});

interface Call {
  id: number;
  method: string;
  path: string;
  status: number | null;
  fault?: string;
  headers: Record<string, string>;
  body: Record<string, unknown> | null;
  idempotency_key: string | null;
}

const inject = (fault: object) => ask<{ error?: string }>('POST', `${url}/_faults`, fault);
const calls = async (since = 0) => (await ask<Call[]>('GET', `${url}/_calls?since=${since}`)).body;
const intents = async () => (await running.stripe.paymentIntents.list({ limit: 100 })).data.length;
let keys = 0;
const create = (timeout = 10_000) =>
  stripeAt(url, 'sk_test_local', timeout).paymentIntents.create(
    { ...MANUAL, amount: 1000 },
    { idempotencyKey: `faults-${keys++}` },
  );
const posts = async () => (await calls()).filter(({ method }) => method === 'POST');

describe('faults', () => {
  test('a status, as often as told, instead of the effect', async () => {
    const before = await intents();
    await inject({ match: 'POST /v1/payment_intents', kind: 'status', status: 503, times: 2 });
    expect(await stripeError(create())).toMatchObject({ statusCode: 503, rawType: 'api_error' });
    expect(await stripeError(create())).toMatchObject({ statusCode: 503 });
    await create();
    expect(await intents()).toBe(before + 1);
  });

  test('with a body and headers of one’s own', async () => {
    await inject({
      match: '*',
      kind: 'status',
      status: 429,
      body: { error: { message: 'slow down' } },
      headers: { 'retry-after': '7' },
    });
    const error = await stripeError(create());
    expect(error).toMatchObject({ statusCode: 429, message: 'slow down' });
    expect(error.headers).toMatchObject({ 'retry-after': '7' });
  });

  // Stripe's client asks once more by itself when its connection breaks, whatever `maxNetworkRetries` says.
  test.each([
    ['timeout', 0, 1],
    ['reset', 0, 2],
    ['after_effect_timeout', 1, 1],
    ['after_effect_reset', 1, 2],
  ])('%s: no answer, and %d effects', async (kind, effects, times) => {
    const before = await intents();
    await inject({ match: { method: 'POST' }, kind, times });
    expect((await stripeError(create(200))).type).toBe('StripeConnectionError');
    expect(await intents()).toBe(before + effects);
    expect(await posts()).toEqual(
      Array.from({ length: times }, () => expect.objectContaining({ status: null, fault: kind })),
    );
  });

  test('after_effect_status: the effect, and an answer that hides it', async () => {
    const before = await intents();
    await inject({ match: 'POST', kind: 'after_effect_status', status: 500 });
    expect(await stripeError(create())).toMatchObject({ statusCode: 500 });
    expect(await intents()).toBe(before + 1);
  });

  test('a delay holds the effect back', async () => {
    const before = await intents();
    await inject({ match: 'POST /v1/payment_intents', kind: 'delay', ms: 30_000 });
    const slow = create();
    await expect.poll(async () => (await posts()).length).toBe(1);
    expect(await intents()).toBe(before);
    expect(await posts()).toMatchObject([{ status: null, fault: 'delay' }]);
    running.clock.advance(30_000);
    await slow;
    expect(await intents()).toBe(before + 1);
  });

  test.each<[string, unknown, boolean]>([
    ['a prefix, in whole segments', 'POST /v1/payment_intents', true],
    ['a part of a segment', 'POST /v1/payment', false],
    ['another method', 'GET /v1/payment_intents', false],
    ['exactly this path', '/v1/payment_intents$', true],
    ['exactly a shorter path', '/v1$', false],
    ['a star for one segment', 'POST /v1/*', true],
    ['a star too many', 'POST /v1/payment_intents/*/capture', false],
    ['two stars for any number', '/**', true],
    ['text in the body', { body: 'amount=1000' }, true],
    ['other text in the body', { body: 'amount=2000' }, false],
    ['a field of the body', { body: { amount: 1000 } }, true],
    [
      'another field of the body',
      { method: 'POST', body: { amount: 1000, currency: 'eur' } },
      false,
    ],
  ])('match %s', async (_name, match, hits) => {
    await inject({ match, kind: 'status', status: 500 });
    const outcome = await create().then(
      () => false,
      () => true,
    );
    expect(outcome).toBe(hits);
  });

  test.each<[string, object | string, string]>([
    ['no JSON', '{', 'not JSON'],
    ['no match', { kind: 'reset' }, 'match'],
    ['an unknown kind', { match: '*', kind: 'explode' }, 'kind'],
    ['a status without one', { match: '*', kind: 'status' }, 'needs the HTTP status'],
    ['a delay without one', { match: '*', kind: 'delay' }, 'needs how long'],
    ['no times', { match: '*', kind: 'reset', times: 0 }, 'times'],
    ['an unknown field', { match: '*', kind: 'reset', tiems: 2 }, 'tiems'],
  ])('%s is refused, and changes nothing', async (_name, fault, named) => {
    const response = await fetch(`${url}/_faults`, {
      method: 'POST',
      body: typeof fault === 'string' ? fault : JSON.stringify(fault),
    });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: string };
    expect(error).toMatch(/^not a fault: /);
    expect(error).toContain(named);
    expect(error).not.toContain('\n');
    expect((await ask('GET', `${url}/_faults`)).body).toEqual([]);
  });

  test('are listed with what is left of them', async () => {
    await inject({ match: 'POST', kind: 'status', status: 500, times: 3 });
    await stripeError(create());
    expect((await ask('GET', `${url}/_faults`)).body).toEqual([
      expect.objectContaining({ kind: 'status', times: 3, left: 2 }),
    ]);
  });
});

describe('calls', () => {
  test('tell what was asked, without secrets', async () => {
    await running.stripe.paymentIntents.create(
      { ...MANUAL, amount: 1234, metadata: { order_number: 'ORD-1' } },
      { idempotencyKey: 'key-1' },
    );
    const [call] = await calls();
    expect(call).toMatchObject({
      method: 'POST',
      path: '/v1/payment_intents',
      status: 200,
      idempotency_key: 'key-1',
      body: {
        amount: '1234',
        allowed_payment_method_types: ['card'],
        metadata: { order_number: 'ORD-1' },
      },
    });
    expect(JSON.stringify(call)).not.toContain('sk_test_local');
    await running.stripe.paymentIntents.list();
    const later = await calls(call?.id);
    expect(later.map(({ method }) => method)).toEqual(['GET']);
    expect((await ask('GET', `${url}/_calls?since=x`)).status).toBe(400);
  });

  test('every provider has them', async () => {
    for (const { name } of providerDeclarations) {
      const base = running.baseUrls[name];
      await fetch(`${base}/nothing-here`);
      const { body } = await ask<Call[]>('GET', `${base}/_calls`);
      expect(body.at(-1)).toMatchObject({
        path: '/nothing-here',
        status: expect.toBeOneOf([401, 404]) as number,
      });
      await ask('POST', `${base}/_faults`, { match: '*', kind: 'status', status: 500 });
      const failed = await ask('GET', `${base}/nothing-here`);
      expect(failed.status).toBe(500);
      expect(typeof failed.body).toBe('object');
    }
  });
});
