import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalSqs, startSqs } from './local-sqs.ts';

let local: LocalSqs;
let QueueUrl: string;
let count = 0;

beforeAll(async () => {
  local = await startSqs();
});
afterAll(() => local.close());
beforeEach(async () => {
  count += 1;
  QueueUrl = await local.createQueue(`orders-${count}`);
});

const send = (MessageBody: string) =>
  local.client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
const receive = async (options: Partial<ReceiveMessageCommand['input']> = {}) =>
  (await local.client.send(new ReceiveMessageCommand({ QueueUrl, ...options }))).Messages ?? [];
const counts = async () =>
  (
    await local.client.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    )
  ).Attributes;

describe('sending and receiving', () => {
  it('gives back what was sent, with attributes and digests that the SDK verifies', async () => {
    const sent = await local.client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'naïve ☃ 😀\n{"a":1}',
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'receipt' },
          amount: { DataType: 'Number.cents', StringValue: '2999' },
          raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 7]) },
        },
      }),
    );
    // The digest as computed by AWS's published algorithm, worked out apart from our code.
    expect(sent.MD5OfMessageAttributes).toBe('33ae36b22688c3f35d92ffbefb142db6');
    const [message] = await receive({
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'naïve ☃ 😀\n{"a":1}',
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: { ApproximateReceiveCount: '1' },
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'receipt' },
        raw: { BinaryValue: new Uint8Array([0, 255, 7]) },
      },
    });
    const sentAt = Number(message?.Attributes?.SentTimestamp);
    expect(Math.abs(sentAt - local.clock.now())).toBeLessThan(5_000);
  });

  it('gives only the attributes that are asked for', async () => {
    await local.client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'x',
        MessageAttributes: {
          'trace.id': { DataType: 'String', StringValue: 't' },
          other: { DataType: 'String', StringValue: 'o' },
        },
      }),
    );
    const [message] = await receive({ MessageAttributeNames: ['trace.*'] });
    expect(Object.keys(message?.MessageAttributes ?? {})).toEqual(['trace.id']);
    expect(message?.Attributes).toBeUndefined();
  });

  it('shows a message again when its visibility timeout is over, and counts its receipts', async () => {
    await send('again');
    expect(await receive({ VisibilityTimeout: 40 })).toHaveLength(1);
    local.clock.advance(39_000);
    expect(await receive()).toHaveLength(0);
    local.clock.advance(1_500);
    const [message] = await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    expect(message?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
  });

  it('gives a message once a call, even when it is not hidden at all', async () => {
    await send('open');
    const options = { MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
    expect(await receive(options)).toHaveLength(1);
    expect(await receive(options)).toHaveLength(1);
  });

  it('delays a message', async () => {
    await local.client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 60 }),
    );
    expect(await receive()).toHaveLength(0);
    expect(await counts()).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '1',
    });
    local.clock.advance(60_000);
    expect(await receive()).toHaveLength(1);
  });

  it('forgets a message when its retention is over', async () => {
    await send('old');
    local.clock.advance(345_600_000);
    expect(await counts()).toMatchObject({ ApproximateNumberOfMessages: '0' });
    expect(await receive()).toHaveLength(0);
  });

  it('purges', async () => {
    await send('a');
    await send('b');
    await local.client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(0);
  });
});

describe('long polling', () => {
  it('answers as soon as a message comes', async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    await send('now');
    expect(await waiting).toMatchObject([{ Body: 'now' }]);
  });

  it('answers when a hidden message becomes visible', async () => {
    await send('hidden');
    await receive({ VisibilityTimeout: 5 });
    const waiting = receive({ WaitTimeSeconds: 20 });
    local.clock.advance(5_000);
    expect(await waiting).toMatchObject([{ Body: 'hidden' }]);
  });

  // These two call the service itself: it has the request when the call returns, before time passes.
  const poll = (signal: AbortSignal) =>
    local.sqs.handle('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 }, signal);

  it('answers empty when the waiting time is over', async () => {
    const waiting = poll(new AbortController().signal);
    local.clock.advance(20_000);
    expect(await waiting).toEqual({});
  });

  it('does not take messages for a caller who has gone', async () => {
    const leaving = new AbortController();
    const waiting = poll(leaving.signal);
    leaving.abort();
    await send('kept');
    expect(await waiting).toEqual({});
    expect(await receive()).toMatchObject([{ Body: 'kept' }]);
  });
});

