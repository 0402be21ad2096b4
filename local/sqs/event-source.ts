import type { Clock } from '../clock.ts';
import type { JsonObject, LambdaRuntime } from '../contracts.ts';
import { succeededMessages } from './batch-response.ts';
import { eventRecord } from './event-record.ts';
import type { Received } from './receive-message.ts';
import type { Sqs } from './service.ts';

/** An `AWS::Lambda::EventSourceMapping` of a queue. */
export interface EventSourceMapping {
  /** ARN of the queue. */
  eventSourceArn: string;
  functionName: string;
  /** 1 to 10,000, default 10; more than 10 needs a batching window. */
  batchSize?: number;
  /** How long to gather a batch: 0 to 300 seconds, default 0. */
  maximumBatchingWindowSeconds?: number;
  /** Batches at the same time: 2 to 1,000. Without it 5, the number that AWS starts with. */
  maximumConcurrency?: number;
  /** `FunctionResponseTypes` holds `ReportBatchItemFailures`. */
  reportBatchItemFailures?: boolean;
}

export interface EventSource {
  /** Receives no more and resolves when the batches at work are done. */
  stop(): Promise<void>;
}

const DEFAULT_CONCURRENCY = 5;
/** What fits into a synchronous invocation, less room for the envelope. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024 - 65_536;
/** Attributes and envelope of a record, about. */
const RECORD_OVERHEAD_BYTES = 1024;

/**
 * Gives a queue's messages to a function in batches, deletes those that it did with, and lets the others come back
 * after the queue's visibility timeout. Sleeps until there is a message. `report` hears of what no function can log:
 * an invocation that could not be made.
 *
 * @throws RangeError for a mapping that AWS would refuse.
 */
export function startEventSource(options: {
  sqs: Sqs;
  lambda: LambdaRuntime;
  clock: Clock;
  mapping: EventSourceMapping;
  report: (problem: string) => void;
}): EventSource {
  const { sqs, lambda, clock, mapping, report } = options;
  const limits = checkLimits(mapping);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  async function gather(): Promise<Received[]> {
    const { signal } = stopping;
    const receive = (max: number, until: number) =>
      sqs.receive(mapping.eventSourceArn, { max, until, signal });
    const batch = await receive(limits.batchSize, Infinity);
    const until = clock.now() + limits.windowMs;
    while (batch.length > 0 && batch.length < limits.batchSize && clock.now() < until) {
      if (signal.aborted || sizeOf(batch) >= MAX_EVENT_BYTES) break;
      batch.push(...(await receive(limits.batchSize - batch.length, until)));
    }
    return batch;
  }

  async function invoke(batch: readonly Received[]): Promise<void> {
    const Records = batch.map((message) => eventRecord(message, mapping.eventSourceArn));
    try {
      const result = await lambda.invoke(mapping.functionName, { Records } satisfies JsonObject);
      const ids = batch.map(({ row }) => row.message_id);
      const done = succeededMessages(result, ids, mapping.reportBatchItemFailures ?? false);
      const finished = batch.filter(({ row }) => done.has(row.message_id));
      await sqs.delete(finished.map(({ receiptHandle }) => receiptHandle));
    } catch (error) {
      // The messages come back by themselves, and go to the dead-letter queue if it stays so.
      report(`${mapping.functionName} got no batch of ${mapping.eventSourceArn}: ${String(error)}`);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const batch of fittingBatches(await gather())) {
        while (running.size >= limits.concurrency) await Promise.race(running);
        const invocation = invoke(batch).finally(() => running.delete(invocation));
        running.add(invocation);
      }
      while (running.size >= limits.concurrency) await Promise.race(running);
    }
  }

  const loop = run().catch((error: unknown) => {
    report(`${mapping.eventSourceArn} gives no more messages: ${String(error)}`);
  });
  return {
    async stop() {
      stopping.abort();
      await loop;
      await Promise.all(running);
    },
  };
}

function checkLimits(mapping: EventSourceMapping) {
  const batchSize = within('BatchSize', mapping.batchSize ?? 10, 1, 10_000);
  const window = within(
    'MaximumBatchingWindowInSeconds',
    mapping.maximumBatchingWindowSeconds ?? 0,
    0,
    300,
  );
  if (batchSize > 10 && window < 1) {
    throw new RangeError(
      `BatchSize ${batchSize} is over 10 and needs MaximumBatchingWindowInSeconds of at least 1`,
    );
  }
  const concurrency =
    mapping.maximumConcurrency === undefined
      ? DEFAULT_CONCURRENCY
      : within('MaximumConcurrency', mapping.maximumConcurrency, 2, 1000);
  return { batchSize, windowMs: window * 1000, concurrency };
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} ${value} is not a whole number from ${min} to ${max}`);
}

/** Cuts a batch where it would be too long for one invocation. */
function fittingBatches(messages: readonly Received[]): Received[][] {
  const batches: Received[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = sizeOf([message]);
    const current = batches.at(-1);
    if (current && size <= room) {
      current.push(message);
      room -= size;
    } else {
      batches.push([message]);
      room = MAX_EVENT_BYTES - size;
    }
  }
  return batches;
}

function sizeOf(messages: readonly Received[]): number {
  let size = 0;
  for (const { row } of messages) {
    size += row.body.length + (row.attributes?.length ?? 0) + RECORD_OVERHEAD_BYTES;
  }
  return size;
}
