import { afterEach, describe, expect, test } from 'vitest';
import { type Json, TaskError } from '../../local/contracts.ts';
import { Cloud, lambda, single, types } from './cloud.ts';

let cloud: Cloud;
afterEach(() => cloud.close());

const invoke = (more: Record<string, Json> = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: lambda('work'), Payload: '{% $states.input %}' },
  ...more,
});

const raise =
  (errorType: string, errorMessage = 'boom') =>
  () => {
    throw new TaskError(errorType, JSON.stringify({ errorType, errorMessage, trace: [] }));
  };

describe('lambda:invoke', () => {
  test('gives the result as AWS does and records its events', async () => {
    cloud = new Cloud({ work: (payload) => ({ got: payload }) });
    const run = await cloud.run(single(invoke()), { a: 1 });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.output).toEqual({
      ExecutedVersion: '$LATEST',
      Payload: { got: { a: 1 } },
      StatusCode: 200,
    });
    expect(run.history.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual(
      [
        [1, 0, 'ExecutionStarted'],
        [2, 0, 'TaskStateEntered'],
        [3, 2, 'TaskScheduled'],
        [4, 3, 'TaskStarted'],
        [5, 4, 'TaskSucceeded'],
        [6, 5, 'TaskStateExited'],
        [7, 6, 'ExecutionSucceeded'],
      ],
    );
    expect(run.history[2]?.taskScheduledEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke',
      region: 'us-east-1',
      parameters: JSON.stringify({ FunctionName: lambda('work'), Payload: { a: 1 } }),
    });
  });

  test('a function that throws fails the task with its error type and JSON', async () => {
    cloud = new Cloud({ work: raise('Declined') });
    const run = await cloud.run(single(invoke()));
    expect(run).toMatchObject({ status: 'FAILED', error: 'Declined' });
    expect(JSON.parse(run.cause ?? '')).toEqual({
      errorType: 'Declined',
      errorMessage: 'boom',
      trace: [],
    });
    expect(types(run.history).slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed']);
  });
});

describe('waitForTaskToken', () => {
  const callback = invoke({
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: {
      FunctionName: lambda('work'),
      Payload: { token: '{% $states.context.Task.Token %}' },
    },
  });

  test('waits for the token after the answer', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    await cloud.create(single(callback));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    const token = cloud.token();
    await cloud.call('SendTaskSuccess', { taskToken: token, output: '{"paid":true}' });
    const run = await cloud.finished(arn);
    expect(run.output).toEqual({ paid: true });
    await expect(
      cloud.call('SendTaskSuccess', { taskToken: token, output: '1' }),
    ).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
  });

  test('a restart keeps waiting on the same token', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    await cloud.create(single(callback));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    await cloud.restart();
    const token = cloud.token();
    await cloud.call('SendTaskSuccess', { taskToken: token, output: '7' });
    const run = await cloud.finished(arn);
    expect(run.output).toBe(7);
    expect(cloud.invoked).toHaveLength(1);
  });
});
