import { afterEach, describe, expect, test } from 'vitest';
import { type Json, type JsonObject, TaskError } from '../../local/contracts.ts';
import { Cloud, lambda, types } from './cloud.ts';

let cloud: Cloud;
afterEach(() => cloud.close());

/** Throws the errors of `script` one after the other, then answers `'done'`. */
function script(...errors: string[]) {
  const left = [...errors];
  return (): Json => {
    const error = left.shift();
    if (error) throw new TaskError(error, `it was ${error}`);
    return 'done';
  };
}

function machine(task: JsonObject, caught: JsonObject = {}): JsonObject {
  return {
    StartAt: 'Work',
    States: {
      Work: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: {
          FunctionName: lambda('work'),
          Payload: '{% $states.context.State.RetryCount %}',
        },
        Output: '{% $states.result.Payload %}',
        End: true,
        ...task,
      },
      ...(task.Catch ? { Caught: { Type: 'Pass', End: true, ...caught } } : {}),
    },
  };
}

async function start(functions: Cloud['functions'], definition: JsonObject): Promise<string> {
  cloud = new Cloud(functions);
  await cloud.create(definition);
  return cloud.start({ order: 1 });
}

describe('Retry', () => {
  test('waits by interval and backoff, counts, and schedules again', async () => {
    const arn = await start(
      { work: script('Flaky', 'Flaky') },
      machine({
        Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 10, BackoffRate: 3, MaxAttempts: 2 }],
      }),
    );
    await cloud.reached(arn, 'TaskFailed');
    cloud.clock.advance(9_000);
    expect(cloud.invoked).toHaveLength(1);
    cloud.clock.advance(1_500);
    await cloud.reached(arn, 'TaskFailed', 2);
    cloud.clock.advance(29_000);
    expect(cloud.invoked).toHaveLength(2);
    cloud.clock.advance(1_500);
    const run = await cloud.finished(arn);
    expect(run.output).toBe('done');
    expect(cloud.invoked.map(({ payload }) => payload)).toEqual([0, 1, 2]);
    expect(
      run.history
        .filter(({ type }) => /^Task(State|Failed|Scheduled)/.test(type))
        .map(({ id, previousEventId, type }) => [id, previousEventId, type]),
    ).toEqual([
      [2, 0, 'TaskStateEntered'],
      [3, 2, 'TaskScheduled'],
      [5, 4, 'TaskFailed'],
      [6, 5, 'TaskScheduled'],
      [8, 7, 'TaskFailed'],
      [9, 8, 'TaskScheduled'],
      [12, 11, 'TaskStateExited'],
    ]);
  });

  test('gives up after MaxAttempts, and leaves other errors alone', async () => {
    const Retry = [{ ErrorEquals: ['Flaky'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const arn = await start({ work: script('Flaky', 'Flaky', 'Flaky') }, machine({ Retry }));
    await cloud.reached(arn, 'TaskFailed');
    cloud.clock.advance(1_000);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'Flaky' });
    await cloud.close();
    const other = await start({ work: script('Other') }, machine({ Retry }));
    expect(await cloud.ended(other)).toMatchObject({ status: 'FAILED', error: 'Other' });
  });

  test('each retrier has its own count', async () => {
    const arn = await start(
      { work: script('A', 'B', 'A', 'B') },
      machine({
        Retry: [
          { ErrorEquals: ['A'], IntervalSeconds: 1, MaxAttempts: 2 },
          { ErrorEquals: ['B'], IntervalSeconds: 1, MaxAttempts: 1 },
        ],
      }),
    );
    for (const count of [1, 2, 3]) {
      await cloud.reached(arn, 'TaskFailed', count);
      cloud.clock.advance(4_000);
    }
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'B' });
  });

  test('MaxAttempts 0 never retries', async () => {
    const Retry: Json[] = [{ ErrorEquals: ['A'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }];
    const arn = await start({ work: script('A') }, machine({ Retry }));
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'A' });
  });
});

describe('Catch', () => {
  test('goes to Next with the error output', async () => {
    const arn = await start(
      { work: script('Declined') },
      machine({ Catch: [{ ErrorEquals: ['Declined'], Next: 'Caught' }] }),
    );
    const run = await cloud.finished(arn);
    expect(run.output).toEqual({ Error: 'Declined', Cause: 'it was Declined' });
    expect(types(run.history).slice(4)).toEqual([
      'TaskFailed',
      'TaskStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('has its own Output and Assign, which see input and errorOutput', async () => {
    const arn = await start(
      { work: script('Declined') },
      machine(
        {
          Catch: [
            {
              ErrorEquals: ['States.ALL'],
              Next: 'Caught',
              Output: { input: '{% $states.input %}', error: '{% $states.errorOutput.Error %}' },
              Assign: { why: '{% $states.errorOutput.Cause %}' },
            },
          ],
        },
        { Output: { in: '{% $states.input %}', why: '{% $why %}' } },
      ),
    );
    const run = await cloud.finished(arn);
    expect(run.output).toEqual({
      in: { input: { order: 1 }, error: 'Declined' },
      why: 'it was Declined',
    });
  });

  test('comes after the retries are used up', async () => {
    const arn = await start(
      { work: script('Flaky', 'Flaky') },
      machine({
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      }),
    );
    await cloud.reached(arn, 'TaskFailed');
    cloud.clock.advance(1_000);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(cloud.invoked).toHaveLength(2);
  });

  test.for(['Arguments', 'Output'])('catches a failing expression in %s', async (field) => {
    const arn = await start(
      { work: () => 'fine' },
      machine({
        [field]: { FunctionName: lambda('work'), x: '{% $states.input.missing %}' },
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }],
      }),
    );
    const run = await cloud.finished(arn);
    expect(run.status).toBe('SUCCEEDED');
    expect(types(run.history)).toContain('EvaluationFailed');
  });

  test('an expression of its own that fails ends the execution', async () => {
    const arn = await start(
      { work: script('A') },
      machine({
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $states.input.none %}' },
        ],
      }),
    );
    const run = await cloud.finished(arn);
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(run.history.at(-2)).toMatchObject({
      evaluationFailedEventDetails: { location: 'Catch[0]/Output' },
    });
  });

  test('a service that fails without a name is States.TaskFailed', async () => {
    const arn = await start(
      {
        work: () => {
          throw new Error('socket hang up');
        },
      },
      machine({ Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }] }),
    );
    expect((await cloud.finished(arn)).output).toEqual({
      Error: 'States.TaskFailed',
      Cause: 'socket hang up',
    });
  });
});
