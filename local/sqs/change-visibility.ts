import type { JsonObject } from '../contracts.ts';
import { batchEntries, batchResult, forEachEntry } from './batch.ts';
import { receiptOf } from './delete-message.ts';
import { invalidParameter, messageNotInflight, missingParameter } from './errors.ts';
import { optionalInteger, requiredText } from './input.ts';
import type { SqsParts } from './service.ts';
import type { MessageRow, Queue } from './store.ts';

/** ChangeMessageVisibility: hides a message in flight for `VisibilityTimeout` seconds from now; 0 shows it at once. */
export async function changeMessageVisibility(
  parts: SqsParts,
  input: JsonObject,
): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  await parts.journal.write(() => change(parts, queue, input));
  parts.arrivals.announce(queue.id);
  return {};
}

/** ChangeMessageVisibilityBatch. */
export async function changeMessageVisibilityBatch(
  parts: SqsParts,
  input: JsonObject,
): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  const entries = batchEntries(input, 'ChangeMessageVisibilityBatchRequestEntry');
  const outcomes = await parts.journal.write(() =>
    forEachEntry(entries, (entry) => change(parts, queue, entry)),
  );
  parts.arrivals.announce(queue.id);
  return batchResult(outcomes);
}

function change(parts: SqsParts, queue: Queue, input: JsonObject): JsonObject {
  const { rowId, queueId, messageId, receiveCount } = receiptOf(
    queue,
    requiredText(input, 'ReceiptHandle'),
  );
  const seconds = optionalInteger(input, 'VisibilityTimeout', [0, 43_200]);
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  const row = parts.sql.find.get(rowId, queueId, messageId, receiveCount) as MessageRow | undefined;
  if (!row) {
    throw invalidParameter(
      `Value ${JSON.stringify(input['ReceiptHandle'])} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  }
  const now = parts.clock.now();
  if (row.visible_at <= now) throw messageNotInflight();
  parts.sql.setVisibleAt.run(now + seconds * 1000, row.id);
  return {};
}
