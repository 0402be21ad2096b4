import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../contracts.ts';
import { validationError } from './errors.ts';
import { busName, isObject } from './input.ts';
import { envelope, route } from './route.ts';
import type { EventBridgeParts } from './service.ts';

const MAX_ENTRIES = 10;
/** PutEvents takes less than 1 MB in all (EventBridge API reference); 256 KB until January 2026. */
const MAX_BYTES = 1_048_576;

interface Entry {
  bus: string;
  event: JsonObject;
}
type Result = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

/**
 * PutEvents: an entry is accepted or refused by itself. It answers when the deliveries of all accepted entries are
 * on disk; an event that no rule wants leaves no trace.
 *
 * @throws ValidationException for none or over 10 entries, or over 1 MiB in all.
 */
export async function putEvents(parts: EventBridgeParts, input: JsonObject): Promise<JsonObject> {
  const entries = input['Entries'];
  if (!Array.isArray(entries) || entries.length < 1 || entries.length > MAX_ENTRIES) {
    throw validationError(
      `Value at 'entries' failed to satisfy constraint: Member must have length from 1 to ${MAX_ENTRIES}`,
    );
  }
  if (entries.reduce<number>((sum, entry) => sum + sizeOf(entry), 0) >= MAX_BYTES) {
    throw validationError('Total size of the entries in the request is over the limit.');
  }
  const now = parts.clock.now();
  const accepted: Entry[] = [];
  const results = entries.map((entry): Result => {
    const read = readEntry(parts, entry, now);
    if ('ErrorCode' in read) return read;
    accepted.push(read);
    return { EventId: read.event['id'] as string };
  });
  await putAccepted(parts, accepted, now);
  const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
  return { FailedEntryCount, Entries: results };
}

/** Puts checked events on their buses: on disk when it resolves. */
export async function putAccepted(
  parts: EventBridgeParts,
  entries: readonly Entry[],
  now: number,
): Promise<void> {
  const deliveries = entries.flatMap(({ bus, event }) => route(parts.rules, bus, event, now));
  if (deliveries.length === 0) return;
  parts.outbox.dispatch(await parts.journal.write(() => parts.outbox.add(deliveries)));
}

function readEntry(
  parts: EventBridgeParts,
  entry: Json,
  now: number,
): Entry | { ErrorCode: string; ErrorMessage: string } {
  if (!isObject(entry)) return invalid('Entry', 'Entry must be an object.');
  const {
    Source: source,
    DetailType: detailType,
    Detail: detail,
    Resources: resources = [],
  } = entry;
  for (const [name, value] of Object.entries({
    Source: source,
    DetailType: detailType,
    Detail: detail,
  })) {
    if (typeof value !== 'string' || value === '') {
      return invalid(name, `${name} is a required argument.`);
    }
  }
  if (typeof source !== 'string' || typeof detailType !== 'string' || typeof detail !== 'string') {
    return invalid('Entry', 'Source, DetailType and Detail must be strings.');
  }
  if (source.startsWith('aws.')) {
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    };
  }
  if (!Array.isArray(resources) || !resources.every((resource) => typeof resource === 'string')) {
    return invalid('Resources', 'Resources must be a list of strings.');
  }
  const parsed = parseDetail(detail);
  if (!parsed) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const bus = busName(entry['EventBusName']);
  // AWS takes such an event and drops it; here a misspelt bus shall be seen.
  if (!parts.rules.hasBus(bus)) return invalid('EventBusName', `Event bus ${bus} does not exist.`);
  const time = entry['Time'];
  const at = typeof time === 'number' ? time * 1000 : now;
  return {
    bus,
    event: envelope({ id: randomUUID(), source, detailType, resources, detail: parsed, at }),
  };
}

function invalid(name: string, reason: string) {
  return {
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}`,
  };
}

function parseDetail(detail: string): JsonObject | undefined {
  try {
    const parsed = JSON.parse(detail) as Json;
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** An entry's size in bytes as EventBridge counts it: 14 for Time, and its texts. */
function sizeOf(entry: Json): number {
  if (!isObject(entry)) return 0;
  const { Time, Source, DetailType, Detail, Resources } = entry;
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? Resources : [])];
  return texts.reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0),
    Time === undefined ? 0 : 14,
  );
}
