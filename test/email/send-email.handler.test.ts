import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { OrderNumber } from '../../lambdas/shared/order.ts';
import { anOrder } from '../shipping/an-order.ts';
import {
  CONTEXT,
  type FunctionEnvironment,
  startFunctionEnvironment,
} from '../shipping/function-environment.ts';
import { putOrder } from '../shipping/order-table.ts';
import { callsOf, inject, reset } from '../shipping/provider-faults.ts';

let environment: FunctionEnvironment;
let handler: typeof import('../../lambdas/email/send-email.handler.ts').handler;

beforeAll(async () => {
  environment = await startFunctionEnvironment();
  ({ handler } = await import('../../lambdas/email/send-email.handler.ts'));
});
afterAll(() => environment.stop());
beforeEach(() => reset(environment.providers.baseUrls.sendgrid));

let orders = 0;

async function aMessage(): Promise<string> {
  orders += 1;
  const order_number = `ORD-2026-${String(orders).padStart(6, '0')}` as OrderNumber;
  await putOrder(environment.db, anOrder({ order_number }));
  return JSON.stringify({ order_number, template: 'order_confirmation' });
}

const record = (messageId: string, body: string): SQSRecord => ({
  messageId,
  body,
  receiptHandle: 'handle',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'sender',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:emails',
  awsRegion: 'us-east-1',
});

const failures = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

it('sends a batch, and one bad message does not hold the others', async () => {
  const [first, last] = [await aMessage(), await aMessage()];

  const answer = await handler(
    { Records: [record('1', first), record('2', 'not JSON'), record('3', last)] },
    CONTEXT,
  );

  expect(answer).toEqual(failures('2'));
  const sent = await callsOf(environment.providers.baseUrls.sendgrid);
  expect(sent.map(({ status }) => status)).toEqual([202, 202]);
});

it('reports every message of a batch in which all fail', async () => {
  await inject(environment.providers.baseUrls.sendgrid, {
    match: '/v3/mail/send',
    kind: 'status',
    status: 503,
    times: 2,
  });
  const Records = [record('1', await aMessage()), record('2', await aMessage())];

  const { batchItemFailures }: SQSBatchResponse = await handler({ Records }, CONTEXT);

  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['1', '2']);
});

it('lets a message go whose e-mail was sent before', async () => {
  const body = await aMessage();
  await handler({ Records: [record('1', body)] }, CONTEXT);

  expect(await handler({ Records: [record('1', body)] }, CONTEXT)).toEqual(failures());
  expect(await callsOf(environment.providers.baseUrls.sendgrid)).toHaveLength(1);
});
