import { type Json, type JsonObject, ServiceError } from '../contracts.ts';
import {
  emptyBatch,
  entryIdsNotDistinct,
  invalidEntryId,
  invalidParameter,
  tooManyEntries,
} from './errors.ts';
import { isObject, requiredText } from './input.ts';

const MAX_ENTRIES = 10;

/** What became of one entry of a batch. */
export type EntryOutcome = { id: string; output: JsonObject } | { id: string; error: unknown };

/**
 * The `Entries` of a batch request, checked as SQS checks a batch before any entry: 1 to 10, distinct ids.
 *
 * @throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct.
 */
export function batchEntries(
  input: JsonObject,
  entryType: string,
): { id: string; entry: JsonObject }[] {
  const entries = input['Entries'];
  if (!Array.isArray(entries) || entries.length === 0) throw emptyBatch(entryType);
  if (entries.length > MAX_ENTRIES) throw tooManyEntries(entries.length);
  const seen = new Set<string>();
  return entries.map((entry: Json) => {
    if (!isObject(entry)) throw invalidParameter(`Every one of Entries must be a ${entryType}.`);
    const id = requiredText(entry, 'Id');
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(id)) throw invalidEntryId();
    if (seen.has(id)) throw entryIdsNotDistinct(id);
    seen.add(id);
    return { id, entry };
  });
}

/** Runs `act` for every entry; an entry that throws fails alone. */
export function forEachEntry(
  entries: readonly { id: string; entry: JsonObject }[],
  act: (entry: JsonObject) => JsonObject,
): EntryOutcome[] {
  return entries.map(({ id, entry }) => {
    try {
      return { id, output: act(entry) };
    } catch (error) {
      return { id, error };
    }
  });
}

/** The answer of a batch operation: `Successful` and `Failed`, by entry id. */
export function batchResult(outcomes: readonly EntryOutcome[]): JsonObject {
  const successful: JsonObject[] = [];
  const failed: JsonObject[] = [];
  for (const outcome of outcomes) {
    if ('output' in outcome) {
      successful.push({ Id: outcome.id, ...outcome.output });
    } else if (outcome.error instanceof ServiceError) {
      const { name, message } = outcome.error;
      failed.push({ Id: outcome.id, SenderFault: true, Code: name, Message: message });
    } else {
      throw outcome.error;
    }
  }
  return failed.length === 0
    ? { Successful: successful }
    : { Successful: successful, Failed: failed };
}
