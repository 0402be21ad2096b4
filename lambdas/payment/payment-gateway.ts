import type { Currency, MinorUnits } from '../shared/money.ts';
import type { OrderNumber, PaymentIntentId } from '../shared/order.ts';

/**
 * Where a payment stands at the provider. `unconfirmed`: nobody was asked for money yet. `needs_customer`: an
 * authentication is due. `processing`: the provider works on it. `declined`: refused, no money held. `authorized`:
 * held, not taken. `captured`: taken. `canceled`: over, nothing held.
 */
export type IntentStatus =
  | 'unconfirmed'
  | 'needs_customer'
  | 'processing'
  | 'declined'
  | 'authorized'
  | 'captured'
  | 'canceled';

/** A payment as the provider knows it. */
export interface PaymentIntent {
  id: PaymentIntentId;
  status: IntentStatus;
  amount: MinorUnits;
  currency: Currency;
  /** Whose payment it is, as we wrote it on the payment; undefined for payments that are not ours. */
  order_number?: OrderNumber;
  client_secret?: string;
  next_action?: { type: string; redirect_url?: string };
  /** Why it was declined, in words for the customer. */
  decline_message?: string;
}

/**
 * A provider of card payments that are authorized first and captured later.
 *
 * `key` is the idempotency key of a call: order, step and attempt. The same call with the same key happens once.
 * Every call throws Transient when its outcome is unknown or it may work later (timeout, lost connection, 429, 5xx,
 * the same key in flight): look with `retrieve` before acting again.
 */
export interface PaymentGateway {
  /**
   * Begins a payment without asking anybody for money.
   * @throws InvalidOrder if the provider refuses the amount, the currency or the payment method
   */
  create(
    request: {
      order_number: OrderNumber;
      amount: MinorUnits;
      currency: Currency;
      payment_method_id: string;
    },
    key: string,
  ): Promise<PaymentIntent>;
  /** Asks for the money. A decline is an answer: `declined`. */
  confirm(id: PaymentIntentId, key: string): Promise<PaymentIntent>;
  retrieve(id: PaymentIntentId): Promise<PaymentIntent>;
  /** Takes an authorized payment. In any other state it changes nothing and answers that state. */
  capture(id: PaymentIntentId, key: string): Promise<PaymentIntent>;
  /** Ends a payment that was not captured. In any other state it changes nothing and answers that state; so it needs no key. */
  cancel(id: PaymentIntentId): Promise<PaymentIntent>;
  /** Gives a captured payment back, whole. Once it is given back, again does nothing. */
  refund(id: PaymentIntentId, key: string): Promise<void>;
}
