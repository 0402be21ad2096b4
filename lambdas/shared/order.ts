import type { Currency, MinorUnits } from './money.ts';

/** `ORD-2026-7K3QX9`: the year and six characters of Crockford's base 32. */
export type OrderNumber = string & { readonly __brand: 'OrderNumber' };
export type Sku = string & { readonly __brand: 'Sku' };
export type PaymentIntentId = string & { readonly __brand: 'PaymentIntentId' };

/** `undoing` is not a status that a customer sees: see `Order.undoing`. */
export type OrderStatus =
  | 'pending'
  | 'awaiting_payment'
  | 'confirmed'
  | 'failed'
  | 'needs_attention';

export type PaymentStatus =
  | 'pending'
  | 'authorized'
  | 'captured'
  | 'refunded'
  | 'voided'
  | 'failed';

/** A postal address; `country` is ISO 3166-1 alpha-2. */
export interface Address {
  street: string;
  city: string;
  state: string;
  zip: string;
  country: string;
}

/** A line of an order, with the catalogue's name and price at the time of ordering. */
export interface OrderLine {
  sku: Sku;
  name: string;
  quantity: number;
  unit_price: MinorUnits;
  total_price: MinorUnits;
  /** Grams of one piece: carriers quote by weight. */
  weight_grams: number;
  /** The tax provider's product tax code; none means the general rate. */
  tax_code?: string;
}

export type ShippingMethod = 'standard' | 'express' | 'overnight';

/** The rate that was chosen for the order. */
export interface ShippingQuote {
  method: ShippingMethod;
  /** `fedex`, `ups`, `usps`, or `flat_rate` when no carrier answered. */
  carrier: string;
  /** The carrier's own name of the service. */
  service: string;
  amount: MinorUnits;
  /** Working days until delivery, when the carrier tells. */
  days?: number;
}

/** All in minor units of the order's currency. What is not known yet is null. */
export interface Totals {
  subtotal: MinorUnits;
  discount: MinorUnits;
  shipping: MinorUnits | null;
  tax: MinorUnits | null;
  total: MinorUnits | null;
}

/** Why an order failed; `message` is fit for the customer. */
export interface Failure {
  code: string;
  message: string;
  /** The state of the saga that failed, as `ReserveStock`. */
  step: string;
}

/** What the payment provider knows the order's payment as. Absent until a payment was begun. */
export interface Payment {
  payment_intent_id: PaymentIntentId;
  /** For the customer's browser only: it lets Stripe.js finish this one payment. */
  client_secret?: string;
  /** What the customer has to do, as the provider gave it (a 3DS redirect). */
  next_action?: { type: string; redirect_url?: string };
}

/** When the order came to a status, and by which state of the saga. */
export interface HistoryEntry {
  /** ISO 8601 */
  at: string;
  status: OrderStatus;
  step: string;
}

/** The order as it is stored: the facts that the saga, its undo and the API work from. */
export interface Order {
  order_number: OrderNumber;
  status: OrderStatus;
  payment_status: PaymentStatus;
  currency: Currency;
  items: OrderLine[];
  totals: Totals;
  customer: { email: string; name: string };
  shipping_address: Address;
  shipping_method: ShippingMethod;
  payment_method: 'card';
  /** The provider's id of the payment method, as `pm_card_visa`. */
  payment_method_id: string;
  shipping?: ShippingQuote;
  payment?: Payment;
  failure?: Failure;
  warnings: string[];
  /** The `Idempotency-Key` that the order was made with. */
  request_key?: string;
  history: HistoryEntry[];
  /** ISO 8601, both. */
  created_at: string;
  updated_at: string;
  /** The attempt of the payment's step that waits now, from 1. */
  payment_attempt?: number;
  /** Resumes the saga that waits for the payment. Never leaves the store but to Step Functions. */
  payment_task_token?: string;
  /** ISO 8601: by when the provider has to end processing the payment. */
  processing_until?: string;
  /** Set by the undo before it acts: from then on no step may act for this order. */
  undoing?: true;
}
