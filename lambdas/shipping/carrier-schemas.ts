import * as z from 'zod';
import type { Currency } from '../shared/money.ts';

/** A price as carriers write it, as a number or as text: plain digits, more than nothing, below a billion. */
export const priceSchema = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => /^\d{1,9}(\.\d{1,6})?$/.test(text) && Number(text) > 0, {
    message: 'must be a positive decimal amount',
  });

/** A carrier's code of a currency; FedEx has some of its own, which then match no order's. */
export const carrierCurrencySchema = z
  .string()
  .length(3)
  .transform((code) => code as Currency);
