import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, MANUAL, type Running, start, stripeError } from './local-providers.ts';

let running: Running;
let stripe: Stripe;

beforeAll(async () => {
  running = await start();
  stripe = running.stripe;
});
afterAll(() => running.stop());

const confirmed = (payment_method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ ...MANUAL, amount: 2500, payment_method, confirm: true, ...more });

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
