import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, type Running, start } from './local-providers.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let running: Running;
const token = { authorization: 'ShippoToken shippo_test_local' };

beforeAll(async () => {
  running = await start();
});
afterAll(() => running.stop());

interface Rate {
  object_id: string;
  amount: string;
  provider: string;
  estimated_days: number;
}
interface Transaction {
  object_id: string;
  status: string;
  tracking_number: string;
  label_url: string;
  metadata: string;
  rate: string;
}

const call = <T>(method: string, path: string, body?: unknown) =>
  ask<T>(method, `${running.baseUrls.shippo}${path}`, body, token);
const address = (zip: string, state: string) => ({
  name: 'Ada (Lovelace)',
  street1: '1 Market St',
  city: 'Town',
  state,
  zip,
  country: 'US',
});
const shipment = () =>
  call<{ object_id: string; rates: Rate[] }>('POST', '/shipments/', {
    address_from: address('94105', 'CA'),
    address_to: address('10001', 'NY'),
    parcels: [
      { length: '10', width: '8', height: '4', distance_unit: 'in', weight: '2', mass_unit: 'lb' },
    ],
    async: false,
  });
const buy = async (metadata = '') => {
  const { body } = await shipment();
  return call<Transaction>('POST', '/transactions', {
    rate: body.rates[0]?.object_id,
    label_file_type: 'PDF_4x6',
    async: false,
    metadata,
  });
};

describe('shipments', () => {
  test('come with rates of several carriers, the cheapest first', async () => {
    const { status, body } = await shipment();
    expect(status).toBe(201);
    expect(new Set(body.rates.map(({ provider }) => provider))).toEqual(
      new Set(['USPS', 'UPS', 'FedEx']),
    );
    const amounts = body.rates.map(({ amount }) => Number(amount));
    expect(amounts).toEqual(amounts.toSorted((a, b) => a - b));
    expect((await call(`GET`, `/rates/${body.rates[0]?.object_id}`)).status).toBe(200);
    expect((await call('GET', `/shipments/${body.object_id}`)).body).toMatchObject({
      status: 'SUCCESS',
    });
  });

  test('name what is missing', async () => {
    const none = await call('POST', '/shipments', {});
    expect(none.status).toBe(400);
    expect(none.body).toEqual({
      address_from: ['This field is required.'],
      address_to: ['This field is required.'],
      parcels: ['This field is required.'],
    });
  });
});

describe('labels', () => {
  test('are bought, found again by their rate, and printed', async () => {
    const { status, body } = await buy('order ORD-1');
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'SUCCESS', metadata: 'order ORD-1' });
    const found = await call<{ results: Transaction[]; next: null }>(
      'GET',
      `/transactions/?rate=${body.rate}`,
    );
    expect(found.body.results.map(({ object_id }) => object_id)).toEqual([body.object_id]);
    expect((await call('GET', `/transactions/${body.object_id}`)).body).toMatchObject({
      tracking_number: body.tracking_number,
    });
    const label = await fetch(body.label_url);
    expect(label.headers.get('content-type')).toBe('application/pdf');
    const pdf = await label.text();
    expect(pdf.startsWith('%PDF-1.4')).toBe(true);
    expect(pdf).toContain(`TRACKING ${body.tracking_number}`);
    expect(pdf).toContain(String.raw`Ada \(Lovelace\)`);
    const startxref = Number(/startxref\n(\d+)/.exec(pdf)?.[1]);
    expect(pdf.slice(startxref, startxref + 4)).toBe('xref');
  });

  test('are refused for a rate that does not exist, and without the token', async () => {
    const unknown = await call('POST', '/transactions', { rate: 'nope' });
    expect(unknown.status).toBe(400);
    expect(unknown.body).toEqual({ rate: ['Rate with supplied object_id nope not found.'] });
    const url = `${running.baseUrls.shippo}/transactions`;
    expect((await ask('GET', url)).body).toEqual({
      detail: 'Authentication credentials were not provided.',
    });
    expect((await ask('GET', url, undefined, { authorization: 'ShippoToken x' })).status).toBe(401);
  });

  test('are refunded once', async () => {
    const { body } = await buy();
    const refund = await call<{ object_id: string }>('POST', '/refunds', {
      transaction: body.object_id,
    });
    expect(refund.status).toBe(201);
    expect(refund.body).toMatchObject({ status: 'PENDING', transaction: body.object_id });
    expect((await call('POST', '/refunds', { transaction: body.object_id })).status).toBe(400);
    expect((await call('GET', `/refunds/${refund.body.object_id}`)).status).toBe(200);
    expect((await call('GET', `/transactions/${body.object_id}`)).body).toMatchObject({
      status: 'REFUNDPENDING',
    });
  });

  test('page', async () => {
    for (let i = 0; i < 3; i++) await buy();
    const first = await call<{ results: unknown[]; next: string | null }>(
      'GET',
      '/transactions?results=2',
    );
    expect(first.body.results).toHaveLength(2);
    const { body } = await ask<{ results: unknown[]; previous: string }>(
      'GET',
      first.body.next ?? '',
      undefined,
      token,
    );
    expect(body.results.length).toBeGreaterThan(0);
    expect(body.previous).toContain('page=1');
  });
});

describe('tracks', () => {
  test('go from the label to the door as time passes', async () => {
    const { body } = await buy();
    const status = async () =>
      (
        await call<{ tracking_status: { status: string } }>(
          'GET',
          `/tracks/usps/${body.tracking_number}`,
        )
      ).body.tracking_status.status;
    expect(await status()).toBe('PRE_TRANSIT');
    running.clock.advance(DAY_MS);
    expect(await status()).toBe('TRANSIT');
    running.clock.advance(6 * DAY_MS);
    expect(await status()).toBe('DELIVERED');
    expect((await call('GET', '/tracks/usps/nope')).status).toBe(404);
    const test = await call('GET', '/tracks/shippo/SHIPPO_RETURNED');
    expect(test.body).toMatchObject({ tracking_status: { status: 'RETURNED' } });
  });
});
