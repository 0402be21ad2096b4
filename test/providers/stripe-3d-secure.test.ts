import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MANUAL, type Running, start, stripeError } from './local-providers.ts';

let running: Running;
let stripe: Stripe;

beforeAll(async () => {
  running = await start();
  stripe = running.stripe;
});
afterAll(() => running.stop());

const confirmed = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ ...MANUAL, amount: 2500, payment_method, confirm: true, ...more });

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
