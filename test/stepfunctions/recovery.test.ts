import { afterEach, describe, expect, test } from 'vitest';
import { type Json, type JsonObject, TaskError } from '../../local/contracts.ts';
import { Cloud, lambda, single, types } from './cloud.ts';

let cloud: Cloud;
afterEach(() => cloud.close());

const work = (more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: lambda('work'), Payload: { id: '{% $uuid() %}' } },
  End: true,
  ...more,
});
const never = () => new Promise<Json>(() => {});

describe('after a kill', () => {
  test('a call that had no answer is made again with the same arguments', async () => {
    cloud = new Cloud({ work: never });
    await cloud.create(single(work()));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskStarted');
    cloud.functions.work = () => 'second';
    await cloud.restart();
    expect(await cloud.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(cloud.invoked).toHaveLength(2);
    expect(cloud.invoked[0]).toEqual(cloud.invoked[1]);
    expect(types(await cloud.history(arn)).filter((type) => type === 'TaskScheduled')).toHaveLength(
      1,
    );
  });

  test('a callback that had no answer is called again with the same token, which then counts', async () => {
    cloud = new Cloud({ work: never });
    const Resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
    const Arguments = {
      FunctionName: lambda('work'),
      Payload: { token: '{% $states.context.Task.Token %}' },
    };
    await cloud.create(single(work({ Resource, Arguments })));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskStarted');
    const token = cloud.token();
    await cloud.restart();
    await expect.poll(() => cloud.invoked.length).toBe(2);
    expect(cloud.token()).toBe(token);
    await cloud.call('SendTaskSuccess', { taskToken: token, output: '3' });
    expect((await cloud.finished(arn)).output).toBe(3);
  });

  test('a callback that was submitted is not called again', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    const Resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
    const Arguments = {
      FunctionName: lambda('work'),
      Payload: { token: '{% $states.context.Task.Token %}' },
    };
    await cloud.create(single(work({ Resource, Arguments, TimeoutSeconds: 100 })));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    cloud.clock.advance(50_000);
    await cloud.restart();
    cloud.clock.advance(49_000);
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    cloud.clock.advance(1_500);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(cloud.invoked).toHaveLength(1);
  });

  test('a Wait ends at the time that it had', async () => {
    cloud = new Cloud();
    await cloud.create(single({ Type: 'Wait', Seconds: 100 }));
    const arn = await cloud.start();
    await cloud.reached(arn, 'WaitStateEntered');
    cloud.clock.advance(90_000);
    await cloud.restart();
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    cloud.clock.advance(10_500);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('a retry keeps its time and its count', async () => {
    cloud = new Cloud({
      work: () => {
        throw new TaskError('Flaky', 'x');
      },
    });
    await cloud.create(
      single(
        work({
          Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 10, BackoffRate: 1, MaxAttempts: 2 }],
        }),
      ),
    );
    const arn = await cloud.start();
    for (const count of [1, 2]) {
      await cloud.reached(arn, 'TaskFailed', count);
      await cloud.restart();
      cloud.clock.advance(9_000);
      expect(cloud.invoked).toHaveLength(count);
      cloud.clock.advance(1_500);
    }
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'Flaky' });
    expect(cloud.invoked).toHaveLength(3);
  });

  test('a new definition is not for executions that run', async () => {
    cloud = new Cloud();
    const machine = (Output: string): JsonObject => ({
      StartAt: 'Rest',
      States: {
        Rest: { Type: 'Wait', Seconds: 10, Next: 'Say' },
        Say: { Type: 'Pass', Output, End: true },
      },
    });
    const stateMachineArn = await cloud.create(machine('old'));
    const before = await cloud.start();
    await cloud.call('UpdateStateMachine', {
      stateMachineArn,
      definition: JSON.stringify({ QueryLanguage: 'JSONata', ...machine('new') }),
    });
    const after = await cloud.start();
    await cloud.restart();
    cloud.clock.advance(11_000);
    expect((await cloud.finished(before)).output).toBe('old');
    expect((await cloud.finished(after)).output).toBe('new');
    const described = await cloud.call('DescribeStateMachineForExecution', {
      executionArn: before,
    });
    expect(described.definition).toContain('old');
  });

  test('what has ended stays as it is', async () => {
    cloud = new Cloud();
    const run = await cloud.run(single({ Type: 'Pass' }), 5);
    await cloud.restart();
    expect(await cloud.finished(run.arn)).toEqual(run);
    expect(cloud.invoked).toEqual([]);
  });
});

