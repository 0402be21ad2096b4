import type { Retrier } from './definition.ts';
import { covers, type StatesError } from './states-error.ts';

/**
 * Which retrier, if any, has an attempt left for `failure`. `spent` counts the retries by retrier, since the state
 * was entered. Only the first retrier that covers the error counts, as the States Language says.
 */
export function findRetrier(
  retry: readonly Retrier[],
  spent: readonly number[],
  failure: StatesError,
): number | undefined {
  const at = retry.findIndex(({ errorEquals }) => covers(errorEquals, failure));
  const retrier = retry[at];
  return retrier && (spent[at] ?? 0) < retrier.maxAttempts ? at : undefined;
}

/**
 * How long to wait, in milliseconds, before the retry that follows `spent` earlier ones.
 * With jitter it is a random time up to the computed one; `random` gives numbers from 0 to 1.
 */
export function retryDelay(retrier: Retrier, spent: number, random: () => number): number {
  const computed = retrier.intervalSeconds * retrier.backoffRate ** spent;
  const seconds = Math.min(computed, retrier.maxDelaySeconds ?? Number.MAX_SAFE_INTEGER / 1000);
  return Math.round((retrier.jitter ? random() * seconds : seconds) * 1000);
}
