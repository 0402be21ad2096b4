import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { MinorUnits } from '../shared/money.ts';
import type { Address, Sku } from '../shared/order.ts';
import { currencySchema } from '../shared/parse.ts';
import { COUNTRIES } from './countries.ts';

/** The most pieces of one SKU in an order. */
const MAX_QUANTITY = 9_999;

/** A reservation is one DynamoDB transaction of at most 100 items, so that 50 lines leave room. */
const MAX_LINES = 50;

/** Text of a person: trimmed, in one Unicode form, without control characters and half characters. */
const text = (max: number) =>
  z
    .string()
    .transform((value) => value.trim().normalize('NFC'))
    .pipe(
      z
        .string()
        .min(1, 'must not be empty')
        .max(max, `must be at most ${max} characters`)
        .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
          message: 'must not contain control characters or broken Unicode',
        }),
    );

const country = text(56)
  .transform((value) => (value.toUpperCase() === 'USA' ? 'US' : value.toUpperCase()))
  .refine((code) => COUNTRIES.has(code), {
    message: 'must be an ISO 3166-1 code of two letters, as US',
  });

const addressSchema: z.ZodType<Address> = z
  .strictObject({
    street: text(200),
    city: text(100),
    state: text(100),
    zip: text(20),
    country,
  })
  .superRefine((address, context) => {
    if (address.country !== 'US') return;
    if (!/^[A-Za-z]{2}$/.test(address.state)) {
      context.addIssue({
        code: 'custom',
        path: ['state'],
        message: 'must be a US state of two letters, as CA',
      });
    }
    if (!/^\d{5}(-\d{4})?$/.test(address.zip)) {
      context.addIssue({
        code: 'custom',
        path: ['zip'],
        message: 'must be a US ZIP code, as 94105',
      });
    }
  });

/** The body of `POST /orders`. */
export const orderRequestSchema = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          sku: z
            .string()
            .regex(/^[\w.-]{1,64}$/, 'must be a SKU: letters, digits, dot, dash or underscore')
            .transform((value) => value as Sku),
          quantity: z
            .int('must be a whole number')
            .min(1, 'must be at least 1')
            .max(MAX_QUANTITY, `must be at most ${MAX_QUANTITY}`),
          price: z
            .int('must be a whole number of minor units')
            .min(0, 'must not be negative')
            .transform((value) => value as MinorUnits)
            .optional(),
        }),
      )
      .min(1, 'must have at least one item')
      .max(500, 'must have at most 500 items'),
    customer: z.strictObject({
      email: z.email('must be an e-mail address').max(254, 'must be at most 254 characters'),
      name: text(200),
    }),
    shipping_address: addressSchema,
    shipping_method: z.enum(['standard', 'express', 'overnight']).default('standard'),
    payment_method: z.enum(['card']).default('card'),
    payment_method_id: z
      .string()
      .regex(/^pm_\w{1,120}$/, "must be a payment method's id, as pm_card_visa"),
    /** Left out, it is the catalogue's. */
    currency: currencySchema.optional(),
  })
  .superRefine(({ items }, context) => {
    const pieces = new Map<Sku, number>();
    for (const { sku, quantity } of items) pieces.set(sku, (pieces.get(sku) ?? 0) + quantity);
    if (pieces.size > MAX_LINES) {
      context.addIssue({
        code: 'custom',
        path: ['items'],
        message: `must name at most ${MAX_LINES} SKUs`,
      });
    }
    for (const [sku, quantity] of pieces) {
      if (quantity > MAX_QUANTITY) {
        context.addIssue({
          code: 'custom',
          path: ['items'],
          message: `must have at most ${MAX_QUANTITY} pieces of ${sku}`,
        });
      }
    }
  });

export type OrderRequest = z.output<typeof orderRequestSchema>;

/** The same request has the same hash, whatever the order of its keys: SHA-256 of the request as it was understood. */
export function hashRequest(request: OrderRequest): string {
  return createHash('sha256').update(canonical(request)).digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
