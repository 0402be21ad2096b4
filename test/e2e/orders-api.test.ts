import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../lambdas/orders/order-view.ts';
import { anOrderRequest } from '../support/an-order-request.ts';
import { type Answer, type ApiFailure, type Shop, shopAt } from '../support/shop.ts';
import { openTarget } from './target.ts';

let shop: Shop;
let close: () => Promise<void>;

beforeAll(async () => {
  const target = await openTarget();
  close = target.close;
  shop = shopAt(target.endpoints);
});

afterAll(() => close());

async function order(change: object = {}, key?: string): Promise<OrderView> {
  const { status, body } = await shop.placeOrder({ ...anOrderRequest(), ...change }, key);
  expect(status, JSON.stringify(body)).toBe(202);
  return body;
}

async function refused(change: object | string, key?: string): Promise<Answer<ApiFailure>> {
  const body = typeof change === 'string' ? change : { ...anOrderRequest(), ...change };
  const raw = typeof body === 'string' ? body : JSON.stringify(body);
  return shop.call('POST', '/orders', {
    body: raw,
    headers: { ...(key !== undefined && { 'idempotency-key': key }) },
  });
}

test('health is 200', async () => {
  expect(await shop.call('GET', '/health')).toEqual({ status: 200, body: { status: 'ok' } });
});

describe('an order', () => {
  test('is accepted at once and paid soon', async () => {
    const accepted = await order();
    expect(accepted.order_number).toMatch(/^ORD-\d{4}-[0-9A-HJKMNP-TV-Z]{6}$/);
    expect(accepted).toMatchObject({ status: 'pending', payment_status: 'pending' });

    const paid = await shop.order(accepted.order_number);
    expect(paid).toMatchObject({
      status: 'confirmed',
      payment_status: 'captured',
      currency: 'USD',
    });
    const { subtotal, discount, shipping, tax, total } = paid.totals;
    expect(subtotal).toBe(10_000);
    expect(shipping).toBeGreaterThan(0);
    expect(tax).toBeGreaterThan(0);
    expect(total).toBe(subtotal - discount + Number(shipping) + Number(tax));
    expect(await shop.emails(paid.order_number, 1)).toEqual(['order_confirmation']);
  });

  test('shows no person’s data to whoever knows its number', async () => {
    const { order_number } = await order();
    const shown = JSON.stringify(await shop.order(order_number));
    for (const secret of ['ada@example.com', 'Lovelace', '123 Main St']) {
      expect(shown).not.toContain(secret);
    }
  });

  test('that names a SKU twice has it in one line', async () => {
    const { items, totals } = await order({
      items: [
        { sku: 'laptop', quantity: 1 },
        { sku: 'laptop', quantity: 2, price: 9999 },
      ],
    });
    expect(items).toEqual([
      { sku: 'laptop', name: 'Laptop Sleeve', quantity: 3, unit_price: 9999, total_price: 29_997 },
    ]);
    expect(totals.subtotal).toBe(29_997);
  });

  test('of a customer with script and SQL for a name is an order', async () => {
    const name = `<script>alert('x')</script> "; DROP TABLE orders; -- 🛒`;
    const { order_number } = await order({ customer: { email: 'a@example.com', name } });
    expect(await shop.order(order_number)).toMatchObject({ status: 'confirmed' });
  });

  test('that is declined says why, and takes nothing', async () => {
    const { order_number } = await order({
      payment_method_id: 'pm_card_chargeDeclinedInsufficientFunds',
    });
    const declined = await shop.order(order_number);
    expect(declined).toMatchObject({
      status: 'failed',
      payment_status: 'failed',
      failure: { code: 'PAYMENT_DECLINED', step: 'AuthorizePayment' },
    });
    expect(declined.failure?.message).toContain('insufficient funds');
  });

  test('of more than there is, is out of stock', async () => {
    const { order_number } = await order({ items: [{ sku: 'out_of_stock', quantity: 1 }] });
    expect(await shop.order(order_number)).toMatchObject({
      status: 'failed',
      failure: {
        code: 'OUT_OF_STOCK',
        message: 'Out of stock: out_of_stock',
        step: 'ReserveStock',
      },
    });
  });

  test('with an unknown payment method fails for that', async () => {
    const { order_number } = await order({ payment_method_id: 'pm_nobody_knows' });
    expect(await shop.order(order_number)).toMatchObject({
      status: 'failed',
      failure: { code: 'INVALID_ORDER', step: 'AuthorizePayment' },
    });
  });
});

