import { BUSINESS_ERRORS } from '../shared/errors.ts';
import type { Failure } from '../shared/order.ts';

/** How a state failed, as the state machine hands it on. `cause` is Lambda's JSON `{errorType, errorMessage}`. */
export interface StepFailure {
  step: string;
  error: string;
  cause: string;
}

/**
 * The API's code of each business error, and what the customer is told: our own words, or the error's message where
 * that is written for the customer.
 */
const FAILURES: Record<(typeof BUSINESS_ERRORS)[number], { code: string; message?: string }> = {
  OutOfStock: { code: 'OUT_OF_STOCK' },
  PaymentDeclined: { code: 'PAYMENT_DECLINED' },
  PaymentCanceled: { code: 'PAYMENT_CANCELED', message: 'The payment was canceled' },
  PaymentTimedOut: {
    code: 'PAYMENT_TIMED_OUT',
    message: 'The payment was not finished in time',
  },
  ShippingUnavailable: {
    code: 'SHIPPING_UNAVAILABLE',
    message: 'This order cannot be shipped to this address in this way',
  },
  InvalidOrder: {
    code: 'INVALID_ORDER',
    message: 'The address or the payment method was refused: check them and order again',
  },
  OrderClosed: { code: 'ORDER_CLOSED', message: 'The order had ended already' },
};

/** `failure` as the customer is told it. What is not the customer's business stays in the history and the logs. */
export function describeFailure({ step, error, cause }: StepFailure): Failure {
  // The machine's own name for a customer who did not come in time.
  const name =
    error === 'States.Timeout' && step === 'AuthorizePayment' ? 'PaymentTimedOut' : error;
  if (!isBusinessError(name)) {
    return { code: 'CHECKOUT_FAILED', message: 'The order could not be completed', step };
  }
  const { code, message = messageOf(cause) } = FAILURES[name];
  return { code, message, step };
}

function isBusinessError(error: string): error is keyof typeof FAILURES {
  return Object.hasOwn(FAILURES, error);
}

function messageOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
