import { DeliveryError } from './delivery.ts';
import type { Target } from './target.ts';

/** How an event has fared so far; times in ms since the epoch. */
export interface Progress {
  createdAt: number;
  /** Deliveries that have failed, this one included. */
  failures: number;
}

/** Try again `at` that time, or give up and say why as AWS does in `EXHAUSTED_RETRY_CONDITION`. */
export type NextStep =
  | { at: number }
  | {
      deadLetterArn: string | undefined;
      exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
    };

/** EventBridge's defaults: 24 hours and up to 185 retries. */
const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_SECONDS = 86_400;
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 600_000;

/**
 * What follows a failed delivery. Between retries EventBridge waits longer and longer, with jitter; `random` is
 * in [0, 1). The last try is when the event's age has reached its limit.
 */
export function nextStep(
  error: unknown,
  target: Target,
  { createdAt, failures }: Progress,
  { now, random }: { now: number; random: number },
): NextStep {
  const deadLetterArn = target.DeadLetterConfig?.Arn;
  const retry = error instanceof DeliveryError ? error.retry : 'policy';
  if (retry === 'never') return { deadLetterArn };
  if (typeof retry !== 'string') {
    const wait = retry[failures - 1];
    if (wait !== undefined) return { at: now + wait };
    const own = error instanceof DeliveryError ? error.deadLetterArn : undefined;
    return { deadLetterArn: own, exhausted: 'MaximumRetryAttempts' };
  }
  const {
    MaximumRetryAttempts = DEFAULT_ATTEMPTS,
    MaximumEventAgeInSeconds = DEFAULT_AGE_SECONDS,
  } = target.RetryPolicy ?? {};
  if (failures > MaximumRetryAttempts) {
    return { deadLetterArn, exhausted: 'MaximumRetryAttempts' };
  }
  const deadline = createdAt + MaximumEventAgeInSeconds * 1000;
  if (now >= deadline) return { deadLetterArn, exhausted: 'MaximumEventAgeInSeconds' };
  const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
  return { at: Math.min(now + Math.round(backoff * (0.5 + random / 2)), deadline) };
}
