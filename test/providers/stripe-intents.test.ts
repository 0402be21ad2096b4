import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, MANUAL, type Running, start, stripeAt, stripeError } from './local-providers.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let running: Running;
let stripe: Stripe;

beforeAll(async () => {
  running = await start();
  stripe = running.stripe;
});
afterAll(() => running.stop());

const confirmed = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ ...MANUAL, amount: 2500, payment_method, confirm: true, ...more });

describe('a payment that is authorized first and captured later', () => {
  test('goes from creation to capture', async () => {
    const created = await stripe.paymentIntents.create({
      ...MANUAL,
      amount: 2500,
      payment_method: 'pm_card_visa',
      metadata: { order_number: 'ORD-1' },
    });
    expect(created).toMatchObject({
      status: 'requires_confirmation',
      amount: 2500,
      amount_capturable: 0,
      latest_charge: null,
      metadata: { order_number: 'ORD-1' },
    });
    expect(created.client_secret).toMatch(new RegExp(`^${created.id}_secret_`));

    const held = await stripe.paymentIntents.confirm(created.id, {});
    expect(held).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 2500,
      amount_received: 0,
    });

    const paid = await stripe.paymentIntents.capture(created.id, {}, {});
    expect(paid).toMatchObject({
      status: 'succeeded',
      amount_capturable: 0,
      amount_received: 2500,
    });
    expect(await stripe.paymentIntents.retrieve(created.id)).toMatchObject({ status: 'succeeded' });

    const again = await stripeError(stripe.paymentIntents.capture(created.id));
    expect(again).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
    expect(again.payment_intent).toMatchObject({ id: created.id, status: 'succeeded' });
  });

  test('lets go what is not captured', async () => {
    const held = await confirmed('pm_card_visa');
    const paid = await stripe.paymentIntents.capture(
      held.id,
      { amount_to_capture: 1000 },
      { idempotencyKey: 'partial' },
    );
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1000 });
    const charge = await stripe.charges.retrieve(idOf(paid.latest_charge));
    expect(charge).toMatchObject({ amount_captured: 1000, amount_refunded: 1500, refunded: false });

    const tooMuch = await stripeError(
      stripe.refunds.create({ payment_intent: held.id, amount: 1001 }),
    );
    expect(tooMuch).toMatchObject({ statusCode: 400, param: 'amount' });
    expect(tooMuch.message).toBe(
      'Refund amount ($10.01) is greater than unrefunded amount on charge ($10.00)',
    );
  });

  test('refuses to capture more than is held, and captures nothing', async () => {
    const held = await confirmed('pm_card_visa');
    const error = await stripeError(
      stripe.paymentIntents.capture(held.id, { amount_to_capture: 2501 }),
    );
    expect(error).toMatchObject({ statusCode: 400, param: 'amount_to_capture' });
    expect((await stripe.paymentIntents.retrieve(held.id)).status).toBe('requires_capture');
  });

  test('can be canceled until it is captured', async () => {
    const held = await confirmed('pm_card_visa');
    const canceled = await stripe.paymentIntents.cancel(held.id, {
      cancellation_reason: 'abandoned',
    });
    expect(canceled).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'abandoned',
      amount_capturable: 0,
    });
    for (const act of [
      () => stripe.paymentIntents.cancel(held.id),
      () => stripe.paymentIntents.capture(held.id),
      () => stripe.paymentIntents.confirm(held.id),
    ]) {
      expect(await stripeError(act())).toMatchObject({
        statusCode: 400,
        code: 'payment_intent_unexpected_state',
      });
    }
    const paid = await stripe.paymentIntents.capture((await confirmed('pm_card_visa')).id);
    expect(await stripeError(stripe.paymentIntents.cancel(paid.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  test('is canceled by itself when nobody captures it within seven days', async () => {
    const held = await confirmed('pm_card_visa');
    const late = await confirmed('pm_card_visa');
    running.clock.advance(7 * DAY_MS - 60_000);
    expect((await stripe.paymentIntents.capture(held.id)).status).toBe('succeeded');

    running.clock.advance(61_000);
    const error = await stripeError(stripe.paymentIntents.capture(late.id));
    expect(error.code).toBe('payment_intent_unexpected_state');
    expect(await stripe.paymentIntents.retrieve(late.id)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
      amount_received: 0,
    });
  });
});

describe('test cards', () => {
  test.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
  ])('%s is declined with %s, %s', async (method, code, declineCode) => {
    const error = await stripeError(confirmed(method));
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({
      statusCode: 402,
      rawType: 'card_error',
      code,
      decline_code: declineCode,
    });
    const intent = await stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '');
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { code, decline_code: declineCode },
    });
    expect(await stripe.charges.retrieve(error.charge ?? '')).toMatchObject({
      status: 'failed',
      paid: false,
    });
  });

  test('a declined payment can be paid with another card', async () => {
    const error = await stripeError(confirmed('pm_card_chargeDeclined'));
    const paid = await stripe.paymentIntents.confirm(error.payment_intent?.id ?? '', {
      payment_method: 'pm_card_mastercard',
    });
    expect(paid).toMatchObject({ status: 'requires_capture', last_payment_error: null });
  });

  test.each(['pm_card_visa', 'pm_card_mastercard', 'pm_card_amex', 'pm_card_us'])(
    '%s pays at once without manual capture',
    async (method) => {
      const paid = await confirmed(method, { capture_method: 'automatic' });
      expect(paid).toMatchObject({ status: 'succeeded', amount_received: 2500 });
    },
  );

  test('an unknown one does not exist', async () => {
    expect(await stripeError(confirmed('pm_card_nope'))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'payment_method',
      message: "No such PaymentMethod: 'pm_card_nope'",
    });
  });
});

