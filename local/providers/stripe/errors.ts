import type Stripe from 'stripe';

/** The `error` of Stripe's error answers (docs.stripe.com/api/errors). */
export interface ErrorBody {
  type: 'invalid_request_error' | 'card_error' | 'api_error' | 'idempotency_error';
  message: string;
  code?: string;
  decline_code?: string;
  advice_code?: string;
  param?: string;
  charge?: string;
  doc_url?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
}

/**
 * A request that Stripe refuses with `status`.
 *
 * `kept` says that the request had its effect nevertheless (a declined card leaves the intent behind);
 * `validation` that it was turned away before it was begun, so that its idempotency key stays unused
 * (docs.stripe.com/api/idempotent_requests).
 */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly kept: boolean;
  readonly validation: boolean;

  constructor(
    status: number,
    body: ErrorBody,
    options: { kept?: boolean; validation?: boolean } = {},
  ) {
    super(body.message);
    this.name = 'StripeRefusal';
    this.status = status;
    this.body = {
      ...body,
      ...(body.code
        ? { doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll('_', '-')}` }
        : {}),
    };
    this.kept = options.kept ?? false;
    this.validation = options.validation ?? false;
  }
}

/** A parameter that is wrong in itself. */
export function badParam(message: string, param?: string, code?: string): StripeRefusal {
  return new StripeRefusal(
    400,
    {
      type: 'invalid_request_error',
      message,
      ...(code ? { code } : {}),
      ...(param ? { param } : {}),
    },
    { validation: true },
  );
}

export function missingParam(param: string): StripeRefusal {
  return badParam(`Missing required param: ${param}.`, param, 'parameter_missing');
}

/** 404 for what the URL names, 400 for what a parameter names. */
export function noSuch(
  what: string,
  id: string,
  param: string,
  status: 400 | 404 = 404,
): StripeRefusal {
  return new StripeRefusal(
    status,
    {
      type: 'invalid_request_error',
      code: 'resource_missing',
      message: `No such ${what}: '${id}'`,
      param,
    },
    { validation: true },
  );
}

/** The intent's state does not allow it; the intent comes with the error, as Stripe does. */
export function unexpectedState(message: string, intent: Stripe.PaymentIntent): StripeRefusal {
  return new StripeRefusal(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message,
    payment_intent: intent,
  });
}
