import { fc } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, type Running, start } from './local-providers.ts';

let running: Running;
const key = { authorization: 'Bearer taxjar_local' };

beforeAll(async () => {
  running = await start();
});
afterAll(() => running.stop());

interface Tax {
  order_total_amount: number;
  taxable_amount: number;
  amount_to_collect: number;
  rate: number;
  has_nexus: boolean;
  freight_taxable: boolean;
  breakdown?: { line_items: { id: string; tax_collectable: number }[]; [name: string]: unknown };
}
interface Failure {
  status: number;
  error: string;
  detail: string;
}

const SAN_FRANCISCO = { to_country: 'US', to_state: 'CA', to_zip: '94105' };
const post = <T>(path: string, body: unknown, headers: Record<string, string> = key) =>
  ask<T>('POST', `${running.baseUrls.taxjar}${path}`, body, headers);
const taxOf = async (body: object): Promise<Tax> => {
  const { status, body: answer } = await post<{ tax: Tax }>('/v2/taxes', body);
  expect(status).toBe(200);
  return answer.tax;
};

describe('the tax of an order', () => {
  test('comes in SmartCalcs’ shape', async () => {
    const tax = await taxOf({
      ...SAN_FRANCISCO,
      shipping: 5.99,
      line_items: [{ id: 'TSHIRT', quantity: 2, unit_price: 29.99, discount: 9.98 }],
    });
    expect(tax).toMatchObject({
      order_total_amount: 55.99,
      shipping: 5.99,
      taxable_amount: 50,
      amount_to_collect: 4.31,
      rate: 0.086_25,
      has_nexus: true,
      freight_taxable: false,
      tax_source: 'destination',
      jurisdictions: { country: 'US', state: 'CA', city: 'SAN FRANCISCO' },
      breakdown: {
        state_tax_rate: 0.0625,
        state_tax_collectable: 3.13,
        special_tax_rate: 0.013_75,
        line_items: [{ id: 'TSHIRT', taxable_amount: 50, tax_collectable: 4.31 }],
      },
    });
  });

  test.each([
    ['CA', '95814', 0.0725, false],
    ['NY', '10001', 0.088_75, true],
    ['TX', '78701', 0.0825, true],
    ['WA', '98101', 0.1035, true],
    ['OR', '97201', 0, false],
  ])('%s %s: %d, shipping taxed %s', async (to_state, to_zip, rate, freight) => {
    const tax = await taxOf({ to_country: 'US', to_state, to_zip, amount: 100, shipping: 10 });
    expect(tax).toMatchObject({ rate, freight_taxable: freight, has_nexus: true });
    expect(tax.amount_to_collect).toBe(Math.round((freight ? 110 : 100) * rate * 100 + 1e-6) / 100);
  });

  test('is nothing where the shop has no nexus, and on goods that are exempt', async () => {
    const wyoming = { to_country: 'US', to_state: 'WY', to_zip: '82001', amount: 10, shipping: 0 };
    expect(await taxOf(wyoming)).toMatchObject({ has_nexus: false, amount_to_collect: 0, rate: 0 });
    const paris = { to_country: 'FR', to_zip: '75001', amount: 10, shipping: 0 };
    expect(await taxOf(paris)).toMatchObject({ has_nexus: false, amount_to_collect: 0 });
    const exempt = await taxOf({
      ...SAN_FRANCISCO,
      shipping: 0,
      line_items: [
        { id: 'food', unit_price: 100, product_tax_code: '40030' },
        { id: 'toy', unit_price: 100 },
      ],
    });
    expect(exempt).toMatchObject({ taxable_amount: 100, amount_to_collect: 8.63 });
    expect(exempt.breakdown?.line_items.map(({ tax_collectable }) => tax_collectable)).toEqual([
      0, 8.63,
    ]);
  });

  test('is exact to the cent for any amount', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 99_999_999 }),
        fc.constantFrom(['CA', '94105', 86_250n] as const, ['NY', '10001', 88_750n] as const),
        async (cents, [to_state, to_zip, rate]) => {
          const { amount_to_collect } = await taxOf({
            to_country: 'US',
            to_state,
            to_zip,
            amount: cents / 100,
            shipping: 0,
          });
          const exact = (BigInt(cents) * rate * 2n + 1_000_000n) / 2_000_000n;
          expect(amount_to_collect).toBe(Number(exact) / 100);
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each<[string, object, number, string]>([
    ['no country', { to_country: undefined }, 406, 'to_country is missing'],
    ['no shipping', { shipping: undefined }, 406, 'shipping is missing'],
    ['no ZIP', { to_zip: undefined }, 400, 'No to zip, required when country is US'],
    ['no state', { to_state: '' }, 400, 'No to state, required when country is US'],
    ['no amount', { amount: undefined }, 400, 'No amount or line items provided'],
    [
      'another state’s ZIP',
      { to_zip: '10001' },
      400,
      'to_zip 10001 is not used within to_state CA',
    ],
    ['no ZIP at all', { to_zip: '00000' }, 400, "to_zip 00000 isn't a valid postal code for US"],
    ['a word as amount', { amount: 'ten' }, 406, 'amount is invalid'],
  ])('%s is refused', async (_name, change, status, detail) => {
    const answer = await post<Failure>('/v2/taxes', {
      ...SAN_FRANCISCO,
      amount: 10,
      shipping: 0,
      ...change,
    });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, detail });
  });

  test('needs the key', async () => {
    const answer = await post<Failure>('/v2/taxes', SAN_FRANCISCO, { authorization: 'Bearer no' });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      status: 401,
      error: 'Unauthorized',
      detail: "Not authorized for route 'POST /v2/taxes'",
    });
    const token = { authorization: 'Token token="taxjar_local"' };
    expect(
      (await post('/v2/taxes', { ...SAN_FRANCISCO, amount: 1, shipping: 0 }, token)).status,
    ).toBe(200);
  });

  test('rates of a place', async () => {
    const url = `${running.baseUrls.taxjar}/v2/rates/94105`;
    const { body } = await ask<{ rate: object }>('GET', url, undefined, key);
    expect(body.rate).toMatchObject({ zip: '94105', state: 'CA', combined_rate: '0.08625' });
  });
});