describe('the same Idempotency-Key', () => {
  test('is the same order again', async () => {
    const key = randomUUID();
    const first = await order({}, key);
    await shop.order(first.order_number);
    const again = await order({}, key);
    expect(again).toMatchObject({ order_number: first.order_number, status: 'confirmed' });
    expect(await shop.intents(first.order_number)).toHaveLength(1);
  });

  test('with another body is refused', async () => {
    const key = randomUUID();
    await order({}, key);
    expect(await refused({ shipping_method: 'express' }, key)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  test('ten times at once is one order; who is too early is told when to come back', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => shop.placeOrder(anOrderRequest(), key)),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    const early = answers.filter(({ status }) => status === 409);
    expect(accepted.length + early.length).toBe(10);
    expect(new Set(accepted.map(({ body }) => body.order_number)).size).toBe(1);
    for (const { body } of early) {
      expect(body).toMatchObject({ code: 'REQUEST_IN_PROGRESS', retry_after: expect.any(Number) });
    }
  });

  test('is free again after a request that was refused', async () => {
    const key = randomUUID();
    expect((await refused({ items: [{ sku: 'nothing', quantity: 1 }] }, key)).status).toBe(400);
    await order({}, key);
  });

  test('that is no key is refused', async () => {
    expect(await refused({}, 'x'.repeat(256))).toMatchObject({
      status: 400,
      body: { details: [{ path: 'Idempotency-Key' }] },
    });
  });
});

describe('a bad request', () => {
  test('is told every fault', async () => {
    const { status, body } = await refused({
      items: [
        { sku: 'laptop', quantity: 0 },
        { sku: 'laptop', quantity: 1, price: -5 },
      ],
      shipping_address: { street: '', city: 'x', state: 'CA', zip: '94105' },
      payment_method_id: undefined,
    });
    expect(status).toBe(400);
    expect(body.code).toBe('VALIDATION_FAILED');
    expect(body.details?.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'items[0].quantity',
        'items[1].price',
        'shipping_address.street',
        'shipping_address.country',
        'payment_method_id',
      ]),
    );
  });

  test('is told of every unknown product and every price that differs', async () => {
    const { body } = await refused({
      items: [
        { sku: 'no-such-thing', quantity: 1 },
        { sku: 'laptop', quantity: 1, price: 1 },
      ],
    });
    expect(body.details).toEqual([
      { path: 'items[0].sku', message: 'there is no product no-such-thing' },
      { path: 'items[1].price', message: 'laptop costs 9999 now' },
    ]);
  });

  test.each([
    ['nothing', '', 'INVALID_JSON'],
    ['half of JSON', '{"items":', 'INVALID_JSON'],
    ['a list', '[]', 'VALIDATION_FAILED'],
    ['JSON that is deep', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'VALIDATION_FAILED'],
    ['a prototype', '{"__proto__":{"admin":true}}', 'VALIDATION_FAILED'],
  ])('that is %s is a clean 400', async (_name, body, code) => {
    expect(await refused(body)).toMatchObject({ status: 400, body: { code } });
  });

  test('over 256 KB is a 413', async () => {
    expect(await refused(JSON.stringify('x'.repeat(256 * 1024)))).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE' },
    });
  });

  test('for an order that is not there is a 404', async () => {
    for (const number of ['ORD-2026-000000', 'nonsense', '%00']) {
      expect(await shop.call('GET', `/orders/${number}`)).toMatchObject({
        status: 404,
        body: { code: 'ORDER_NOT_FOUND' },
      });
    }
  });

  test.each(['-1', '26', 'x', '1e9'])('that waits for %s is refused', async (wait) => {
    const { order_number } = await order();
    expect(await shop.call('GET', `/orders/${order_number}?wait=${wait}`)).toMatchObject({
      status: 400,
      body: { details: [{ path: 'wait' }] },
    });
  });
});
