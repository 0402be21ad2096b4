import { BUSINESS_ERRORS } from '../shared/errors.ts';
import type { Failure } from '../shared/order.ts';

/** How a state failed, as the state machine hands it on. `cause` is Lambda's JSON `{errorType, errorMessage}`. */
export interface StepFailure {
  step: string;
  error: string;
  cause: string;
}

const CODES: Record<(typeof BUSINESS_ERRORS)[number], string> = {
  OutOfStock: 'OUT_OF_STOCK',
  PaymentDeclined: 'PAYMENT_DECLINED',
  PaymentCanceled: 'PAYMENT_CANCELED',
  PaymentTimedOut: 'PAYMENT_TIMED_OUT',
  ShippingUnavailable: 'SHIPPING_UNAVAILABLE',
  InvalidOrder: 'INVALID_ORDER',
  OrderClosed: 'ORDER_CLOSED',
};

const TIMED_OUT_WAITING: Omit<Failure, 'step'> = {
  code: 'PAYMENT_TIMED_OUT',
  message: 'The payment was not finished in time',
};

/** `failure` as the customer is told it. What is not the customer's business stays in the history and the logs. */
export function describeFailure({ step, error, cause }: StepFailure): Failure {
  if (error === 'States.Timeout' && step === 'AuthorizePayment')
    return { ...TIMED_OUT_WAITING, step };
  const code = isBusinessError(error) ? CODES[error] : undefined;
  return code
    ? { code, message: messageOf(cause), step }
    : { code: 'CHECKOUT_FAILED', message: 'The order could not be completed', step };
}

function isBusinessError(error: string): error is keyof typeof CODES {
  return Object.hasOwn(CODES, error);
}

function messageOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
