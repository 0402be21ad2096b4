import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../local/contracts.ts';
import { Cloud, lambda, single, types } from './cloud.ts';

const CHILD = 'arn:aws:states:us-east-1:000000000000:stateMachine:child';
let cloud: Cloud;
beforeEach(() => {
  cloud = new Cloud();
});
afterEach(() => cloud.close());

const starting = (pattern: string, more: JsonObject = {}): JsonObject =>
  single({
    Type: 'Task',
    Resource: `arn:aws:states:::states:startExecution${pattern}`,
    Arguments: { StateMachineArn: CHILD, Input: { n: '{% $states.input.n %}' } },
    ...more,
  });

describe('states:startExecution', () => {
  test('starts and goes on', async () => {
    await cloud.create(single({ Type: 'Wait', Seconds: 1000 }), 'child');
    const run = await cloud.run(starting(''), { n: 1 });
    const { ExecutionArn } = run.output as { ExecutionArn: string };
    expect(await cloud.describe(ExecutionArn)).toMatchObject({
      status: 'RUNNING',
      input: '{"n":1}',
    });
    expect(types(run.history)).not.toContain('TaskSubmitted');
  });

  test.for<[string, (text: string) => Json]>([
    ['.sync', (text) => text],
    ['.sync:2', (text) => JSON.parse(text) as Json],
  ])('%s waits for the end', async ([pattern, data]) => {
    await cloud.create(
      single({ Type: 'Pass', Output: { doubled: '{% $states.input.n * 2 %}' } }),
      'child',
    );
    const run = await cloud.run(starting(pattern), { n: 4 });
    expect(run.output).toMatchObject({
      Status: 'SUCCEEDED',
      StateMachineArn: CHILD,
      Input: data('{"n":4}'),
      Output: data('{"doubled":8}'),
    });
    expect(types(run.history)).toContain('TaskSubmitted');
  });

  test('fails when the child fails', async () => {
    await cloud.create(single({ Type: 'Fail', Error: 'E', Cause: 'C' }), 'child');
    const run = await cloud.run(starting('.sync:2'), { n: 1 });
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(run.cause ?? '')).toMatchObject({ Error: 'E', Cause: 'C', Status: 'FAILED' });
  });

  test('an unknown machine is an error of the task', async () => {
    const run = await cloud.run(starting('.sync:2'), { n: 1 });
    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'StepFunctions.StateMachineDoesNotExistException',
    });
  });

  test('finds its child again after a restart, running or ended', async () => {
    await cloud.create(single({ Type: 'Wait', Seconds: 100, Output: 'over' }), 'child');
    await cloud.create(starting('.sync:2', { Output: '{% $states.result.Output %}' }));
    const arn = await cloud.start({ n: 1 });
    await cloud.reached(arn, 'TaskSubmitted');
    await cloud.restart();
    cloud.clock.advance(101_000);
    expect((await cloud.finished(arn)).output).toBe('over');
    const { executions } = await cloud.call('ListExecutions', { stateMachineArn: CHILD });
    expect(executions).toHaveLength(1);
  });

  test('a parent that is stopped stops its child', async () => {
    await cloud.create(single({ Type: 'Wait', Seconds: 100 }), 'child');
    await cloud.create(starting('.sync'));
    const arn = await cloud.start({ n: 1 });
    const { taskSubmittedEventDetails: details } = await cloud.reached(arn, 'TaskSubmitted');
    const { ExecutionArn } = JSON.parse((details as { output: string }).output) as {
      ExecutionArn: string;
    };
    await cloud.call('StopExecution', { executionArn: arn });
    expect(await cloud.ended(ExecutionArn)).toMatchObject({ status: 'ABORTED' });
  });
});

test('other services get their arguments and give their answer', async () => {
  cloud.functions['aws-sdk:dynamodb:getItem'] = (args) => ({ Item: args });
  const run = await cloud.run(
    single({
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:getItem',
      Arguments: { TableName: 't' },
    }),
  );
  expect(run.output).toEqual({ Item: { TableName: 't' } });
  expect(run.history[3]).toMatchObject({
    taskStartedEventDetails: { resourceType: 'aws-sdk:dynamodb', resource: 'getItem' },
  });
});

describe('limits', () => {
  const big = 'x'.repeat(256 * 1024);
  const work = (more: JsonObject = {}): JsonObject => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: lambda('work') },
    ...more,
  });

  test('a result above 256 KiB is States.DataLimitExceeded, which States.ALL does not catch', async () => {
    cloud.functions.work = () => big;
    const definition = (name: string): JsonObject => ({
      StartAt: 'State',
      States: {
        State: { ...work(), Catch: [{ ErrorEquals: [name], Next: 'Caught' }], End: true },
        Caught: { Type: 'Pass', Output: 'caught', End: true },
      },
    });
    const run = await cloud.run(definition('States.ALL'));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(run.cause).toContain("'State' returned a result with a size exceeding");
    await cloud.create(definition('States.DataLimitExceeded'), 'child');
    expect((await cloud.finished(await cloud.start({}, 'x', CHILD))).output).toBe('caught');
  });

  test('so is an Output above 256 KiB; UTF-8 counts', async () => {
    const run = await cloud.run(single({ Type: 'Pass', Output: "{% $pad('', 131072, 'é') %}" }));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    await cloud.create(single({ Type: 'Pass', Output: "{% $pad('', 131071, 'é') %}" }), 'child');
    expect(await cloud.ended(await cloud.start({}, 'x', CHILD))).toMatchObject({
      status: 'SUCCEEDED',
    });
  });

  test('an execution ends with its 25,000th event', async () => {
    const loop = {
      StartAt: 'A',
      States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } },
    };
    await cloud.create(loop);
    const executionArn = await cloud.start();
    expect(await cloud.ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
      redriveStatus: 'NOT_REDRIVABLE',
    });
    const { events } = await cloud.call('GetExecutionHistory', {
      executionArn,
      reverseOrder: true,
      maxResults: 2,
    });
    expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }, { id: 24_999 }]);
  });
});