describe('status events', () => {
  const detail = (at: number) => cloud.events[at]?.detail;

  test('tell the start and the end as AWS does', async () => {
    cloud = new Cloud();
    const run = await cloud.run(single({ Type: 'Pass', Output: 'out' }), { in: 1 });
    await expect.poll(() => cloud.events.length).toBe(2);
    expect(cloud.events[0]).toMatchObject({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [run.arn],
    });
    const common = {
      executionArn: run.arn,
      stateMachineArn: expect.stringMatching(/:stateMachine:machine$/),
      name: run.arn.split(':').at(-1),
      startDate: expect.any(Number),
      input: '{"in":1}',
      inputDetails: { included: true },
      error: null,
      cause: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'NOT_REDRIVABLE',
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
    };
    expect(detail(0)).toEqual({
      ...common,
      status: 'RUNNING',
      stopDate: null,
      output: null,
      outputDetails: null,
      redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
    });
    expect(detail(1)).toEqual({
      ...common,
      status: 'SUCCEEDED',
      stopDate: expect.any(Number),
      output: '"out"',
      outputDetails: { included: true },
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
    expect(Math.abs(Number(detail(1)?.stopDate) - Date.now())).toBeLessThan(60_000);
  });

  test('tell failures, aborts and timeouts', async () => {
    cloud = new Cloud();
    await cloud.create({ TimeoutSeconds: 5, ...single({ Type: 'Wait', Seconds: 60 }) });
    const aborted = await cloud.start();
    await cloud.call('StopExecution', {
      executionArn: aborted,
      error: 'Enough',
      cause: 'asked to',
    });
    const late = await cloud.start();
    cloud.clock.advance(5_500);
    await cloud.ended(late);
    await cloud.create(single({ Type: 'Fail', Error: 'E', Cause: 'C' }), 'failing');
    const failed = await cloud.start(
      {},
      'f',
      'arn:aws:states:us-east-1:000000000000:stateMachine:failing',
    );
    await cloud.ended(failed);
    await expect.poll(() => cloud.events.length).toBe(6);
    const ends = cloud.events
      .filter((event) => event.detail.status !== 'RUNNING')
      .map((event) => event.detail);
    expect(ends).toMatchObject([
      { status: 'ABORTED', error: 'Enough', cause: 'asked to', executionArn: aborted },
      { status: 'TIMED_OUT', error: null, cause: null, executionArn: late },
      {
        status: 'FAILED',
        error: 'E',
        cause: 'C',
        executionArn: failed,
        redriveStatus: 'REDRIVABLE',
      },
    ]);
  });

  test('are kept until the bus takes them, over a restart', async () => {
    cloud = new Cloud();
    cloud.putServiceEvent = async () => {
      throw new Error('the bus is down');
    };
    await cloud.run(single({ Type: 'Pass' }));
    await cloud.restart();
    expect(cloud.events).toEqual([]);
    cloud.putServiceEvent = async (event) => {
      cloud.events.push(event);
    };
    await cloud.restart();
    await expect
      .poll(() => cloud.events.map((event) => event.detail.status))
      .toEqual(['RUNNING', 'SUCCEEDED']);
  });

  test('are tried again while the process lives', async () => {
    cloud = new Cloud();
    const put = cloud.putServiceEvent;
    cloud.putServiceEvent = async () => {
      throw new Error('the bus is down');
    };
    await cloud.run(single({ Type: 'Pass' }));
    cloud.putServiceEvent = put;
    await expect
      .poll(() => {
        cloud.clock.advance(1_000);
        return cloud.events.length;
      })
      .toBe(2);
  });

  test('of one execution keep their order and hold up no other', async () => {
    cloud = new Cloud();
    await cloud.create(single({ Type: 'Pass' }));
    const put = cloud.putServiceEvent;
    cloud.putServiceEvent = async (event) => {
      if (event.detail.name === 'held') throw new Error('the bus is down for it');
      return put(event);
    };
    await cloud.ended(await cloud.start({}, 'held'));
    await cloud.ended(await cloud.start({}, 'free'));
    const told = () =>
      cloud.events.map(({ detail }) => `${detail.name as string} ${detail.status as string}`);
    await expect.poll(told).toEqual(['free RUNNING', 'free SUCCEEDED']);
    cloud.putServiceEvent = put;
    await expect.poll(() => cloud.undelivered()).toBe(0);
    expect(told().slice(2)).toEqual(['held RUNNING', 'held SUCCEEDED']);
  });

  test('are given once when nothing goes wrong', async () => {
    cloud = new Cloud();
    await cloud.run(single({ Type: 'Pass' }));
    await expect.poll(() => cloud.events.length).toBe(2);
    await expect.poll(() => cloud.undelivered()).toBe(0);
    await cloud.restart();
    expect(cloud.events).toHaveLength(2);
  });
});
