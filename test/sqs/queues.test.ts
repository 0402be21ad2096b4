import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arnOf, type LocalSqs, startSqs, temporaryJournal } from './local-sqs.ts';

let local: LocalSqs;

beforeAll(async () => {
  local = await startSqs();
});
afterAll(() => local.close());

const receive = async (QueueUrl: string, options: Partial<ReceiveMessageCommand['input']> = {}) =>
  (await local.client.send(new ReceiveMessageCommand({ QueueUrl, ...options }))).Messages ?? [];

describe('queues', () => {
  it('creates, finds, lists and deletes', async () => {
    const url = await local.createQueue('mail', { VisibilityTimeout: '90' });
    expect(url).toBe(`${local.url}/000000000000/mail`);
    expect(await local.createQueue('mail', { VisibilityTimeout: '90' })).toBe(url);
    const found = await local.client.send(new GetQueueUrlCommand({ QueueName: 'mail' }));
    expect(found.QueueUrl).toBe(url);
    const { Attributes } = await local.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: arnOf('mail'),
      VisibilityTimeout: '90',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
    });
    await local.client.send(new DeleteQueueCommand({ QueueUrl: url }));
    await expect(
      local.client.send(new GetQueueUrlCommand({ QueueName: 'mail' })),
    ).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('pages through queues by prefix', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await local.createQueue(name);
    const first = await local.client.send(
      new ListQueuesCommand({ QueueNamePrefix: 'page-', MaxResults: 2 }),
    );
    expect(first.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['page-a', 'page-b']);
    const { NextToken } = first;
    const rest = await local.client.send(
      new ListQueuesCommand({ QueueNamePrefix: 'page-', MaxResults: 2, NextToken }),
    );
    expect(rest.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['page-c']);
    expect(rest.NextToken).toBeUndefined();
  });

  it('does not care at which address a queue URL points', async () => {
    await local.createQueue('anywhere');
    await local.sqs.handle(
      'SendMessage',
      { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/anywhere', MessageBody: 'x' },
      new AbortController().signal,
    );
    expect(await receive(`${local.url}/000000000000/anywhere`)).toHaveLength(1);
  });

  it.each<[string, CreateQueueCommand['input']]>([
    ['UnsupportedOperation', { QueueName: 'orders.fifo' }],
    ['UnsupportedOperation', { QueueName: 'orders', Attributes: { FifoQueue: 'true' } }],
    ['InvalidAttributeName', { QueueName: 'x', Attributes: { ['Nonsense' as 'Policy']: '1' } }],
    ['InvalidAttributeValue', { QueueName: 'x', Attributes: { VisibilityTimeout: '43201' } }],
    ['InvalidAttributeValue', { QueueName: 'x', Attributes: { RedrivePolicy: 'no json' } }],
    ['InvalidParameterValue', { QueueName: 'with space' }],
    ['InvalidParameterValue', { QueueName: 'x'.repeat(81) }],
    [
      'InvalidParameterValue',
      {
        QueueName: 'x',
        Attributes: {
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('no'), maxReceiveCount: 3 }),
        },
      },
    ],
  ])('refuses to create: %s %#', async (name, input) => {
    await expect(local.client.send(new CreateQueueCommand(input))).rejects.toMatchObject({ name });
    expect(
      (await local.client.send(new ListQueuesCommand({ QueueNamePrefix: 'x' }))).QueueUrls,
    ).toBe(undefined);
  });

  it('refuses a second queue of one name that differs', async () => {
    await local.createQueue('settled', { DelaySeconds: '5' });
    await expect(local.createQueue('settled', { DelaySeconds: '6' })).rejects.toMatchObject({
      name: 'QueueNameExists',
    });
  });
});

describe('dead letters', () => {
  it('moves what was received too often, and takes it back on request', async () => {
    const dlq = await local.createQueue('work-dlq');
    const work = await local.createQueue('work', {
      VisibilityTimeout: '30',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('work-dlq'), maxReceiveCount: 2 }),
    });
    await local.client.send(new SendMessageCommand({ QueueUrl: work, MessageBody: 'poison' }));
    for (const receipt of [1, 2]) {
      const [message] = await receive(work, {
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      expect(message?.Attributes?.ApproximateReceiveCount).toBe(String(receipt));
      local.clock.advance(30_000);
    }
    const waiting = receive(dlq, { WaitTimeSeconds: 20, MessageSystemAttributeNames: ['All'] });
    expect(await receive(work)).toHaveLength(0);
    const [dead] = await waiting;
    expect(dead).toMatchObject({
      Body: 'poison',
      Attributes: { DeadLetterQueueSourceArn: arnOf('work') },
    });
    const sources = await local.client.send(
      new ListDeadLetterSourceQueuesCommand({ QueueUrl: dlq }),
    );
    expect(sources.queueUrls).toEqual([work]);

    local.clock.advance(30_000);
    await local.client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('work-dlq') }));
    expect(await receive(dlq)).toHaveLength(0);
    expect(await receive(work)).toMatchObject([{ Body: 'poison' }]);
    const tasks = await local.client.send(
      new ListMessageMoveTasksCommand({ SourceArn: arnOf('work-dlq') }),
    );
    expect(tasks.Results).toMatchObject([
      { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 },
    ]);
  });

  it('can be pointed elsewhere later', async () => {
    await local.createQueue('later-dlq');
    const queue = await local.createQueue('later');
    await local.client.send(
      new SetQueueAttributesCommand({
        QueueUrl: queue,
        Attributes: {
          VisibilityTimeout: '0',
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: arnOf('later-dlq'),
            maxReceiveCount: '1',
          }),
        },
      }),
    );
    await local.client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'once' }));
    expect(await receive(queue)).toHaveLength(1);
    expect(await receive(queue)).toHaveLength(0);
  });

  it('refuses to move out of a queue that is no dead-letter queue', async () => {
    await local.createQueue('plain');
    await expect(
      local.client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('plain') })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(
      local.client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('none') })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('durability', () => {
  it('has everything again after the process is gone', async () => {
    const file = temporaryJournal();
    const before = await startSqs(file.path);
    const url = await before.createQueue('kept', { VisibilityTimeout: '77' });
    for (const MessageBody of ['a', 'b', 'c']) {
      await before.client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    }
    await before.client.send(new ReceiveMessageCommand({ QueueUrl: url }));
    // A second reader of the file sees what was answered, whatever the first still holds in memory.
    const after = await startSqs(file.path, before.clock);
    const { QueueUrl } = await after.client.send(new GetQueueUrlCommand({ QueueName: 'kept' }));
    const { Attributes } = await after.client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      VisibilityTimeout: '77',
      ApproximateNumberOfMessages: '2',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    await after.close();
    await before.close();
    file.remove();
  });
});
