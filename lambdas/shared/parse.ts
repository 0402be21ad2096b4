import * as z from 'zod';
import { type Currency, type MinorUnits, minorUnits } from './money.ts';
import type { OrderNumber, PaymentIntentId, ShippingQuote, Totals } from './order.ts';

/** Crockford's base 32 has no I, L, O and U, so that a number read aloud is heard right. */
export const orderNumberSchema = z
  .string()
  .regex(/^ORD-\d{4}-[0-9A-HJKMNP-TV-Z]{6}$/, 'must look like ORD-2026-7K3QX9')
  .transform((text) => text as OrderNumber);

export const paymentIntentIdSchema = z
  .string()
  .min(1)
  .transform((text) => text as PaymentIntentId);

export const currencySchema = z
  .string()
  .regex(/^[A-Za-z]{3}$/, 'must be an ISO 4217 code of three letters, as USD')
  .transform((text) => text.toUpperCase() as Currency);

export const amountSchema = z
  .int()
  .min(0)
  .transform((amount): MinorUnits => minorUnits(amount));

export const shippingQuoteSchema: z.ZodType<ShippingQuote> = z.object({
  method: z.enum(['standard', 'express', 'overnight']),
  carrier: z.string(),
  service: z.string(),
  amount: amountSchema,
  days: z.number().optional(),
});

export const totalsSchema: z.ZodType<Totals> = z.object({
  subtotal: amountSchema,
  discount: amountSchema,
  shipping: amountSchema.nullable(),
  tax: amountSchema.nullable(),
  total: amountSchema.nullable(),
});

/** How a state of the saga failed. */
export const stepFailureSchema = z.object({
  step: z.string(),
  error: z.string(),
  cause: z.string(),
});
