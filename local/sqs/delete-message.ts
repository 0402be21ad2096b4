import type { JsonObject } from '../contracts.ts';
import { batchEntries, batchResult, forEachEntry } from './batch.ts';
import { receiptHandleIsInvalid } from './errors.ts';
import { requiredText } from './input.ts';
import { parseReceiptHandle, type Receipt } from './receipt.ts';
import type { SqsParts } from './service.ts';
import type { Queue } from './store.ts';

/** DeleteMessage. A handle that a later receipt has replaced deletes nothing and is no error, as on AWS. */
export async function deleteMessage(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  const receipt = receiptOf(queue, requiredText(input, 'ReceiptHandle'));
  await parts.journal.write(() => remove(parts, receipt));
  return {};
}

/** DeleteMessageBatch. */
export async function deleteMessageBatch(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  const entries = batchEntries(input, 'DeleteMessageBatchRequestEntry');
  const outcomes = await parts.journal.write(() =>
    forEachEntry(entries, (entry) => {
      remove(parts, receiptOf(queue, requiredText(entry, 'ReceiptHandle')));
      return {};
    }),
  );
  return batchResult(outcomes);
}

/** Deletes received messages by their handles, in one commit. */
export async function deleteReceived(parts: SqsParts, handles: readonly string[]): Promise<void> {
  if (handles.length === 0) return;
  const receipts = handles.map(parseReceiptHandle);
  await parts.journal.write(() => {
    for (const receipt of receipts) remove(parts, receipt);
  });
}

/** @throws ReceiptHandleIsInvalid when the handle is no handle, or one of another queue. */
export function receiptOf(queue: Queue, handle: string): Receipt {
  const receipt = parseReceiptHandle(handle);
  if (receipt.queueId !== queue.id) throw receiptHandleIsInvalid(handle);
  return receipt;
}

function remove(parts: SqsParts, receipt: Receipt): void {
  const { rowId, queueId, messageId, receiveCount } = receipt;
  parts.sql.remove.run(rowId, queueId, messageId, receiveCount);
}
