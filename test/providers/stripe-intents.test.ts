import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, MANUAL, type Running, start, stripeError } from './local-providers.ts';

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