describe('deleting and hiding', () => {
  it('deletes by the latest receipt only', async () => {
    await send('twice');
    const [first] = await receive({ VisibilityTimeout: 1 });
    local.clock.advance(1_000);
    const [second] = await receive({ VisibilityTimeout: 1 });
    await local.client.send(
      new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }),
    );
    local.clock.advance(1_000);
    expect(await counts()).toMatchObject({ ApproximateNumberOfMessages: '1' });
    const ReceiptHandle = second?.ReceiptHandle;
    await local.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await local.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    expect(await counts()).toMatchObject({ ApproximateNumberOfMessages: '0' });
  });

  it('never lets an old receipt delete a newer message', async () => {
    await send('first');
    const [first] = await receive();
    const ReceiptHandle = first?.ReceiptHandle;
    await local.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await send('second');
    await receive({ VisibilityTimeout: 1 });
    await local.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    local.clock.advance(1_000);
    expect(await receive()).toMatchObject([{ Body: 'second' }]);
  });

  it('changes how long a message is hidden', async () => {
    await send('hide');
    const [message] = await receive();
    const ReceiptHandle = message?.ReceiptHandle;
    await local.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 600 }),
    );
    local.clock.advance(599_000);
    expect(await receive()).toHaveLength(0);
    await local.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(await receive()).toHaveLength(1);
  });

  it('wakes a long poll when a message is shown at once', async () => {
    await send('show');
    const [message] = await receive();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await counts();
    await local.client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(await waiting).toHaveLength(1);
  });

  it('refuses to hide a message that is not in flight', async () => {
    await send('visible');
    const [message] = await receive({ VisibilityTimeout: 1 });
    local.clock.advance(1_000);
    const change = new ChangeMessageVisibilityCommand({
      QueueUrl,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 10,
    });
    await expect(local.client.send(change)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });
});

describe('batches', () => {
  it('sends, hides and deletes in batches; what is wrong with one entry fails that one', async () => {
    const sent = await local.client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'a' },
          { Id: 'bad', MessageBody: 'not allowed: \u0000' },
          { Id: 'b', MessageBody: 'b', DelaySeconds: 901 },
          { Id: 'c', MessageBody: 'c' },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(sent.Failed).toMatchObject([
      { Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true },
      { Id: 'b', Code: 'InvalidParameterValueException', SenderFault: true },
    ]);
    const messages = await receive({ MaxNumberOfMessages: 10 });
    const entries = messages.map(({ Body, ReceiptHandle }) => ({ Id: Body, ReceiptHandle }));
    const hidden = await local.client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: 100 })),
      }),
    );
    expect(hidden.Successful).toHaveLength(2);
    const deleted = await local.client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [...entries, { Id: 'forged', ReceiptHandle: 'forged' }],
      }),
    );
    expect(deleted.Successful).toHaveLength(2);
    expect(deleted.Failed).toMatchObject([{ Id: 'forged', Code: 'ReceiptHandleIsInvalid' }]);
    local.clock.advance(100_000);
    expect(await counts()).toMatchObject({ ApproximateNumberOfMessages: '0' });
  });

  it.each([
    ['EmptyBatchRequest', []],
    [
      'TooManyEntriesInBatchRequest',
      Array.from({ length: 11 }, (_, i) => ({ Id: `${i}`, MessageBody: 'x' })),
    ],
    [
      'BatchEntryIdsNotDistinct',
      [
        { Id: 'a', MessageBody: 'x' },
        { Id: 'a', MessageBody: 'y' },
      ],
    ],
    ['InvalidBatchEntryId', [{ Id: 'no spaces', MessageBody: 'x' }]],
    [
      'BatchRequestTooLong',
      [
        { Id: 'a', MessageBody: 'x'.repeat(600_000) },
        { Id: 'b', MessageBody: 'y'.repeat(600_000) },
      ],
    ],
  ])('refuses a batch as a whole: %s', async (name, Entries) => {
    await expect(
      local.client.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
    ).rejects.toMatchObject({ name });
    expect(await counts()).toMatchObject({ ApproximateNumberOfMessages: '0' });
  });
});

describe('refusals', () => {
  it('answers an unknown queue with both of its error names', async () => {
    const error: unknown = await local.client
      .send(new SendMessageCommand({ QueueUrl: `${QueueUrl}-none`, MessageBody: 'x' }))
      .catch((error: unknown) => error);
    expect(error).toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
    });
  });

  // The SDK takes the name of an error that its model lacks from x-amzn-query-error.
  it.each([
    ['InvalidMessageContents', { MessageBody: 'bell \u0007' }],
    ['InvalidMessageContents', { MessageBody: 'lone \uD800 surrogate' }],
    ['InvalidParameterValue', { MessageBody: 'x'.repeat(1_048_577) }],
    ['InvalidParameterValue', { MessageBody: 'x', DelaySeconds: -1 }],
    ['MissingParameter', { MessageBody: '' }],
    [
      'InvalidParameterValue',
      { MessageBody: 'x', MessageAttributes: { n: { DataType: 'Number', StringValue: 'four' } } },
    ],
    [
      'InvalidParameterValue',
      {
        MessageBody: 'x',
        MessageAttributes: { 'AWS.x': { DataType: 'String', StringValue: 'x' } },
      },
    ],
  ])('refuses %s %#', async (name, input) => {
    await expect(
      local.client.send(new SendMessageCommand({ QueueUrl, ...input })),
    ).rejects.toMatchObject({ name });
  });

  it('accepts a message of exactly 1 MiB', async () => {
    await send('x'.repeat(1_048_576));
    expect((await receive())[0]?.Body).toHaveLength(1_048_576);
  });

  it('refuses a forged receipt handle and one of another queue', async () => {
    await send('x');
    const [message] = await receive();
    const other = await local.createQueue(`other-${count}`);
    for (const command of [
      new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'forged' }),
      new DeleteMessageCommand({ QueueUrl: other, ReceiptHandle: message?.ReceiptHandle }),
    ]) {
      await expect(local.client.send(command)).rejects.toMatchObject({
        name: 'ReceiptHandleIsInvalid',
      });
    }
  });
});
