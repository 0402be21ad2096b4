import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../local/contracts.ts';
import { Cloud, lambda, single, types } from './cloud.ts';

let cloud: Cloud;
beforeEach(() => {
  cloud = new Cloud({ hang: () => new Promise<Json>(() => {}), note: () => 'noted' });
});
afterEach(() => cloud.close());

const hanging = (more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: lambda('hang') },
  ...more,
});

const callback = (more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: {
    FunctionName: lambda('note'),
    Payload: { token: '{% $states.context.Task.Token %}' },
  },
  ...more,
});

const caught = (task: JsonObject, name: string): JsonObject => ({
  StartAt: 'State',
  States: {
    State: { ...task, Next: 'Never', Catch: [{ ErrorEquals: [name], Next: 'Caught' }] },
    Never: { Type: 'Fail' },
    Caught: { Type: 'Pass', End: true },
  },
});

describe('TimeoutSeconds', () => {
  test('ends a task with States.Timeout', async () => {
    await cloud.create(single(hanging({ TimeoutSeconds: 30 })));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskStarted');
    cloud.clock.advance(29_000);
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    cloud.clock.advance(1_500);
    const run = await cloud.finished(arn);
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: undefined });
    expect(run.history[2]).toMatchObject({ taskScheduledEventDetails: { timeoutInSeconds: 30 } });
    expect(run.history[4]).toMatchObject({
      type: 'TaskTimedOut',
      taskTimedOutEventDetails: {
        error: 'States.Timeout',
        resourceType: 'lambda',
        resource: 'invoke',
      },
    });
  });

  test('may be an expression, and is caught as States.Timeout', async () => {
    await cloud.create(
      caught(hanging({ TimeoutSeconds: '{% $states.input.limit * 2 %}' }), 'States.Timeout'),
    );
    const arn = await cloud.start({ limit: 5 });
    await cloud.reached(arn, 'TaskStarted');
    cloud.clock.advance(10_500);
    expect((await cloud.finished(arn)).output).toEqual({ Error: 'States.Timeout', Cause: '' });
  });

  test('an answer that comes later is ignored', async () => {
    let answer: (value: Json) => void = () => {};
    cloud.functions.hang = () => new Promise<Json>((resolve) => (answer = resolve));
    await cloud.create(caught(hanging({ TimeoutSeconds: 5 }), 'States.Timeout'));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskStarted');
    cloud.clock.advance(5_500);
    const run = await cloud.finished(arn);
    answer('late');
    expect(types(await cloud.history(arn))).toEqual(types(run.history));
    expect(run.status).toBe('SUCCEEDED');
  });

  test('covers the waiting for a token', async () => {
    await cloud.create(single(callback({ TimeoutSeconds: 900 })));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    const taskToken = cloud.token();
    cloud.clock.advance(901_000);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    await expect(cloud.call('SendTaskSuccess', { taskToken, output: '1' })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
    await expect(cloud.call('SendTaskHeartbeat', { taskToken })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
  });

  test('can not be caught by States.TaskFailed', async () => {
    await cloud.create(caught(hanging({ TimeoutSeconds: 1 }), 'States.TaskFailed'));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskStarted');
    cloud.clock.advance(1_500);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

describe('HeartbeatSeconds', () => {
  test('a missed heartbeat is caught as States.HeartbeatTimeout', async () => {
    await cloud.create(
      caught(callback({ HeartbeatSeconds: 10, TimeoutSeconds: 100 }), 'States.HeartbeatTimeout'),
    );
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    cloud.clock.advance(10_500);
    const run = await cloud.finished(arn);
    expect(run.output).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(run.history[2]).toMatchObject({
      taskScheduledEventDetails: { heartbeatInSeconds: 10, timeoutInSeconds: 100 },
    });
    expect(types(run.history)).toContain('TaskTimedOut');
  });

  test('heartbeats keep the task alive, until its timeout', async () => {
    await cloud.create(single(callback({ HeartbeatSeconds: 10, TimeoutSeconds: 35 })));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    for (const _ of [1, 2, 3, 4]) {
      cloud.clock.advance(8_000);
      await cloud.call('SendTaskHeartbeat', { taskToken: cloud.token() });
    }
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    cloud.clock.advance(3_500);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  test('a heartbeat outlives a restart', async () => {
    await cloud.create(single(callback({ HeartbeatSeconds: 10 })));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    cloud.clock.advance(8_000);
    await cloud.call('SendTaskHeartbeat', { taskToken: cloud.token() });
    await cloud.restart();
    cloud.clock.advance(9_000);
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    cloud.clock.advance(1_500);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

describe("the machine's own TimeoutSeconds", () => {
  test('ends the execution as TIMED_OUT, whatever would catch', async () => {
    await cloud.create({ TimeoutSeconds: 60, ...caught(hanging(), 'States.ALL') });
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskStarted');
    cloud.clock.advance(60_500);
    const run = await cloud.finished(arn);
    expect(run).toMatchObject({ status: 'TIMED_OUT', output: undefined, error: undefined });
    expect(run.history.at(-1)?.type).toBe('ExecutionTimedOut');
    expect(await cloud.describe(arn)).toMatchObject({ redriveStatus: 'REDRIVABLE' });
  });

  test('counts from the start, over a restart', async () => {
    await cloud.create({ TimeoutSeconds: 60, ...single({ Type: 'Wait', Seconds: 600 }) });
    const arn = await cloud.start();
    await cloud.reached(arn, 'WaitStateEntered');
    cloud.clock.advance(50_000);
    await cloud.restart();
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    cloud.clock.advance(10_500);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'TIMED_OUT' });
  });
});
