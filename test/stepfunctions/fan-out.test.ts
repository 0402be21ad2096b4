import { afterEach, describe, expect, test } from 'vitest';
import { type Json, type JsonObject, TaskError } from '../../local/contracts.ts';
import { Cloud, lambda, single, types } from './cloud.ts';

let cloud: Cloud;
afterEach(() => cloud.close());

const work = (name = 'work', more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: lambda(name), Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  End: true,
  ...more,
});

const pass = (Output: Json, more: JsonObject = {}): JsonObject => ({
  Type: 'Pass',
  Output,
  End: true,
  ...more,
});
const branch = (name: string, state: JsonObject): JsonObject => ({
  StartAt: name,
  States: { [name]: state },
});
const fail = () => {
  throw new TaskError('Broken', 'it broke');
};
/** A function whose calls are answered by hand. */
function manual() {
  const calls: { payload: Json; answer: (value: Json) => void; fail: (error: Error) => void }[] =
    [];
  const handler = (payload: Json) =>
    new Promise<Json>((answer, reject) => calls.push({ payload, answer, fail: reject }));
  return { calls, handler };
}

describe('Parallel', () => {
  test('runs its branches on its input and gives their outputs in order', async () => {
    cloud = new Cloud({ work: (n) => Number(n) + 1 });
    const run = await cloud.run(
      {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            Branches: [branch('A', work()), branch('B', pass({ b: '{% $states.input %}' }))],
            Next: 'After',
          },
          After: pass('{% $states.input %}'),
        },
      },
      1,
    );
    expect(run.output).toEqual([2, { b: 1 }]);
    const started = run.history.find(({ type }) => type === 'ParallelStateStarted');
    expect(started?.previousEventId).toBe(2);
    for (const name of ['TaskStateEntered', 'PassStateEntered'])
      expect(run.history.find(({ type }) => type === name)?.previousEventId).toBe(started?.id);
    const exits = run.history.filter(({ type }) => /^ParallelState(Succeeded|Exited)/.test(type));
    expect(exits.map(({ type }) => type)).toEqual([
      'ParallelStateSucceeded',
      'ParallelStateExited',
    ]);
  });

  test('has Arguments, and result for Output and Assign', async () => {
    cloud = new Cloud();
    const run = await cloud.run(
      {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            Arguments: { x: '{% $states.input.n * 10 %}' },
            Branches: [
              branch('A', pass('{% $states.input.x %}')),
              branch('B', pass('{% $states.input.x + 1 %}')),
            ],
            Assign: { all: '{% $states.result %}' },
            Output: '{% $sum($states.result) %}',
            Next: 'After',
          },
          After: pass({ sum: '{% $states.input %}', all: '{% $all %}' }),
        },
      },
      { n: 1 },
    );
    expect(run.output).toEqual({ sum: 21, all: [10, 11] });
  });

  test('variables of a branch stay in it; those around it can be read', async () => {
    cloud = new Cloud();
    const run = await cloud.run({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { x: 'outer' }, Next: 'Both' },
        Both: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'A1',
              States: {
                A1: { Type: 'Pass', Assign: { y: '{% $x & "+" %}' }, Next: 'A2' },
                A2: pass('{% $y %}'),
              },
            },
            branch('B', pass('{% $x %}')),
          ],
          Next: 'After',
        },
        After: pass({ out: '{% $states.input %}', x: '{% $x %}' }),
      },
    });
    expect(run.output).toEqual({ out: ['outer+', 'outer'], x: 'outer' });
  });

  test('a branch that fails stops the others and fails the state', async () => {
    const hold = manual();
    cloud = new Cloud({ work: hold.handler, fail });
    const run = await cloud.run(
      single({ Type: 'Parallel', Branches: [branch('A', work()), branch('B', work('fail'))] }),
    );
    expect(run).toMatchObject({ status: 'FAILED', error: 'Broken', cause: 'it broke' });
    expect(types(run.history).slice(-4)).toEqual([
      'TaskFailed',
      'TaskStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
    hold.calls[0]?.answer('late');
    expect(await cloud.history(run.arn)).toHaveLength(run.history.length);
  });

  test('Catch takes it', async () => {
    cloud = new Cloud({ fail });
    const run = await cloud.run({
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [branch('A', pass(1)), branch('B', work('fail'))],
          Catch: [
            { ErrorEquals: ['Broken'], Next: 'Caught', Output: '{% $states.errorOutput.Error %}' },
          ],
          End: true,
        },
        Caught: pass('{% $states.input %}'),
      },
    });
    expect(run.output).toBe('Broken');
    const failed = run.history.find(({ type }) => type === 'ParallelStateFailed');
    expect(run.history.find(({ type }) => type === 'ParallelStateExited')?.previousEventId).toBe(
      failed?.id,
    );
  });

  test('Retry runs all branches anew', async () => {
    let first = true;
    cloud = new Cloud({
      fail: () => {
        if (!first) return 'good';
        first = false;
        return fail();
      },
    });
    await cloud.create(
      single({
        Type: 'Parallel',
        Branches: [branch('A', pass('a')), branch('B', work('fail'))],
        Retry: [{ ErrorEquals: ['Broken'], IntervalSeconds: 1 }],
      }),
    );
    const arn = await cloud.start();
    await cloud.reached(arn, 'ParallelStateFailed');
    cloud.clock.advance(1_000);
    const run = await cloud.finished(arn);
    expect(run.output).toEqual(['a', 'good']);
    expect(types(run.history).filter((type) => type === 'ParallelStateStarted')).toHaveLength(2);
    expect(types(run.history).filter((type) => type === 'ParallelStateEntered')).toHaveLength(1);
  });

  test('branches may be nested', async () => {
    cloud = new Cloud();
    const inner = {
      Type: 'Parallel',
      End: true,
      Branches: [branch('X', pass(1)), branch('Y', pass(2))],
    };
    const run = await cloud.run(
      single({ Type: 'Parallel', Branches: [branch('A', inner), branch('B', pass(3))] }),
    );
    expect(run.output).toEqual([[1, 2], 3]);
  });
});

