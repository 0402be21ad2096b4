import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { MinorUnits } from '../../lambdas/shared/money.ts';
import type { Sku } from '../../lambdas/shared/order.ts';
import type { Sale, TaxCalculator } from '../../lambdas/tax/tax-calculator.ts';
import { aLine, HOME, USD, WAREHOUSE } from '../shipping/an-order.ts';
import { inject, reset } from '../shipping/provider-faults.ts';
import { outcomeOf, silent } from '../shipping/wire-server.ts';

const amount = (value: number) => value as MinorUnits;

/** A sale within the shop's own state, where there is always a tax. */
export const SALE: Sale = {
  from: WAREHOUSE,
  to: { ...WAREHOUSE, street: '600 Montgomery Street', zip: '94111' },
  currency: USD,
  lines: [aLine(), aLine({ sku: 'laptop' as Sku, quantity: 1, unit_price: amount(9999) })],
  discount: amount(1000),
  shipping: amount(795),
};

export interface RemoteTax {
  baseUrl(): string;
  make(baseUrl: string): TaxCalculator;
  path: string;
}

const never = () => new AbortController().signal;

/** What every implementation of TaxCalculator has to do. */
export function describeTaxCalculator(name: string, remote: RemoteTax): void {
  const make = () => remote.make(remote.baseUrl());
  const inTrouble = (fault: Parameters<typeof inject>[1]) => inject(remote.baseUrl(), fault);

  describe(`the tax of ${name}`, () => {
    beforeEach(() => reset(remote.baseUrl()));

    it('is in whole minor units, above nothing and below the amount', async () => {
      const tax = await make().taxOf(SALE, never());

      expect(Number.isSafeInteger(tax)).toBe(true);
      expect(tax).toBeGreaterThan(0);
      expect(tax).toBeLessThan(5998 + 9999 - 1000 + 795);
    });

    it('is the same for the same sale', async () => {
      expect(await make().taxOf(SALE, never())).toBe(await make().taxOf(SALE, never()));
    });

    it('is lower for what a discount makes cheaper', async () => {
      const full = await make().taxOf({ ...SALE, discount: amount(0) }, never());

      expect(await make().taxOf(SALE, never())).toBeLessThan(full);
    });

    it('is nothing for what costs nothing', async () => {
      const free = { ...SALE, discount: amount(5998 + 9999), shipping: amount(0) };

      expect(await make().taxOf(free, never())).toBe(0);
    });

    it('is nothing where the shop has no nexus', async () => {
      const abroad = { ...HOME, state: 'BE', city: 'Berlin', zip: '10117', country: 'DE' };

      expect(await make().taxOf({ ...SALE, to: abroad }, never())).toBe(0);
    });

    it.each([500, 503, 429, 401, 403, 404])('is not known when it answers %i', async (status) => {
      await inTrouble({ match: remote.path, kind: 'status', status });

      await expect(make().taxOf(SALE, never())).rejects.toMatchObject({
        name: 'Transient',
        message: `${name} answered ${status}`,
      });
    });

    it.each([400, 406, 422])('is refused when it answers %i', async (status) => {
      await inTrouble({ match: remote.path, kind: 'status', status });

      await expect(make().taxOf(SALE, never())).rejects.toMatchObject({ name: 'InvalidOrder' });
    });

    it('is not known when the connection breaks', async () => {
      await inTrouble({ match: remote.path, kind: 'reset' });

      await expect(make().taxOf(SALE, never())).rejects.toMatchObject({ name: 'Transient' });
    });

    it('is not known when there is no answer, and the connection is closed', async () => {
      const server = await silent();
      const given = new AbortController();
      const outcome = outcomeOf(remote.make(server.baseUrl).taxOf(SALE, given.signal));
      await vi.waitFor(() => expect(server.openConnections()).toBe(1));

      given.abort();

      expect(await outcome).toMatchObject({
        name: 'Transient',
        message: `${name} did not answer in time`,
      });
      await vi.waitFor(() => expect(server.openConnections()).toBe(0));
      await server.stop();
    });

    it.each([
      '',
      'not JSON',
      'null',
      '{}',
      '{"tax":{}}',
      '{"tax":{"amount_to_collect":1}}',
      '{"tax":{"order_total_amount":167.92,"amount_to_collect":"1.00"}}',
      '{"tax":{"order_total_amount":167.92,"amount_to_collect":-1}}',
      '{"tax":{"order_total_amount":167.92,"amount_to_collect":null}}',
      '{"tax":{"order_total_amount":167.92,"amount_to_collect":1e-7}}',
    ])('is not known when it answers %s', async (body) => {
      await inTrouble({ match: remote.path, kind: 'status', status: 200, body });

      await expect(make().taxOf(SALE, never())).rejects.toMatchObject({
        name: 'Transient',
        message: `${name} sent a malformed answer`,
      });
    });

    it('is not believed when it is above the amount', async () => {
      const answer = (amount_to_collect: number) => ({
        tax: { order_total_amount: 157.92, amount_to_collect },
      });
      const fault = { match: remote.path, kind: 'status', status: 200 } as const;
      await inTrouble({ ...fault, body: answer(157.93) });
      await expect(make().taxOf(SALE, never())).rejects.toMatchObject({
        name: 'Transient',
        message: `${name} sent a tax above the amount that it is on`,
      });

      await inTrouble({ ...fault, body: answer(157.92) });
      expect(await make().taxOf(SALE, never())).toBe(15_792);
    });
  });
}
