import { hash, randomUUID } from 'node:crypto';
import type { JsonObject } from '../contracts.ts';
import { batchEntries, batchResult, forEachEntry } from './batch.ts';
import {
  batchTooLong,
  invalidMessageContents,
  invalidParameter,
  missingParameter,
} from './errors.ts';
import { isObject, optionalInteger, optionalObject, requiredText } from './input.ts';
import {
  attributesSize,
  type MessageAttributes,
  md5OfAttributes,
  parseMessageAttributes,
} from './message-attributes.ts';
import type { SqsParts } from './service.ts';
import type { Queue } from './store.ts';

const BATCH_LIMIT_BYTES = 1_048_576;
// What XML 1.0 allows (SQS API reference, SendMessage); with /u a lone surrogate is a character of its own.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** A message that has passed every check, ready to be stored. */
interface Draft {
  body: string;
  attributes: MessageAttributes;
  traceHeader: string | null;
  groupId: string | null;
  delaySeconds: number;
}

/** SendMessage: answers `{MessageId, MD5OfMessageBody, MD5OfMessageAttributes?}` once the message is on disk. */
export async function sendMessage(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  const draft = parseDraft(queue, input);
  const output = await parts.journal.write(() => store(parts, queue, draft));
  parts.arrivals.announce(queue.id);
  return output;
}

/** SendMessageBatch: up to 10 messages of 1 MiB together; what is wrong with one fails that one. */
export async function sendMessageBatch(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  const entries = batchEntries(input, 'SendMessageBatchRequestEntry');
  const bytes = entries.reduce((sum, { entry }) => sum + roughSize(entry), 0);
  if (bytes > BATCH_LIMIT_BYTES) throw batchTooLong(BATCH_LIMIT_BYTES, bytes);
  const outcomes = await parts.journal.write(() =>
    forEachEntry(entries, (entry) => store(parts, queue, parseDraft(queue, entry))),
  );
  parts.arrivals.announce(queue.id);
  return batchResult(outcomes);
}

function parseDraft(queue: Queue, input: JsonObject): Draft {
  if (input['MessageBody'] === '') throw missingParameter('MessageBody');
  const body = requiredText(input, 'MessageBody');
  if (FORBIDDEN.test(body)) throw invalidMessageContents();
  const attributes = parseMessageAttributes(optionalObject(input, 'MessageAttributes'));
  for (const { StringValue } of Object.values(attributes)) {
    if (StringValue !== undefined && FORBIDDEN.test(StringValue)) throw invalidMessageContents();
  }
  const limit = queue.settings.MaximumMessageSize;
  if (Buffer.byteLength(body) + attributesSize(attributes) > limit) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  }
  return {
    body,
    attributes,
    traceHeader: parseTraceHeader(optionalObject(input, 'MessageSystemAttributes')),
    groupId: typeof input['MessageGroupId'] === 'string' ? input['MessageGroupId'] : null,
    delaySeconds: optionalInteger(input, 'DelaySeconds', [0, 900]) ?? queue.settings.DelaySeconds,
  };
}

function parseTraceHeader(attributes: JsonObject): string | null {
  for (const name of Object.keys(attributes)) {
    if (name !== 'AWSTraceHeader') {
      throw invalidParameter(
        `Message system attribute name '${name}' is invalid: only AWSTraceHeader.`,
      );
    }
  }
  const header = attributes['AWSTraceHeader'];
  if (header === undefined) return null;
  if (!isObject(header) || typeof header['StringValue'] !== 'string') {
    throw invalidParameter("The message system attribute 'AWSTraceHeader' must be a String.");
  }
  return header['StringValue'];
}

function store(parts: SqsParts, queue: Queue, draft: Draft): JsonObject {
  const messageId = randomUUID();
  const md5 = hash('md5', draft.body);
  const now = parts.clock.now();
  const attributesMd5 = md5OfAttributes(draft.attributes);
  parts.sql.insert.run(
    queue.id,
    messageId,
    draft.body,
    md5,
    attributesMd5 === undefined ? null : JSON.stringify(draft.attributes),
    draft.traceHeader,
    draft.groupId,
    now,
    now + draft.delaySeconds * 1000,
  );
  const output: JsonObject = { MessageId: messageId, MD5OfMessageBody: md5 };
  if (attributesMd5 !== undefined) output['MD5OfMessageAttributes'] = attributesMd5;
  return output;
}

function roughSize(entry: JsonObject): number {
  const body = entry['MessageBody'];
  let size = typeof body === 'string' ? Buffer.byteLength(body) : 0;
  const attributes = entry['MessageAttributes'];
  if (!isObject(attributes)) return size;
  for (const [name, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(name);
    if (isObject(value)) {
      for (const part of Object.values(value)) {
        if (typeof part === 'string') size += Buffer.byteLength(part);
      }
    }
  }
  return size;
}
