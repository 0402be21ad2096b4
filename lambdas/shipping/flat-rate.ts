import * as z from 'zod';
import { type Currency, minorUnits } from '../shared/money.ts';
import type { ShippingMethod } from '../shared/order.ts';
import { currencySchema } from '../shared/parse.ts';
import type { Rate, ShippingRates } from './shipping-rates.ts';

const METHODS: readonly ShippingMethod[] = ['standard', 'express', 'overnight'];

const amount = z.int('must be a whole number of minor units').min(0);

/**
 * What shipping costs when no carrier answers, by currency: one amount for every method, or one for each that is
 * offered then. `{"USD": {"standard": 795, "express": 1995}, "JPY": 900}`. Minor units.
 */
export const flatRateTableSchema = z.record(
  currencySchema,
  z.union([amount, z.partialRecord(z.enum(['standard', 'express', 'overnight']), amount)]),
);

export type FlatRateTable = z.output<typeof flatRateTableSchema>;

/** Our own rates, which need nobody's answer. */
export function flatRate(table: FlatRateTable): ShippingRates {
  return {
    carrier: 'flat_rate',
    async quote({ currency }) {
      return METHODS.flatMap((method) => rateOf(table, currency, method));
    },
  };
}

function rateOf(table: FlatRateTable, currency: Currency, method: ShippingMethod): Rate[] {
  const entry = table[currency];
  const price = typeof entry === 'object' ? entry[method] : entry;
  if (price === undefined) return [];
  return [
    { carrier: 'flat_rate', service: 'Flat rate', method, amount: minorUnits(price), currency },
  ];
}
