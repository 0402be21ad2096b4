import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import type { Json, JsonObject } from '../../local/contracts.ts';
import { Journal } from '../../local/journal.ts';
import { succeededMessages } from '../../local/sqs/batch-response.ts';
import { createSqs } from '../../local/sqs/service.ts';

const QueueUrl = 'http://127.0.0.1:1/000000000000/q';

type Step =
  | { kind: 'send' }
  | { kind: 'receive'; max: number; visibility: number }
  | { kind: 'delete'; pick: number }
  | { kind: 'hide'; pick: number; seconds: number }
  | { kind: 'pass'; seconds: number }
  | { kind: 'reopen' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'send' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      max: fc.integer({ min: 1, max: 10 }),
      visibility: fc.integer({ min: 0, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), pick: fc.nat() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('hide' as const),
      pick: fc.nat(),
      seconds: fc.integer({ min: 0, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      seconds: fc.integer({ min: 0, max: 90 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'reopen' }) },
);

/** What a queue owes: for each message when it may be seen again, and the handle of its latest receipt. */
interface Owed {
  visibleAt: number;
  handle?: string;
}

describe('a queue, whatever is done to it', () => {
  it('loses no message, shows none while it is hidden, none after it was deleted', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), obeys), { numRuns: 150 });
  });
});

async function obeys(steps: Step[]): Promise<void> {
  const clock = new VirtualClock();
  const journal = new Journal(':memory:');
  const open = () => createSqs({ journal, clock, baseUrl: () => 'http://127.0.0.1:1' });
  let sqs = open();
  const call = (operation: string, input: JsonObject) =>
    sqs.handle(operation, { QueueUrl, ...input }, new AbortController().signal);
  await sqs.handle('CreateQueue', { QueueName: 'q' }, new AbortController().signal);

  const owed = new Map<string, Owed>();
  const handles: { id: string; handle: string }[] = [];
  const received = (answer: JsonObject, visibility: number) => {
    const messages = (answer['Messages'] ?? []) as {
      MessageId: string;
      ReceiptHandle: string;
    }[];
    for (const { MessageId: id, ReceiptHandle: handle } of messages) {
      const message = owed.get(id);
      assert.ok(message, 'a deleted message was shown');
      assert.ok(message.visibleAt <= clock.now(), 'a hidden message was shown');
      owed.set(id, { visibleAt: clock.now() + visibility * 1000 - 1_000, handle });
      handles.push({ id, handle });
    }
    return messages.length;
  };

  for (const step of steps) {
    if (step.kind === 'send') {
      const { MessageId } = await call('SendMessage', { MessageBody: 'x' });
      owed.set(MessageId as string, { visibleAt: 0 });
    } else if (step.kind === 'receive') {
      const now = clock.now();
      // A message within a second of its time may or may not be shown: real time passes too.
      const due = [...owed.values()].filter(({ visibleAt }) => visibleAt + 1_000 <= now).length;
      const answer = await call('ReceiveMessage', {
        MaxNumberOfMessages: step.max,
        VisibilityTimeout: step.visibility,
      });
      const shown = received(answer, step.visibility);
      assert.ok(shown >= Math.min(due, step.max), 'a visible message was not shown');
    } else if (step.kind === 'delete' && handles.length > 0) {
      const picked = handles[step.pick % handles.length];
      await call('DeleteMessage', { ReceiptHandle: picked?.handle ?? '' });
      if (picked && owed.get(picked.id)?.handle === picked.handle) owed.delete(picked.id);
    } else if (step.kind === 'hide' && handles.length > 0) {
      const picked = handles[step.pick % handles.length];
      const message = picked && owed.get(picked.id);
      const hidden = await call('ChangeMessageVisibility', {
        ReceiptHandle: picked?.handle ?? '',
        VisibilityTimeout: step.seconds,
      }).then(
        () => true,
        () => false,
      );
      if (hidden) {
        assert.equal(message?.handle, picked?.handle, 'an old receipt hid the message');
        if (message) message.visibleAt = clock.now() + step.seconds * 1000 - 1_000;
      }
    } else if (step.kind === 'pass') {
      clock.advance(step.seconds * 1000);
    } else if (step.kind === 'reopen') {
      sqs = open();
    }
  }

  clock.advance(120_000);
  const left = owed.size;
  let shown = 0;
  for (let round = 0; round <= left; round += 10) {
    shown += received(await call('ReceiveMessage', { MaxNumberOfMessages: 10 }), 30);
  }
  assert.equal(shown, left, 'a message was lost');
  journal.close();
}

describe('partial batch responses', () => {
  const ids = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 10 });
  const malformed: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>(
      'done',
      7,
      true,
      ['a'],
      { batchItemFailures: 'a' },
      { batchItemFailures: {} },
      { batchItemFailures: [{ itemIdentifier: 'of another batch' }] },
    ),
    fc
      .constantFrom<Json>(
        {},
        { itemIdentifier: '' },
        { itemIdentifier: null },
        { id: 'a' },
        'a',
        null,
      )
      .map((failure) => ({ batchItemFailures: [failure] })),
  );

  it('exactly the failed ones come back', () => {
    fc.assert(
      fc.property(ids, fc.infiniteStream(fc.boolean()), (messageIds, fails) => {
        const failed = messageIds.filter(() => fails.next().value);
        const payload = { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
        const done = succeededMessages({ payload }, messageIds, true);
        const others = messageIds.filter((id) => !failed.includes(id));
        expect([...done].sort()).toEqual(others.sort());
      }),
    );
  });

  it('a malformed answer fails the whole batch', () => {
    fc.assert(
      fc.property(ids, malformed, (messageIds, payload) => {
        expect(succeededMessages({ payload }, messageIds, true).size).toBe(0);
      }),
    );
  });

  it.each<Json>([null, {}, { batchItemFailures: [] }, { batchItemFailures: null }])(
    'the empty answer %j is success',
    (payload) => {
      expect(succeededMessages({ payload }, ['a', 'b'], true).size).toBe(2);
    },
  );

  it('a failed function has done nothing, whatever it answered', () => {
    fc.assert(
      fc.property(ids, fc.jsonValue(), (messageIds, payload) => {
        const result = { payload: payload as Json, functionError: 'Unhandled' as const };
        expect(succeededMessages(result, messageIds, true).size).toBe(0);
        expect(succeededMessages(result, messageIds, false).size).toBe(0);
      }),
    );
  });
});
