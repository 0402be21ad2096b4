import { GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InvocationResult, Json } from '../../local/contracts.ts';
import {
  type EventSource,
  type EventSourceMapping,
  startEventSource,
} from '../../local/sqs/event-source.ts';
import { arnOf, type LocalSqs, startSqs } from './local-sqs.ts';

interface SqsRecord {
  messageId: string;
  body: string;
  attributes: Record<string, string>;
}
type Handler = (records: SqsRecord[]) => InvocationResult | Promise<InvocationResult>;

let local: LocalSqs;
let QueueUrl: string;
let source: EventSource | undefined;
const problems: string[] = [];

beforeEach(async () => {
  local = await startSqs();
  await local.createQueue('mail-dlq');
  QueueUrl = await local.createQueue('mail', {
    VisibilityTimeout: '30',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('mail-dlq'), maxReceiveCount: 3 }),
  });
  problems.length = 0;
});
afterEach(async () => {
  await source?.stop();
  source = undefined;
  await local.close();
});

/** Runs `handler` as the function behind the queue; gives the batches that it was invoked with. */
function attach(handler: Handler, mapping: Partial<EventSourceMapping> = {}): SqsRecord[][] {
  const batches: SqsRecord[][] = [];
  source = startEventSource({
    sqs: local.sqs,
    clock: local.clock,
    lambda: {
      async invoke(_name: string, event: Json) {
        const { Records } = event as unknown as { Records: SqsRecord[] };
        batches.push(Records);
        return handler(Records);
      },
    },
    mapping: { eventSourceArn: arnOf('mail'), functionName: 'send-mail', ...mapping },
    report: (problem) => problems.push(problem),
  });
  return batches;
}

const send = async (...bodies: string[]) => {
  for (const body of bodies) await local.sqs.send(arnOf('mail'), body);
};
const total = async (url = QueueUrl) => {
  const { Attributes } = await local.client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
  );
};
const bodies = (batches: SqsRecord[][]) => batches.flat().map(({ body }) => body);

describe('an event source', () => {
  it('invokes with the record as AWS shapes it, and deletes on success', async () => {
    const batches = attach(() => ({ payload: null }));
    await local.sqs.send(arnOf('mail'), 'hello', {
      kind: { DataType: 'String', StringValue: 'receipt' },
    });
    await vi.waitFor(() => expect(batches).toHaveLength(1));
    expect(batches[0]).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: 'hello',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          kind: {
            dataType: 'String',
            stringValue: 'receipt',
            stringListValues: [],
            binaryListValues: [],
          },
        },
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: 'aws:sqs',
        eventSourceARN: arnOf('mail'),
        awsRegion: 'us-east-1',
      },
    ]);
    await expect.poll(() => total()).toBe(0);
  });

  it('gives back only what failed of a batch, until it is dead-lettered', async () => {
    await send('good', 'bad', 'fine');
    const batches = attach(
      (records) => ({
        payload: {
          batchItemFailures: records
            .filter(({ body }) => body === 'bad')
            .map(({ messageId }) => ({ itemIdentifier: messageId })),
        },
      }),
      { reportBatchItemFailures: true },
    );
    await expect.poll(() => total()).toBe(1);
    expect(bodies(batches)).toEqual(['good', 'bad', 'fine']);
    for (const attempt of [2, 3]) {
      local.clock.advance(30_000);
      await vi.waitFor(() => expect(batches).toHaveLength(attempt));
      expect(batches.at(-1)).toMatchObject([
        { body: 'bad', attributes: { ApproximateReceiveCount: String(attempt) } },
      ]);
    }
    local.clock.advance(30_000);
    await expect.poll(() => total()).toBe(0);
    expect(await total(`${local.url}/000000000000/mail-dlq`)).toBe(1);
    expect(batches).toHaveLength(3);
  });

  it('gives back the whole batch when the function fails, or cannot be invoked', async () => {
    await send('a', 'b');
    let attempt = 0;
    const batches = attach(() => {
      attempt += 1;
      if (attempt === 1) return { payload: { errorMessage: 'no' }, functionError: 'Unhandled' };
      if (attempt === 2) throw new Error('no such function');
      return { payload: null };
    });
    await vi.waitFor(() => expect(batches).toHaveLength(1));
    expect(await total()).toBe(2);
    local.clock.advance(30_000);
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(problems[0]).toContain('no such function');
    local.clock.advance(30_000);
    await expect.poll(() => total()).toBe(0);
    expect(bodies(batches)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('gathers a batch for as long as the window lasts', async () => {
    await local.client.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '300' } }),
    );
    const batches = attach(() => ({ payload: null }), {
      batchSize: 100,
      maximumBatchingWindowSeconds: 60,
    });
    await send(...Array.from({ length: 15 }, (_, i) => `early ${i}`));
    // The clock must not pass the window before the first message was taken up.
    await expect.poll(async () => (await counts()).hidden).toBe(15);
    expect(batches).toHaveLength(0);
    local.clock.advance(20_000);
    await send('late');
    await expect.poll(async () => (await counts()).hidden).toBe(16);
    expect(batches).toHaveLength(0);
    local.clock.advance(40_000);
    await vi.waitFor(() => expect(batches).toHaveLength(1));
    expect(batches[0]).toHaveLength(16);
  });

  it('runs no more batches at once than it may', async () => {
    await send(...Array.from({ length: 40 }, (_, i) => `${i}`));
    const release: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const batches = attach(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => release.push(resolve));
        running -= 1;
        return { payload: null };
      },
      { batchSize: 5, maximumConcurrency: 3 },
    );
    await vi.waitFor(() => expect(running).toBe(3));
    await expect
      .poll(async () => {
        for (const go of release.splice(0)) go();
        return total();
      })
      .toBe(0);
    expect(most).toBe(3);
    expect(new Set(bodies(batches)).size).toBe(40);
    expect(batches).toHaveLength(8);
  });

  it('keeps an event under the invocation limit', async () => {
    await send(...Array.from({ length: 8 }, () => 'x'.repeat(1_000_000)));
    const batches = attach(() => ({ payload: null }));
    await expect.poll(() => total()).toBe(0);
    expect(batches.map((batch) => batch.length)).toEqual([6, 2]);
  });

  it('counts the parts of a batch that was too long for one event', async () => {
    await send(...Array.from({ length: 10 }, () => 'short'));
    await send(...Array.from({ length: 8 }, () => 'x'.repeat(1_000_000)));
    const release: (() => void)[] = [];
    const batches = attach(
      async () => {
        await new Promise<void>((resolve) => release.push(resolve));
        return { payload: null };
      },
      { maximumConcurrency: 2 },
    );
    await expect.poll(async () => (await counts()).hidden).toBe(18);
    expect(batches.map((batch) => batch.length)).toEqual([10, 6]);
    await expect
      .poll(async () => {
        for (const go of release.splice(0)) go();
        return total();
      })
      .toBe(0);
    expect(batches).toHaveLength(3);
  });

  it.each([
    [{ batchSize: 11 }, 'needs MaximumBatchingWindowInSeconds'],
    [{ batchSize: 0 }, 'BatchSize 0'],
    [{ maximumConcurrency: 1 }, 'MaximumConcurrency 1'],
    [{ maximumBatchingWindowSeconds: 301 }, 'MaximumBatchingWindowInSeconds 301'],
  ])('refuses %o', (mapping, message) => {
    expect(() => attach(() => ({ payload: null }), mapping)).toThrow(message);
  });
});

async function counts() {
  const { Attributes } = await local.client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  return { hidden: Number(Attributes?.ApproximateNumberOfMessagesNotVisible) };
}
