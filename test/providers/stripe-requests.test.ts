import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, MANUAL, type Running, start, stripeAt, stripeError } from './local-providers.ts';

let running: Running;
let stripe: Stripe;

beforeAll(async () => {
  running = await start();
  stripe = running.stripe;
});
afterAll(() => running.stop());

const confirmed = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ ...MANUAL, amount: 2500, payment_method, confirm: true, ...more });

describe('bad requests', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['no amount', { amount: undefined }, { code: 'parameter_missing', param: 'amount' }],
    ['no currency', { currency: undefined }, { code: 'parameter_missing', param: 'currency' }],
    ['an unknown currency', { currency: 'xyz' }, { param: 'currency' }],
    ['a fraction', { amount: 10.5 }, { code: 'parameter_invalid_integer', param: 'amount' }],
    ['a negative amount', { amount: -5 }, { code: 'parameter_invalid_integer', param: 'amount' }],
    ['less than Stripe charges', { amount: 49 }, { code: 'amount_too_small', param: 'amount' }],
    ['more than Stripe charges', { amount: 1e8 }, { code: 'amount_too_large', param: 'amount' }],
    [
      'the parameter that version 2026-10-28 does not have',
      { payment_method_types: ['card'] },
      { code: 'parameter_unknown', param: 'payment_method_types' },
    ],
    [
      'an unknown customer',
      { customer: 'cus_nope' },
      { code: 'resource_missing', param: 'customer' },
    ],
    ['a capture method that is none', { capture_method: 'later' }, { param: 'capture_method' }],
    ['off_session without confirm', { off_session: true }, { param: 'off_session' }],
    ['a long metadata value', { metadata: { a: 'x'.repeat(501) } }, { param: 'metadata[a]' }],
    ['a long metadata key', { metadata: { ['k'.repeat(41)]: '1' } }, { param: 'metadata' }],
    [
      '51 metadata keys',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, '1'])) },
      { param: 'metadata' },
    ],
  ])('%s', async (_name, params, expected) => {
    const before = (await stripe.paymentIntents.list({ limit: 1 })).data[0]?.id;
    const error = await stripeError(
      stripe.paymentIntents.create({
        ...MANUAL,
        amount: 1000,
        ...params,
      }),
    );
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(error).toMatchObject({ statusCode: 400, ...expected });
    expect((await stripe.paymentIntents.list({ limit: 1 })).data[0]?.id).toBe(before);
  });

  test('needs a return_url when payment methods that redirect are allowed', async () => {
    const params = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true };
    const error = await stripeError(stripe.paymentIntents.create(params));
    expect(error.message).toContain('you must provide a `return_url`');
    const never = { enabled: true, allow_redirects: 'never' } as const;
    const paid = await stripe.paymentIntents.create({
      ...params,
      automatic_payment_methods: never,
    });
    expect(paid.status).toBe('succeeded');
  });

  test('a card that paid once without a customer can’t pay again', async () => {
    const paid = await confirmed('pm_card_visa');
    const error = await stripeError(confirmed(idOf(paid.payment_method)));
    expect(error.message).toContain('It may not be used again');
  });

  test('a wrong key, no key, an unknown id, an unknown URL', async () => {
    const wrong = await stripeError(
      stripeAt(running.baseUrls.stripe, 'sk_test_other').paymentIntents.retrieve('pi_1'),
    );
    expect(wrong).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    const none = await fetch(`${running.baseUrls.stripe}/v1/payment_intents/pi_1`);
    expect(none.status).toBe(401);
    expect(await none.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    const unknown = await stripeError(stripe.paymentIntents.retrieve('pi_nope'));
    expect(unknown).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'intent',
      message: "No such payment_intent: 'pi_nope'",
    });
    const url = await fetch(`${running.baseUrls.stripe}/v1/nothing`, {
      headers: { authorization: 'Bearer sk_test_local' },
    });
    expect(url.status).toBe(404);
  });
});

describe('updating and saved cards', () => {
  test('a new amount is confirmed again; an authorized one keeps its amount', async () => {
    const intent = await stripe.paymentIntents.create({
      ...MANUAL,
      amount: 1000,
      payment_method: 'pm_card_visa',
      metadata: { a: '1', b: '2' },
    });
    const updated = await stripe.paymentIntents.update(intent.id, {
      amount: 2000,
      metadata: { a: '', c: '3' },
    });
    expect(updated).toMatchObject({ amount: 2000, status: 'requires_confirmation' });
    expect(updated.metadata).toEqual({ b: '2', c: '3' });
    await stripe.paymentIntents.confirm(intent.id);
    const error = await stripeError(stripe.paymentIntents.update(intent.id, { amount: 3000 }));
    expect(error.code).toBe('payment_intent_unexpected_state');
    const noted = await stripe.paymentIntents.update(intent.id, { description: 'Late note' });
    expect(noted).toMatchObject({ description: 'Late note', status: 'requires_capture' });
  });

  test('an attached card pays again, for its customer only', async () => {
    const customer = await stripe.customers.create({ name: 'Ada' });
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    expect(method.id).toMatch(/^pm_1/);
    const listed = await stripe.paymentMethods.list({ customer: customer.id, type: 'card' });
    expect(listed.data.map(({ id }) => id)).toEqual([method.id]);
    for (let i = 0; i < 2; i++) {
      const paid = await confirmed(method.id, { customer: customer.id });
      expect(paid.status).toBe('requires_capture');
    }
    expect((await stripeError(confirmed(method.id))).message).toContain('provide the customer');
    const token = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    expect(token.card?.last4).toBe('4242');
  });
});
