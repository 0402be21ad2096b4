/**
 * The errors that a step of the saga ends with. `name` is a field and not the class's name, since minifying mangles
 * class names and Step Functions matches `Retry` and `Catch` against `error.name`. The names stand verbatim in
 * `statemachines/*.asl.json`; a test holds the two together.
 *
 * Messages reach the execution history, the logs and the customer: they carry no personal data and no secrets.
 */
export abstract class StepError extends Error {
  abstract override readonly name: ErrorName;
}

/** Business errors: the same input gives the same answer, so they are never retried. */
export const BUSINESS_ERRORS = [
  'OutOfStock',
  'PaymentDeclined',
  'PaymentCanceled',
  'PaymentTimedOut',
  'ShippingUnavailable',
  'InvalidOrder',
  'OrderClosed',
] as const;

/** Errors of the moment: a retry may succeed. */
export const TRANSIENT_ERRORS = ['Transient'] as const;

export type ErrorName = (typeof BUSINESS_ERRORS)[number] | (typeof TRANSIENT_ERRORS)[number];

/** Something failed that may work the next time: a provider's 5xx or 429, a lost connection, a timeout. */
export class Transient extends StepError {
  override readonly name = 'Transient';
}

/** There are fewer pieces than were ordered. */
export class OutOfStock extends StepError {
  override readonly name = 'OutOfStock';
}

/** The bank, or the customer's failed authentication, refused the payment. The message is meant for the customer. */
export class PaymentDeclined extends StepError {
  override readonly name = 'PaymentDeclined';
}

/** The payment was canceled at the provider before it was captured. */
export class PaymentCanceled extends StepError {
  override readonly name = 'PaymentCanceled';
}

/** The provider did not end processing the payment within its limit. */
export class PaymentTimedOut extends StepError {
  override readonly name = 'PaymentTimedOut';
}

/** No carrier, and no flat rate, ships this order as asked. */
export class ShippingUnavailable extends StepError {
  override readonly name = 'ShippingUnavailable';
}

/** A provider refused the order's data (an address, a payment method): asking again would not help. */
export class InvalidOrder extends StepError {
  override readonly name = 'InvalidOrder';
}

/** The order has ended or is being undone; no step may act for it any more. */
export class OrderClosed extends StepError {
  override readonly name = 'OrderClosed';
}
