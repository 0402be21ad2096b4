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
