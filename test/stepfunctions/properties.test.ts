import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Json, type JsonObject, TaskError } from '../../local/contracts.ts';
import { Cloud, type HistoryEvent, MACHINE, ROLE } from './cloud.ts';
import { definitionOf, meaning, steps } from './machines.ts';

/** The functions that random machines call. A flaky one fails on every odd call; a callback answers its own token. */
function world(): Cloud {
  let calls = 0;
  const cloud: Cloud = new Cloud({
    work: (n) => Number(n) + 2,
    flaky: (n) => {
      if (calls++ % 2 === 0) throw new TaskError('Flaky', 'x');
      return Number(n) + 2;
    },
    callback: (payload) => {
      const { token, n } = payload as { token: string; n: number };
      void complete(cloud, token, n + 2);
      return 'noted';
    },
    broken: () => {
      throw new TaskError('Broken', 'x');
    },
  });
  return cloud;
}

/** Completes a token; that it is known already, by an earlier try, is fine. */
async function complete(cloud: Cloud, taskToken: string, result: Json): Promise<void> {
  try {
    await cloud.call('SendTaskSuccess', { taskToken, output: JSON.stringify(result) });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'TaskTimedOut')) throw error;
  }
}

async function create(cloud: Cloud, definition: JsonObject): Promise<void> {
  await cloud.call('CreateStateMachine', {
    name: 'machine',
    roleArn: ROLE,
    definition: JSON.stringify(definition),
  });
}

/** Lets time pass until an execution has ended. */
function ended(cloud: Cloud, arn: string): Promise<JsonObject> {
  return vi.waitFor(
    async () => {
      const described = await cloud.describe(arn);
      if (described.status === 'RUNNING') {
        cloud.clock.advance(1_000);
        throw new Error(`still running: ${JSON.stringify((await cloud.history(arn)).slice(-3))}`);
      }
      return described;
    },
    { interval: 5, timeout: 10_000 },
  );
}

async function whole(cloud: Cloud, executionArn: string): Promise<HistoryEvent[]> {
  const events: JsonObject[] = [];
  let nextToken: Json | undefined;
  do {
    const page: JsonObject = await cloud.call('GetExecutionHistory', {
      executionArn,
      maxResults: 7,
      ...(nextToken ? { nextToken } : {}),
    });
    events.push(...(page.events as JsonObject[]));
    ({ nextToken } = page);
  } while (nextToken);
  return events as unknown as HistoryEvent[];
}

/** What holds for every history: ids without gaps, each event led to by an earlier one, each exit by its entry. */
function checkHistory(history: HistoryEvent[]): void {
  expect(history.map(({ id }) => id)).toEqual(history.map((_, at) => at + 1));
  for (const { id, previousEventId } of history) expect(previousEventId).toBeLessThan(id);
  const named = (event: HistoryEvent, details: string) =>
    (event[details] as { name: string } | undefined)?.name;
  const exits = history.filter(({ type }) => type.endsWith('StateExited'));
  for (const exit of exits) {
    const before: string[] = [];
    for (let at = exit.previousEventId; at > 0; at = history[at - 1]?.previousEventId ?? 0) {
      const event = history[at - 1];
      if (event?.type.endsWith('StateEntered'))
        before.push(named(event, 'stateEnteredEventDetails') ?? '');
    }
    expect(before).toContain(named(exit, 'stateExitedEventDetails'));
  }
  expect(exits).toHaveLength(history.filter(({ type }) => type.endsWith('StateEntered')).length);
  expect(history.at(-1)?.type).toBe('ExecutionSucceeded');
}

test('every random machine ends with what it means, and its history holds together', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat({ max: 9 }), async (list, input) => {
      const cloud = world();
      try {
        await create(cloud, definitionOf(list));
        const arn = await cloud.start(input);
        const described = await ended(cloud, arn);
        expect(described).toMatchObject({
          status: 'SUCCEEDED',
          output: JSON.stringify(meaning(list, input)),
        });
        checkHistory(await whole(cloud, arn));
      } finally {
        await cloud.close();
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('killed after any number of writes, as often as you like, it ends the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.nat({ max: 9 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      async (list, input, kills) => {
        const cloud = world();
        try {
          await create(cloud, definitionOf(list));
          const arn = await cloud.start(input, 'one', MACHINE);
          for (const writes of kills) await cloud.killAfter(writes);
          const described = await ended(cloud, arn);
          expect(described).toMatchObject({
            status: 'SUCCEEDED',
            output: JSON.stringify(meaning(list, input)),
          });
          checkHistory(await whole(cloud, arn));
        } finally {
          await cloud.close();
        }
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);
