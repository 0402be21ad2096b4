import type { JsonObject } from '../contracts.ts';
import { invalidAttributeName } from './errors.ts';
import { optionalInteger, textList } from './input.ts';
import { type MessageAttributes, md5OfAttributes, selectAttributes } from './message-attributes.ts';
import { receiptHandle } from './receipt.ts';
import type { SqsParts } from './service.ts';
import type { MessageRow, Queue } from './store.ts';

/** A message as it was received: its row after the receipt, and the handle to delete it by. */
export interface Received {
  readonly row: MessageRow;
  readonly receiptHandle: string;
}

export interface ReceiveOptions {
  /** At most this many messages. */
  max: number;
  visibilitySeconds: number;
  /** Waits for a first message until this time, in ms since the epoch; Infinity waits for ever. */
  until: number;
  signal?: AbortSignal | undefined;
}

const SYSTEM_ATTRIBUTES = new Set([
  'All',
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'AWSTraceHeader',
  'MessageGroupId',
  'DeadLetterQueueSourceArn',
  // FIFO only: accepted, never there.
  'SequenceNumber',
  'MessageDeduplicationId',
]);
const SENDER_ID = 'AIDALOCALCLOUD';

/** ReceiveMessage, with long polling; `Messages` is absent when there are none, as on AWS. */
export async function receiveMessage(
  parts: SqsParts,
  input: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  const system = [
    ...textList(input, 'AttributeNames'),
    ...textList(input, 'MessageSystemAttributeNames'),
  ];
  const unknown = system.find((name) => !SYSTEM_ATTRIBUTES.has(name));
  if (unknown !== undefined) throw invalidAttributeName(unknown);
  const wanted = textList(input, 'MessageAttributeNames');
  const wait =
    optionalInteger(input, 'WaitTimeSeconds', [0, 20]) ??
    queue.settings.ReceiveMessageWaitTimeSeconds;
  const received = await receive(parts, queue, {
    max: optionalInteger(input, 'MaxNumberOfMessages', [1, 10]) ?? 1,
    visibilitySeconds:
      optionalInteger(input, 'VisibilityTimeout', [0, 43_200]) ?? queue.settings.VisibilityTimeout,
    until: parts.clock.now() + wait * 1000,
    signal,
  });
  if (received.length === 0) return {};
  return { Messages: received.map((message) => asMessage(message, system, wanted)) };
}

/**
 * Takes up to `max` visible messages and hides them, durably; waits for the first one if there is none.
 * Messages past their retention are dropped, those received too often go to the dead-letter queue.
 * Gives none when the time is over, `signal` aborts, or the queue is deleted meanwhile.
 */
export async function receive(
  parts: SqsParts,
  queue: Queue,
  options: ReceiveOptions,
): Promise<Received[]> {
  for (;;) {
    if (options.signal?.aborted || parts.queues.byName(queue.name) !== queue) return [];
    const version = parts.arrivals.version(queue.id);
    const now = parts.clock.now();
    const next = nextVisibleAt(parts, queue);
    if (next <= now) {
      const received = await take(parts, queue, options);
      if (received.length > 0) return received;
    }
    if (now >= options.until) return [];
    if (next > now) {
      const wakeAt = Math.min(next, options.until);
      await parts.arrivals.wait(queue.id, version, wakeAt, options.signal);
    }
  }
}

function nextVisibleAt(parts: SqsParts, queue: Queue): number {
  const at = parts.sql.nextVisibleAt.get(queue.id)?.['at'];
  return typeof at === 'number' ? at : Infinity;
}

async function take(
  parts: SqsParts,
  queue: Queue,
  { max, visibilitySeconds }: ReceiveOptions,
): Promise<Received[]> {
  const { received, deadLettered } = await parts.journal.write(() => {
    const now = parts.clock.now();
    parts.sql.expire.run(queue.id, now - queue.settings.MessageRetentionPeriod * 1000);
    const redrive = queue.settings.RedrivePolicy;
    const deadLetterQueue = redrive && parts.queues.byArn(redrive.deadLetterTargetArn);
    const received: Received[] = [];
    let deadLettered: Queue | undefined;
    while (received.length < max) {
      const rows = parts.sql.visible.all(queue.id, now, max - received.length);
      if (rows.length === 0) break;
      for (const row of rows as unknown as MessageRow[]) {
        if (redrive && deadLetterQueue && row.receive_count >= redrive.maxReceiveCount) {
          parts.sql.deadLetter.run(deadLetterQueue.id, queue.arn, now, row.id);
          deadLettered = deadLetterQueue;
        } else {
          received.push(markReceived(parts, row, now, visibilitySeconds));
        }
      }
      // A message that is shown again at once must not be received twice by one call.
      if (visibilitySeconds === 0) break;
    }
    return { received, deadLettered };
  });
  if (deadLettered) parts.arrivals.announce(deadLettered.id);
  if (visibilitySeconds === 0) parts.arrivals.announce(queue.id);
  return received;
}

function markReceived(
  parts: SqsParts,
  row: MessageRow,
  now: number,
  visibilitySeconds: number,
): Received {
  row.receive_count += 1;
  row.first_received_at ??= now;
  row.visible_at = now + visibilitySeconds * 1000;
  parts.sql.markReceived.run(row.receive_count, row.visible_at, row.first_received_at, row.id);
  const handle = receiptHandle({
    queueId: row.queue_id,
    rowId: row.id,
    receiveCount: row.receive_count,
    messageId: row.message_id,
  });
  return { row, receiptHandle: handle };
}

/** Every system attribute of a received message, by SQS's names. */
export function systemAttributes(row: MessageRow): Record<string, string> {
  const attributes: Record<string, string> = {
    ApproximateReceiveCount: String(row.receive_count),
    SentTimestamp: String(row.sent_at),
    SenderId: SENDER_ID,
    ApproximateFirstReceiveTimestamp: String(row.first_received_at),
  };
  if (row.trace_header !== null) attributes['AWSTraceHeader'] = row.trace_header;
  if (row.group_id !== null) attributes['MessageGroupId'] = row.group_id;
  if (row.source_arn !== null) attributes['DeadLetterQueueSourceArn'] = row.source_arn;
  return attributes;
}

export function messageAttributes(row: MessageRow): MessageAttributes {
  return row.attributes === null ? {} : (JSON.parse(row.attributes) as MessageAttributes);
}

function asMessage(
  { row, receiptHandle }: Received,
  system: readonly string[],
  wanted: readonly string[],
): JsonObject {
  const message: JsonObject = {
    MessageId: row.message_id,
    ReceiptHandle: receiptHandle,
    MD5OfBody: row.md5,
    Body: row.body,
  };
  const all = system.includes('All');
  const attributes = Object.entries(systemAttributes(row)).filter(
    ([name]) => all || system.includes(name),
  );
  if (attributes.length > 0) message['Attributes'] = Object.fromEntries(attributes);
  const selected = selectAttributes(messageAttributes(row), wanted);
  const md5 = md5OfAttributes(selected);
  if (md5 !== undefined) {
    message['MessageAttributes'] = selected as unknown as JsonObject;
    message['MD5OfMessageAttributes'] = md5;
  }
  return message;
}