describe('Map', () => {
  const map = (more: JsonObject = {}, state: JsonObject = work()): JsonObject =>
    single({
      Type: 'Map',
      Items: '{% $states.input.items %}',
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...branch('Each', state) },
      ...more,
    });

  test('runs every item and gives the outputs in order', async () => {
    cloud = new Cloud({ work: (n) => Number(n) * 2 });
    const run = await cloud.run(map(), { items: [1, 2, 3] });
    expect(run.output).toEqual([2, 4, 6]);
    expect(run.history.find(({ type }) => type === 'MapStateStarted')).toMatchObject({
      mapStateStartedEventDetails: { length: 3 },
    });
    const started = run.history.filter(({ type }) => type === 'MapIterationStarted');
    expect(
      started.map(({ mapIterationStartedEventDetails }) => mapIterationStartedEventDetails),
    ).toEqual([0, 1, 2].map((index) => ({ name: 'State', index })));
    expect(types(run.history).filter((type) => type === 'MapIterationSucceeded')).toHaveLength(3);
  });

  test('records iterations one after the other as AWS does', async () => {
    cloud = new Cloud();
    const run = await cloud.run(map({ MaxConcurrency: 1 }, pass('{% $states.input %}')), {
      items: [1, 'x'],
    });
    expect(
      run.history.slice(2).map(({ id, previousEventId, type }) => [id, previousEventId, type]),
    ).toEqual([
      [3, 2, 'MapStateStarted'],
      [4, 3, 'MapIterationStarted'],
      [5, 4, 'PassStateEntered'],
      [6, 5, 'PassStateExited'],
      [7, 6, 'MapIterationSucceeded'],
      [8, 6, 'MapIterationStarted'],
      [9, 8, 'PassStateEntered'],
      [10, 9, 'PassStateExited'],
      [11, 10, 'MapIterationSucceeded'],
      [12, 10, 'MapStateSucceeded'],
      [13, 10, 'MapStateExited'],
      [14, 13, 'ExecutionSucceeded'],
    ]);
  });

  test('no items give an empty array', async () => {
    cloud = new Cloud();
    expect((await cloud.run(map(), { items: [] })).output).toEqual([]);
  });

  test('ItemSelector sees the item and the input; the item is in the context inside', async () => {
    cloud = new Cloud();
    const run = await cloud.run(
      map(
        {
          ItemSelector: {
            order: '{% $states.input.order %}',
            value: '{% $states.context.Map.Item.Value %}',
            at: '{% $states.context.Map.Item.Index %}',
          },
        },
        pass({ in: '{% $states.input %}', again: '{% $states.context.Map.Item.Value %}' }),
      ),
      { order: 7, items: ['a', 'b'] },
    );
    expect(run.output).toEqual([
      { in: { order: 7, value: 'a', at: 0 }, again: 'a' },
      { in: { order: 7, value: 'b', at: 1 }, again: 'b' },
    ]);
  });

  test('MaxConcurrency limits how many run at once', async () => {
    const hold = manual();
    cloud = new Cloud({ work: hold.handler });
    await cloud.create(map({ MaxConcurrency: '{% 2 %}' }));
    const arn = await cloud.start({ items: [0, 1, 2, 3] });
    for (const [at, count] of [
      [0, 2],
      [1, 3],
      [2, 4],
      [3, 4],
    ] as const) {
      await cloud.reached(arn, 'TaskStarted', count);
      expect(hold.calls).toHaveLength(count);
      hold.calls[at]?.answer(at);
    }
    expect((await cloud.finished(arn)).output).toEqual([0, 1, 2, 3]);
  });

  test('an item that fails stops the others', async () => {
    const hold = manual();
    cloud = new Cloud({ work: hold.handler });
    await cloud.create(map());
    const arn = await cloud.start({ items: [0, 1, 2] });
    await cloud.reached(arn, 'TaskStarted', 3);
    hold.calls[1]?.fail(new TaskError('Broken', 'x'));
    const run = await cloud.finished(arn);
    expect(run).toMatchObject({ status: 'FAILED', error: 'Broken' });
    const failed = run.history.find(({ type }) => type === 'TaskFailed')?.id;
    const tail = run.history.filter(({ id }) => id > (failed ?? 0));
    expect(tail.map(({ previousEventId, type }) => [previousEventId, type])).toEqual([
      [failed, 'MapIterationFailed'],
      [failed, 'TaskStateAborted'],
      [failed, 'MapIterationAborted'],
      [failed, 'TaskStateAborted'],
      [failed, 'MapIterationAborted'],
      [failed, 'MapStateFailed'],
      [tail.at(-2)?.id, 'ExecutionFailed'],
    ]);
  });

  const odd = (n: Json): Json => (Number(n) % 2 ? fail() : n);

  test('ToleratedFailureCount lets so many fail', async () => {
    cloud = new Cloud({ work: odd });
    const run = await cloud.run(map({ ToleratedFailureCount: 2 }), { items: [0, 1, 2, 3] });
    const failure = { Error: 'Broken', Cause: 'it broke' };
    expect(run.output).toEqual([0, failure, 2, failure]);
  });

  test('ToleratedFailurePercentage, exceeded', async () => {
    cloud = new Cloud({ work: odd });
    const run = await cloud.run(map({ ToleratedFailurePercentage: 49 }), { items: [0, 1, 2, 3] });
    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
  });

  test('an object is gone through by its keys', async () => {
    cloud = new Cloud();
    const run = await cloud.run(
      map({}, pass('{% $states.context.Map.Item.Key & $string($states.input) %}')),
      { items: { a: 1, b: 2 } },
    );
    expect(run.output).toEqual(['a1', 'b2']);
  });

  test('Items that are no array fail the state, which can catch it', async () => {
    cloud = new Cloud();
    const run = await cloud.run(map(), { items: 5 });
    expect(run).toMatchObject({ error: 'States.QueryEvaluationError' });
    expect(run.cause).toContain("Expected 'array' or 'object', but was 'number'");
  });

  test('an ItemSelector that fails ends the Map and its iterations', async () => {
    cloud = new Cloud({ work: () => new Promise<Json>(() => {}) });
    const run = await cloud.run(
      map({ ItemSelector: '{% $states.context.Map.Item.Value.x %}', Catch: [] }),
      { items: [{ x: 1 }, {}] },
    );
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(types(run.history)).toContain('MapIterationAborted');
  });

  test('a hundred iterations over three restarts all end once', async () => {
    const hold = manual();
    cloud = new Cloud({ work: hold.handler });
    await cloud.create(map({ MaxConcurrency: 10 }));
    const items = Array.from({ length: 30 }, (_, n) => n);
    const arn = await cloud.start({ items });
    let answered = 0;
    for (const stop of [8, 20, 30]) {
      while (answered < stop) {
        await cloud.reached(arn, 'TaskStarted', Math.min(answered + 10, 30));
        const open = hold.calls.shift();
        if (!open) continue;
        open.answer(Number(open.payload) * 10);
        answered++;
        await cloud.reached(arn, 'TaskSucceeded', answered);
      }
      hold.calls.splice(0);
      if (answered < 30) await cloud.restart();
    }
    const run = await cloud.finished(arn);
    expect(run.output).toEqual(items.map((n) => n * 10));
    expect(types(run.history).filter((type) => type === 'MapIterationSucceeded')).toHaveLength(30);
  });
});
