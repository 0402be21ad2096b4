import type { Target } from './target.ts';

/**
 * Hands `payload` to a target and resolves when the target has done with it; the event is forgotten then.
 * Rejects with a DeliveryError to say how to go on; any other error is retried by the target's retry policy.
 */
export type Deliver = (targetArn: string, payload: string, target: Target) => Promise<void>;

/** Sends to a dead-letter queue; string attributes by name. */
export type SendDeadLetter = (
  queueArn: string,
  body: string,
  attributes: Record<string, { DataType: 'String'; StringValue: string }>,
) => Promise<void>;

/**
 * Why a delivery failed. `code` is what AWS puts into `ERROR_CODE`, such as `NO_RESOURCE` or `SDK_CLIENT_ERROR`.
 *
 * - `retry: 'policy'` (default): by the target's RetryPolicy, with backoff.
 * - `retry: 'never'`: to the dead-letter queue at once, as AWS does when the target does not exist.
 * - `retry: [60_000, 120_000]`: the target has accepted the event and retries by itself after these ms; as Lambda
 *   does when an asynchronously invoked function fails. `deadLetterArn` is the target's own dead-letter queue;
 *   the rule's gets nothing then.
 */
export class DeliveryError extends Error {
  readonly code: string;
  readonly retry: 'policy' | 'never' | readonly number[];
  readonly deadLetterArn: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { retry?: 'policy' | 'never' | readonly number[]; deadLetterArn?: string } = {},
  ) {
    super(message);
    this.name = 'DeliveryError';
    this.code = code;
    this.retry = options.retry ?? 'policy';
    this.deadLetterArn = options.deadLetterArn;
  }
}
