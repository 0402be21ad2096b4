import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Shipment, ShippingRates } from '../../lambdas/shipping/shipping-rates.ts';
import { HOME, USD, WAREHOUSE } from './an-order.ts';
import { callsOf, inject, reset } from './provider-faults.ts';
import { outcomeOf, silent } from './wire-server.ts';

const SHIPMENT: Shipment = { from: WAREHOUSE, to: HOME, weight_grams: 1500, currency: USD };

/** A carrier that is asked over HTTP; `make` gives a new one, which has no token yet. */
export interface RemoteCarrier {
  baseUrl(): string;
  make(baseUrl: string): ShippingRates;
  tokenPath: string;
  ratesPath: string;
}

const never = () => new AbortController().signal;

/** What every implementation of ShippingRates has to do. */
export function describeShippingRates(name: string, make: () => ShippingRates): void {
  describe(`the rates of ${name}`, () => {
    it('are of this carrier, in whole minor units, and of our methods', async () => {
      const rates = await make().quote(SHIPMENT, never());

      expect(rates).not.toEqual([]);
      for (const rate of rates) {
        expect(rate.carrier).toBe(name);
        expect(rate.service).not.toBe('');
        expect(['standard', 'express', 'overnight']).toContain(rate.method);
        expect(rate.currency).toBe(USD);
        expect(Number.isSafeInteger(rate.amount)).toBe(true);
        expect(rate.amount).toBeGreaterThan(0);
        expect(rate.days ?? 1).toBeGreaterThan(0);
      }
    });

    it('are the same for the same shipment', async () => {
      const carrier = make();

      expect(await carrier.quote(SHIPMENT, never())).toEqual(
        await carrier.quote(SHIPMENT, never()),
      );
    });

    it('are not lower for a hundred times the weight', async () => {
      const carrier = make();
      const light = await carrier.quote(SHIPMENT, never());
      const heavy = await carrier.quote({ ...SHIPMENT, weight_grams: 150_000 }, never());

      for (const { service, amount } of heavy) {
        const same = light.find((rate) => rate.service === service && rate.amount > 0);
        expect(amount).toBeGreaterThanOrEqual(same?.amount ?? 0);
      }
      expect(heavy).not.toEqual([]);
    });
  });
}

/** What every carrier that is asked over HTTP has to do besides. */
export function describeRemoteRates(name: string, remote: RemoteCarrier): void {
  describe(`${name} in trouble`, () => {
    const { tokenPath, ratesPath } = remote;
    const make = () => remote.make(remote.baseUrl());
    const inTrouble = (fault: Parameters<typeof inject>[1]) => inject(remote.baseUrl(), fault);

    beforeEach(() => reset(remote.baseUrl()));

    it.each([500, 502, 503, 429, 403])('is transient when it answers %i', async (status) => {
      await inTrouble({ match: ratesPath, kind: 'status', status });

      await expect(make().quote(SHIPMENT, never())).rejects.toMatchObject({
        name: 'Transient',
        message: `${name} answered ${status}`,
      });
    });

    it.each([400, 422])('refuses the shipment when it answers %i', async (status) => {
      await inTrouble({ match: ratesPath, kind: 'status', status });

      await expect(make().quote(SHIPMENT, never())).rejects.toMatchObject({ name: 'InvalidOrder' });
    });

    it.each([tokenPath, ratesPath])(
      'is transient when the connection breaks at %s',
      async (match) => {
        await inTrouble({ match, kind: 'reset' });

        await expect(make().quote(SHIPMENT, never())).rejects.toMatchObject({ name: 'Transient' });
      },
    );

    it.each([tokenPath, ratesPath])('is transient when it is silent at %s', async (match) => {
      await inTrouble({ match, kind: 'timeout' });

      await expect(make().quote(SHIPMENT, AbortSignal.timeout(100))).rejects.toMatchObject({
        name: 'Transient',
        message: `${name} did not answer in time`,
      });
    });

    it.each(['', 'not JSON', '{"a":', '[]', '{}', 'null', '{"output":null}'])(
      'is transient when it answers %j',
      async (body) => {
        await inTrouble({ match: ratesPath, kind: 'status', status: 200, body });

        await expect(make().quote(SHIPMENT, never())).rejects.toMatchObject({
          name: 'Transient',
          message: expect.stringContaining(`${name} sent a malformed answer`),
        });
      },
    );

    it.each([500, 401])('is transient when it gives no token (%i)', async (status) => {
      await inTrouble({ match: tokenPath, kind: 'status', status });

      await expect(make().quote(SHIPMENT, never())).rejects.toMatchObject({
        name: 'Transient',
        message: `${name} gave no access token (${status})`,
      });
    });

    it('closes its connection when it is given up', async () => {
      const server = await silent();
      const given = new AbortController();
      const outcome = outcomeOf(remote.make(server.baseUrl).quote(SHIPMENT, given.signal));
      await vi.waitFor(() => expect(server.openConnections()).toBe(1));

      given.abort();

      expect(await outcome).toMatchObject({ name: 'Transient' });
      await vi.waitFor(() => expect(server.openConnections()).toBe(0));
      await server.stop();
    });
  });

  describe(`the access token of ${name}`, () => {
    const { tokenPath, ratesPath } = remote;
    const paths = async () => (await callsOf(remote.baseUrl())).map(({ path }) => path);

    beforeEach(() => reset(remote.baseUrl()));

    it('serves for many questions', async () => {
      const carrier = remote.make(remote.baseUrl());
      await carrier.quote(SHIPMENT, never());
      await carrier.quote(SHIPMENT, never());

      expect(await paths()).toEqual([tokenPath, ratesPath, ratesPath]);
    });

    it('is renewed when it is refused, and the question asked again', async () => {
      const carrier = remote.make(remote.baseUrl());
      await carrier.quote(SHIPMENT, never());
      await inject(remote.baseUrl(), { match: ratesPath, kind: 'status', status: 401 });

      expect(await carrier.quote(SHIPMENT, never())).not.toEqual([]);
      expect((await paths()).slice(2)).toEqual([ratesPath, tokenPath, ratesPath]);
    });

    it('is renewed once only', async () => {
      await inject(remote.baseUrl(), { match: ratesPath, kind: 'status', status: 401, times: 2 });

      await expect(remote.make(remote.baseUrl()).quote(SHIPMENT, never())).rejects.toMatchObject({
        name: 'Transient',
        message: `${name} answered 401`,
      });
      expect(await paths()).toEqual([tokenPath, ratesPath, tokenPath, ratesPath]);
    });
  });
}