describe('3D Secure', () => {
  const RETURN = 'https://shop.test/return?order=1';
  const answer = (id: string, what: 'pass' | 'fail', headers: Record<string, string> = {}) =>
    fetch(`${running.baseUrls.stripe}/3ds/${id}/${what}`, {
      method: 'POST',
      headers,
      redirect: 'manual',
    });

  test.each([
    'pm_card_authenticationRequired',
    'pm_card_authenticationRequiredOnSetup',
    'pm_card_threeDSecure2Required',
    'pm_card_threeDSecureRequired',
  ])('%s asks the customer and is held when they pass', async (method) => {
    const waiting = await confirmed(method, { return_url: RETURN });
    expect(waiting).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: RETURN } },
    });
    const page = await fetch(waiting.next_action?.redirect_to_url?.url ?? '');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('$25.00');

    const passed = await answer(waiting.id, 'pass');
    expect(await passed.json()).toEqual({ id: waiting.id, status: 'requires_capture' });
    const again = await answer(waiting.id, 'pass');
    expect(again.status).toBe(409);
    const [charge] = (await stripe.charges.list({ payment_intent: waiting.id })).data;
    expect(charge?.payment_method_details?.card?.three_d_secure).toMatchObject({
      result: 'authenticated',
    });
  });

  test('sends a browser back to the shop, with how it went', async () => {
    const waiting = await confirmed('pm_card_authenticationRequired', { return_url: RETURN });
    const back = await answer(waiting.id, 'fail', { accept: 'text/html,*/*' });
    expect(back.status).toBe(303);
    const url = new URL(back.headers.get('location') ?? '');
    expect(url.origin + url.pathname).toBe('https://shop.test/return');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      order: '1',
      payment_intent: waiting.id,
      payment_intent_client_secret: waiting.client_secret,
      redirect_status: 'failed',
    });
    expect(await stripe.paymentIntents.retrieve(waiting.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
  });

  test('leaves the challenge to Stripe’s own script when there is nowhere to return to', async () => {
    const waiting = await confirmed('pm_card_authenticationRequired');
    expect(waiting.next_action).toMatchObject({
      type: 'use_stripe_sdk',
      use_stripe_sdk: { stripe_js: `${running.baseUrls.stripe}/3ds/${waiting.id}` },
    });
  });

  test('may still be declined by the bank after the customer has passed', async () => {
    const waiting = await confirmed('pm_card_threeDSecureRequiredChargeDeclined', {
      return_url: RETURN,
    });
    const passed = await answer(waiting.id, 'pass');
    expect(await passed.json()).toMatchObject({ status: 'requires_payment_method' });
    expect(await stripe.paymentIntents.retrieve(waiting.id)).toMatchObject({
      last_payment_error: { code: 'card_declined' },
    });
  });

  test('can’t be had off session, nor captured while it waits', async () => {
    const offSession = await stripeError(
      confirmed('pm_card_authenticationRequired', { off_session: true }),
    );
    expect(offSession).toMatchObject({
      statusCode: 402,
      code: 'authentication_required',
      decline_code: 'authentication_required',
    });
    const refused = await stripeError(
      confirmed('pm_card_authenticationRequired', { error_on_requires_action: true }),
    );
    expect(refused).toMatchObject({
      code: 'authentication_required',
      decline_code: 'authentication_not_handled',
    });
    const waiting = await confirmed('pm_card_authenticationRequired', { return_url: RETURN });
    const capture = await stripeError(stripe.paymentIntents.capture(waiting.id));
    expect(capture.code).toBe('payment_intent_unexpected_state');
  });

  test('escapes what the shop wrote, and knows no other payments', async () => {
    const waiting = await confirmed('pm_card_authenticationRequired', {
      return_url: RETURN,
      description: '<script>alert(1)</script>',
    });
    const page = await (await fetch(`${running.baseUrls.stripe}/3ds/${waiting.id}`)).text();
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;');
    expect((await fetch(`${running.baseUrls.stripe}/3ds/pi_nope`)).status).toBe(404);
  });
});

