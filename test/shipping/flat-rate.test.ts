import { describe, expect, it } from 'vitest';
import type { Currency } from '../../lambdas/shared/money.ts';
import { flatRate, flatRateTableSchema } from '../../lambdas/shipping/flat-rate.ts';
import { HOME, USD, WAREHOUSE } from './an-order.ts';

const shipment = { from: WAREHOUSE, to: HOME, weight_grams: 400, currency: USD };
const signal = new AbortController().signal;

describe('flatRate', () => {
  it('is one amount for every method', async () => {
    const rates = await flatRate(flatRateTableSchema.parse({ usd: 795 })).quote(shipment, signal);

    expect(rates.map(({ method, amount }) => [method, amount])).toEqual([
      ['standard', 795],
      ['express', 795],
      ['overnight', 795],
    ]);
  });

  it('is one amount for each method that it names, and offers no other', async () => {
    const table = flatRateTableSchema.parse({ USD: { standard: 795, overnight: 3995 } });

    expect(
      (await flatRate(table).quote(shipment, signal)).map(({ method, amount }) => [method, amount]),
    ).toEqual([
      ['standard', 795],
      ['overnight', 3995],
    ]);
  });

  it('offers nothing in a currency that it does not know', async () => {
    const rates = flatRate(flatRateTableSchema.parse({ USD: 795 }));

    expect(await rates.quote({ ...shipment, currency: 'EUR' as Currency }, signal)).toEqual([]);
  });

  it.each([[{ USD: -1 }], [{ USD: 7.95 }], [{ USD: { fast: 1 } }], [{ dollars: 1 }]])(
    'refuses the table %j',
    (table) => {
      expect(flatRateTableSchema.safeParse(table).success).toBe(false);
    },
  );
});
