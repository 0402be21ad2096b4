import { afterEach, describe, expect, test } from 'vitest';
import { type Json, type JsonObject, TaskError } from '../../local/contracts.ts';
import { Cloud, lambda, single, types } from './cloud.ts';

let cloud: Cloud;
afterEach(() => cloud.close());

const work = (name: string, more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: lambda(name), Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  End: true,
  ...more,
});
const broken = (): Json => {
  throw new TaskError('Broken', 'x');
};
const redrive = (executionArn: string) => cloud.call('RedriveExecution', { executionArn });

describe('RedriveExecution', () => {
  test('runs on from the state that failed, with its variables, and counts', async () => {
    cloud = new Cloud({ first: () => 'one', second: broken });
    const run = await cloud.run({
      StartAt: 'First',
      States: {
        First: {
          ...work('first'),
          End: undefined as unknown as Json,
          Assign: { v: 7 },
          Next: 'Second',
        },
        Second: work('second', {
          Output: {
            r: '{% $states.result.Payload %}',
            v: '{% $v %}',
            n: '{% $states.context.Execution.RedriveCount %}',
          },
        }),
      },
    });
    expect(run.status).toBe('FAILED');
    await expect.poll(() => cloud.undelivered()).toBe(0);
    await cloud.restart();
    cloud.functions.second = () => 'two';
    const { redriveDate } = await redrive(run.arn);
    expect(redriveDate).toEqual(expect.any(Number));
    const again = await cloud.finished(run.arn);
    expect(again).toMatchObject({ status: 'SUCCEEDED', output: { r: 'two', v: 7, n: 1 } });
    expect(cloud.invoked.map(({ name }) => name)).toEqual(['first', 'second', 'second']);
    expect(types(again.history).slice(run.history.length)).toEqual([
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(again.history[run.history.length]).toMatchObject({
      executionRedrivenEventDetails: { redriveCount: 1 },
    });
    expect(await cloud.describe(run.arn)).toMatchObject({
      redriveCount: 1,
      redriveDate,
      redriveStatus: 'NOT_REDRIVABLE',
    });
    await expect
      .poll(() => cloud.events.map((event) => event.detail.status))
      .toEqual(['RUNNING', 'FAILED', 'RUNNING', 'SUCCEEDED']);
  });

  test('repeats only the branches of a Parallel that had not ended well', async () => {
    cloud = new Cloud({ good: () => 'g', bad: broken });
    const branches = ['good', 'bad'].map((name) => ({
      StartAt: name,
      States: { [name]: work(name) },
    }));
    await cloud.create(single({ Type: 'Parallel', Branches: branches }));
    let release: (value: Json) => void = () => {};
    const gate = new Promise<Json>((resolve) => (release = resolve));
    cloud.functions.bad = async () => {
      await gate;
      return broken();
    };
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSucceeded');
    release(null);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED' });
    cloud.functions.bad = () => 'b';
    await redrive(arn);
    expect((await cloud.finished(arn)).output).toEqual(['g', 'b']);
    expect(cloud.invoked.map(({ name }) => name).sort()).toEqual(['bad', 'bad', 'good']);
  });

  test('goes on with an execution that was stopped or timed out', async () => {
    cloud = new Cloud({ hang: () => new Promise<Json>(() => {}) });
    await cloud.create({ TimeoutSeconds: 10, ...single(work('hang')) });
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskStarted');
    cloud.clock.advance(10_500);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'TIMED_OUT' });
    await redrive(arn);
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    cloud.clock.advance(9_000);
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    await cloud.call('StopExecution', { executionArn: arn });
    cloud.functions.hang = () => 'now';
    await redrive(arn);
    expect((await cloud.finished(arn)).output).toBe('now');
  });

  test('is refused for what runs, has succeeded, or is too old', async () => {
    cloud = new Cloud({ bad: broken });
    const good = await cloud.run(single({ Type: 'Pass' }));
    await expect(redrive(good.arn)).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
      message: 'Execution is SUCCEEDED and cannot be redriven',
    });
    await cloud.create(single({ Type: 'Wait', Seconds: 99_999_999 }), 'waiting');
    const runs = await cloud.start(
      {},
      'w',
      'arn:aws:states:us-east-1:000000000000:stateMachine:waiting',
    );
    await expect(redrive(runs)).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
    await cloud.call('StopExecution', { executionArn: runs });
    cloud.clock.advance(15 * 24 * 3600 * 1000);
    await expect(redrive(runs)).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
    expect(await cloud.describe(runs)).toMatchObject({ redriveStatus: 'NOT_REDRIVABLE' });
  });
});

describe('StopExecution', () => {
  test('aborts, with error and cause, and ignores what comes later', async () => {
    let answer: (value: Json) => void = () => {};
    cloud = new Cloud({ hang: () => new Promise<Json>((resolve) => (answer = resolve)) });
    await cloud.create(single(work('hang')));
    const executionArn = await cloud.start();
    await cloud.reached(executionArn, 'TaskStarted');
    const { stopDate } = await cloud.call('StopExecution', {
      executionArn,
      error: 'E',
      cause: 'C',
    });
    expect(await cloud.describe(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'E',
      cause: 'C',
      stopDate,
    });
    answer('late');
    expect(types(await cloud.history(executionArn)).slice(-2)).toEqual([
      'TaskStateAborted',
      'ExecutionAborted',
    ]);
  });

  test('changes nothing about an execution that has ended', async () => {
    cloud = new Cloud();
    const run = await cloud.run(single({ Type: 'Pass' }));
    await cloud.call('StopExecution', { executionArn: run.arn });
    expect(await cloud.describe(run.arn)).toMatchObject({ status: 'SUCCEEDED' });
  });
});
