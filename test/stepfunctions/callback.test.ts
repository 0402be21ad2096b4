import { afterEach, describe, expect, test } from 'vitest';
import { type Json, type JsonObject, TaskError } from '../../local/contracts.ts';
import { Cloud, lambda, single, types } from './cloud.ts';

let cloud: Cloud;
afterEach(() => cloud.close());

const callback = (more: JsonObject = {}): JsonObject =>
  single({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: {
      FunctionName: lambda('work'),
      Payload: { token: '{% $states.context.Task.Token %}' },
    },
    ...more,
  });

describe('a callback task', () => {
  test('waits for its token after the call has been answered', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    await cloud.create(callback({ Output: '{% $states.result.paid %}' }));
    const arn = await cloud.start();
    const submitted = await cloud.reached(arn, 'TaskSubmitted');
    expect(submitted.taskSubmittedEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke.waitForTaskToken',
      output: '{"ExecutedVersion":"$LATEST","Payload":"noted","StatusCode":200}',
      outputDetails: { truncated: false },
    });
    await cloud.call('SendTaskSuccess', { taskToken: cloud.token(), output: '{"paid":true}' });
    const run = await cloud.finished(arn);
    expect(run.output).toBe(true);
    expect(types(run.history).slice(4)).toEqual([
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('SendTaskSuccess answers once it is on disk', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    await cloud.create(callback());
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    await cloud.call('SendTaskSuccess', { taskToken: cloud.token(), output: '1' });
    await cloud.restart();
    expect(types(await cloud.history(arn))).toContain('TaskSucceeded');
  });

  test('takes the failure of SendTaskFailure', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    await cloud.create(callback());
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    await cloud.call('SendTaskFailure', {
      taskToken: cloud.token(),
      error: 'Declined',
      cause: 'no money',
    });
    const run = await cloud.finished(arn);
    expect(run).toMatchObject({ status: 'FAILED', error: 'Declined', cause: 'no money' });
    expect(types(run.history)).toContain('TaskFailed');
  });

  test('fails at once when its function throws', async () => {
    cloud = new Cloud({
      work: () => {
        throw new TaskError('Broken', 'x');
      },
    });
    await cloud.create(callback({ TimeoutSeconds: 900 }));
    const arn = await cloud.start();
    expect(await cloud.ended(arn)).toMatchObject({ status: 'FAILED', error: 'Broken' });
    await expect(
      cloud.call('SendTaskSuccess', { taskToken: cloud.token(), output: '1' }),
    ).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test.for<[string, (settle: { answer: (v: Json) => void; fail: (e: Error) => void }) => void]>([
    ['answers', ({ answer }) => answer('late')],
    ['throws', ({ fail }) => fail(new TaskError('Late', 'late'))],
  ])('is done when its token comes before the function %s', async ([, settle]) => {
    let late: Parameters<typeof settle>[0] | undefined;
    cloud = new Cloud({
      work: async (payload) => {
        await cloud.call('SendTaskSuccess', {
          taskToken: (payload as JsonObject).token ?? '',
          output: '"early"',
        });
        return new Promise<Json>((answer, fail) => (late = { answer, fail }));
      },
    });
    await cloud.create(callback());
    const arn = await cloud.start();
    const run = await cloud.finished(arn);
    expect(run.output).toBe('early');
    if (late) settle(late);
    expect(types(await cloud.history(arn))).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('has a new token for each attempt', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    await cloud.create(callback({ Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 1 }] }));
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    const first = cloud.token();
    await cloud.call('SendTaskFailure', { taskToken: first, error: 'Again' });
    cloud.clock.advance(1_000);
    await cloud.reached(arn, 'TaskSubmitted', 2);
    expect(cloud.token()).not.toBe(first);
    await expect(
      cloud.call('SendTaskSuccess', { taskToken: first, output: '1' }),
    ).rejects.toMatchObject({ name: 'TaskTimedOut' });
    await cloud.call('SendTaskSuccess', { taskToken: cloud.token(), output: '2' });
    expect((await cloud.finished(arn)).output).toBe(2);
  });

  test('works for any integration', async () => {
    cloud = new Cloud({ 'sqs:sendMessage': () => ({ MessageId: 'm' }) });
    await cloud.create(
      single({
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Arguments: { QueueUrl: 'q', MessageBody: { token: '{% $states.context.Task.Token %}' } },
      }),
    );
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    const { MessageBody } = (cloud.invoked[0] ?? { payload: {} }).payload as {
      MessageBody: { token: string };
    };
    await cloud.call('SendTaskSuccess', { taskToken: MessageBody.token, output: '"ok"' });
    const run = await cloud.finished(arn);
    expect(run.output).toBe('ok');
    expect(run.history[3]?.taskStartedEventDetails).toEqual({
      resourceType: 'sqs',
      resource: 'sendMessage.waitForTaskToken',
    });
  });
});

describe('tokens', () => {
  test('one that completes twice at once completes once', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    await cloud.create(callback());
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    const taskToken = cloud.token();
    const results = await Promise.allSettled(
      [1, 2, 3].map((n) => cloud.call('SendTaskSuccess', { taskToken, output: String(n) })),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect((await cloud.finished(arn)).output).toBe(1);
  });

  test('faults are named as AWS names them', async () => {
    cloud = new Cloud({ work: () => 'noted' });
    await cloud.create(callback());
    const arn = await cloud.start();
    await cloud.reached(arn, 'TaskSubmitted');
    const send = (taskToken: string, output = '1') =>
      cloud.call('SendTaskSuccess', { taskToken, output });
    await expect(send('nonsense')).rejects.toMatchObject({
      name: 'InvalidToken',
      message: "Invalid Token: 'Invalid token'",
    });
    await expect(send(cloud.token(), '{')).rejects.toMatchObject({ name: 'InvalidOutput' });
    const foreign = Buffer.from(cloud.token(), 'base64url').toString().replace('fc1:1:', 'fc1:99:');
    await expect(send(Buffer.from(foreign).toString('base64url'))).rejects.toMatchObject({
      name: 'TaskDoesNotExist',
    });
    await cloud.call('StopExecution', { executionArn: arn });
    await expect(send(cloud.token())).rejects.toMatchObject({
      name: 'TaskTimedOut',
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    });
  });
});

test('a bare Lambda ARN gives its payload and has its own events', async () => {
  cloud = new Cloud({ work: (n) => Number(n) + 1 });
  const run = await cloud.run(
    single({ Type: 'Task', Resource: lambda('work'), Arguments: '{% $states.input.n %}' }),
    { n: 1 },
  );
  expect(run.output).toBe(2);
  expect(types(run.history)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionStarted',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  expect(run.history[2]?.lambdaFunctionScheduledEventDetails).toEqual({
    resource: lambda('work'),
    input: '1',
    inputDetails: { truncated: false },
  });
});