describe('transactions', () => {
  const order = {
    ...SAN_FRANCISCO,
    transaction_id: 'ORD-1',
    transaction_date: '2026-11-20',
    amount: 16.5,
    shipping: 1.5,
    sales_tax: 0.95,
  };

  test('are filed once, shown, refunded and deleted', async () => {
    const base = `${running.baseUrls.taxjar}/v2/transactions`;
    const created = await post<{ order: object }>('/v2/transactions/orders', order);
    expect(created.status).toBe(201);
    expect(created.body.order).toMatchObject({
      transaction_id: 'ORD-1',
      amount: 16.5,
      sales_tax: 0.95,
    });
    const again = await post<Failure>('/v2/transactions/orders', order);
    expect(again.status).toBe(422);
    expect(again.body.detail).toBe('Provider tranx already imported for your user account');

    const refund = {
      ...order,
      transaction_id: 'ORD-1-R',
      transaction_reference_id: 'ORD-1',
      amount: -16.5,
    };
    expect((await post('/v2/transactions/refunds', refund)).status).toBe(201);
    const shown = await ask('GET', `${base}/refunds/ORD-1-R`, undefined, key);
    expect(shown.body).toMatchObject({
      refund: { amount: -16.5, transaction_reference_id: 'ORD-1' },
    });
    const lost = { ...refund, transaction_id: 'X', transaction_reference_id: 'nope' };
    expect((await post('/v2/transactions/refunds', lost)).status).toBe(404);

    expect((await ask('DELETE', `${base}/orders/ORD-1`, undefined, key)).status).toBe(200);
    expect((await ask('GET', `${base}/orders/ORD-1`, undefined, key)).status).toBe(404);
  });

  test('name what is missing', async () => {
    const answer = await post<Failure>('/v2/transactions/orders', { amount: 1 });
    expect(answer.status).toBe(406);
    expect(answer.body.detail).toContain('transaction_id is missing, transaction_date is missing');
  });
});
