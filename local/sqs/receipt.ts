import { receiptHandleIsInvalid } from './errors.ts';

/** What a receipt handle stands for: one receipt of one message from one queue. */
export interface Receipt {
  queueId: number;
  rowId: number;
  receiveCount: number;
  messageId: string;
}

/** Receipt handles are opaque to callers; a new receipt of a message makes its earlier handles powerless. */
export function receiptHandle({ queueId, rowId, receiveCount, messageId }: Receipt): string {
  return Buffer.from(`${queueId}/${rowId}/${receiveCount}/${messageId}`).toString('base64');
}

/** @throws ReceiptHandleIsInvalid when `handle` was not made here. */
export function parseReceiptHandle(handle: string): Receipt {
  const text = Buffer.from(handle, 'base64').toString('utf8');
  const match = /^(\d+)\/(\d+)\/(\d+)\/([0-9a-f-]{36})$/.exec(text);
  if (!match?.[4]) throw receiptHandleIsInvalid(handle);
  return {
    queueId: Number(match[1]),
    rowId: Number(match[2]),
    receiveCount: Number(match[3]),
    messageId: match[4],
  };
}
