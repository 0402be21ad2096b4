import { DATA_LIMIT_EXCEEDED, StatesError } from './states-error.ts';

/** AWS's quotas: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MAX_DATA_BYTES = 256 * 1024;
export const MAX_HISTORY_EVENTS = 25_000;
export const MAX_DEFINITION_BYTES = 1024 * 1024;
export const MAX_SECONDS = 99_999_999;
/** After this an execution can't be redriven: 14 days, in milliseconds. */
export const REDRIVE_WINDOW_MS = 14 * 24 * 3600 * 1000;

/** Whether `text` takes more than 256 KiB as UTF-8. */
export function exceedsDataLimit(text: string): boolean {
  if (text.length > MAX_DATA_BYTES) return true;
  // A UTF-16 unit is three bytes of UTF-8 at most.
  if (text.length * 3 <= MAX_DATA_BYTES) return false;
  return Buffer.byteLength(text) > MAX_DATA_BYTES;
}

/** @throws StatesError `States.DataLimitExceeded` when `text`, what the state `state` made, is too big. */
export function checkDataLimit(state: string, text: string): void {
  if (!exceedsDataLimit(text)) return;
  throw new StatesError(
    DATA_LIMIT_EXCEEDED,
    `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