describe('refunds', () => {
  const paid = async () =>
    stripe.paymentIntents.create({
      ...MANUAL,
      capture_method: 'automatic',
      amount: 2500,
      payment_method: 'pm_card_visa',
      confirm: true,
    });

  test('come in parts until nothing is left', async () => {
    const intent = await paid();
    const first = await stripe.refunds.create({ payment_intent: intent.id, amount: 1000 });
    expect(first).toMatchObject({ status: 'succeeded', amount: 1000, payment_intent: intent.id });
    const rest = await stripe.refunds.create({
      charge: idOf(intent.latest_charge),
      reason: 'requested_by_customer',
      metadata: { why: 'all' },
    });
    expect(rest).toMatchObject({ amount: 1500, metadata: { why: 'all' } });
    expect(await stripe.refunds.retrieve(rest.id)).toMatchObject({ id: rest.id, amount: 1500 });

    const error = await stripeError(stripe.refunds.create({ payment_intent: intent.id }));
    expect(error).toMatchObject({ statusCode: 400, code: 'charge_already_refunded' });
    const charge = await stripe.charges.retrieve(idOf(intent.latest_charge), {
      expand: ['refunds'],
    });
    expect(charge).toMatchObject({ refunded: true, amount_refunded: 2500 });
    expect(charge.refunds?.data.map(({ amount }) => amount)).toEqual([1500, 1000]);
    const list = await stripe.refunds.list({ payment_intent: intent.id });
    expect(list.data.map(({ id }) => id)).toEqual([rest.id, first.id]);
  });

  test('are refused for what was not captured or not charged', async () => {
    const held = await confirmed('pm_card_visa');
    const error = await stripeError(stripe.refunds.create({ payment_intent: held.id }));
    expect(error).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error' });
    expect(error.message).toContain('Cancel the PaymentIntent');
    const unpaid = await stripe.paymentIntents.create({ ...MANUAL, amount: 100 });
    expect((await stripeError(stripe.refunds.create({ payment_intent: unpaid.id }))).message).toBe(
      `This PaymentIntent (${unpaid.id}) does not have a successful charge to refund.`,
    );
    expect(await stripeError(stripe.refunds.create({ payment_intent: 'pi_nope' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
    });
  });

  test('canceling an authorization shows as a refund of the uncaptured charge', async () => {
    const held = await confirmed('pm_card_visa');
    const canceled = await stripe.paymentIntents.cancel(held.id, { expand: ['latest_charge'] });
    expect(canceled.latest_charge).toMatchObject({
      captured: false,
      refunded: true,
      amount_captured: 0,
    });
  });
});

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

describe('finding payments', () => {
  test('pages newest first, by customer and by time', async () => {
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      const intent = await stripe.paymentIntents.create({
        ...MANUAL,
        amount: 1000 + i,
        customer: customer.id,
      });
      ids.unshift(intent.id);
    }
    const first = await stripe.paymentIntents.list({ customer: customer.id, limit: 3 });
    expect(first.has_more).toBe(true);
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const all: string[] = [];
    for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 3 })) {
      all.push(intent.id);
    }
    expect(all).toEqual(ids);
    const before = await stripe.paymentIntents.list({
      customer: customer.id,
      limit: 2,
      ending_before: ids[4] ?? '',
    });
    expect(before.data.map(({ id }) => id)).toEqual(ids.slice(2, 4));

    running.clock.advance(10_000);
    const now = Math.floor(running.clock.now() / 1000);
    const late = await stripe.paymentIntents.create({
      ...MANUAL,
      amount: 999,
      customer: customer.id,
    });
    const recent = await stripe.paymentIntents.list({
      customer: customer.id,
      created: { gte: now },
    });
    expect(recent.data.map(({ id }) => id)).toEqual([late.id]);
  });

  test('searches by metadata, a minute behind', async () => {
    const intent = await stripe.paymentIntents.create({
      ...MANUAL,
      amount: 1000,
      metadata: { order_number: 'ORD-SEARCH' },
    });
    const query = `metadata['order_number']:'ORD-SEARCH' AND status:'requires_payment_method'`;
    expect((await stripe.paymentIntents.search({ query })).data).toEqual([]);
    running.clock.advance(61_000);
    const found = await stripe.paymentIntents.search({ query });
    expect(found.data.map(({ id }) => id)).toEqual([intent.id]);
    const other = await stripe.paymentIntents.search({ query: `${query} AND amount>1000` });
    expect(other.data).toEqual([]);
    expect(await stripeError(stripe.paymentIntents.search({ query: 'color:"red"' }))).toMatchObject(
      {
        statusCode: 400,
        param: 'query',
      },
    );
  });

  test('expands what an intent refers to', async () => {
    const held = await confirmed('pm_card_visa', { expand: ['latest_charge', 'payment_method'] });
    expect(held.latest_charge).toMatchObject({ object: 'charge', amount: 2500, captured: false });
    expect(held.payment_method).toMatchObject({ card: { brand: 'visa', last4: '4242' } });
    const listed = await stripe.paymentIntents.list({ limit: 1, expand: ['data.latest_charge'] });
    expect(listed.data[0]?.latest_charge).toMatchObject({ object: 'charge' });
    const wrong = stripe.paymentIntents.retrieve(held.id, { expand: ['amount'] });
    expect(await stripeError(wrong)).toMatchObject({ statusCode: 400, param: 'expand' });
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
