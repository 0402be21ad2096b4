/** One thing that is wrong with a request: where, and what would be right. */
export interface Fault {
  /** As `items[0].quantity`, or a header's name. */
  path: string;
  message: string;
}

/** An answer of the API that is the caller's to see. Its message holds nothing internal. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly details: Fault[] | undefined;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    extra: { details?: Fault[]; retryAfter?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = extra.details;
    this.retryAfter = extra.retryAfter;
  }
}

/** `400 VALIDATION_FAILED` with every fault of the request. */
export function validationFailed(details: Fault[]): ApiError {
  return new ApiError(400, 'VALIDATION_FAILED', 'The request is not valid', { details });
}
