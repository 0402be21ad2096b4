import type { InvocationResult, Json } from '../contracts.ts';
import { isObject } from './input.ts';

/**
 * The ids of `messageIds` that a function did with, of a batch that it was given; the others come back.
 *
 * A function that fails has done with none. Without `reportBatchItemFailures` any other answer means all. With it
 * (Lambda developer guide, partial batch responses for SQS): no answer, `{}` or an empty list means all; an answer
 * that is malformed, or names an id that is not of the batch, means none.
 */
export function succeededMessages(
  result: InvocationResult,
  messageIds: readonly string[],
  reportBatchItemFailures: boolean,
): Set<string> {
  if (result.functionError) return new Set();
  if (!reportBatchItemFailures) return new Set(messageIds);
  const failed = failedIds(result.payload);
  const succeeded = new Set(messageIds);
  for (const id of failed ?? []) if (!succeeded.has(id)) return new Set();
  if (!failed) return new Set();
  for (const id of failed) succeeded.delete(id);
  return succeeded;
}

/** `undefined` for a malformed answer. */
function failedIds(payload: Json): Set<string> | undefined {
  if (payload === null) return new Set();
  if (!isObject(payload)) return undefined;
  const failures = payload['batchItemFailures'];
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return undefined;
  const ids = new Set<string>();
  for (const failure of failures) {
    const id = isObject(failure) ? failure['itemIdentifier'] : undefined;
    if (typeof id !== 'string' || id === '') return undefined;
    ids.add(id);
  }
  return ids;
}
