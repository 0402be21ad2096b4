import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  SFNServiceException,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AwsListener, listenAwsJson } from '../../local/aws-json.ts';
import { Cloud, lambda, MACHINE, ROLE } from './cloud.ts';

let cloud: Cloud;
let listener: AwsListener;
let sfn: SFNClient;

beforeEach(async () => {
  cloud = new Cloud({ work: () => 'noted' });
  listener = await listenAwsJson({ services: [cloud.service], port: 0 });
  sfn = new SFNClient({
    endpoint: listener.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  sfn.destroy();
  await listener.close();
  await cloud.close();
});

const json = (states: object, more: object = {}): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'State', ...more, States: states });
const PASS = json({ State: { Type: 'Pass', End: true } });
const WAIT = json({ State: { Type: 'Wait', Seconds: 1000, End: true } });
const CALLBACK = json({
  State: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: {
      FunctionName: lambda('work'),
      Payload: { token: '{% $states.context.Task.Token %}' },
    },
    HeartbeatSeconds: 60,
    End: true,
  },
});

const create = (definition = PASS, name = 'machine') =>
  sfn.send(new CreateStateMachineCommand({ name, definition, roleArn: ROLE }));
const start = (name?: string, input = '{}') =>
  sfn.send(
    new StartExecutionCommand({ stateMachineArn: MACHINE, ...(name ? { name } : {}), input }),
  );

/** The name of the error that a call is answered with, which the SDK must know as one of the service's. */
async function fault(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SFNServiceException);
  return (error as SFNServiceException).name;
}

describe('state machines', () => {
  test('creating the same one twice is one; another definition is refused', async () => {
    const first = await create();
    const second = await create();
    expect(second).toMatchObject({ stateMachineArn: MACHINE, creationDate: first.creationDate });
    expect(await fault(create(WAIT))).toBe('StateMachineAlreadyExists');
    expect(await fault(create('{"QueryLanguage":"JSONata"}', 'other'))).toBe('InvalidDefinition');
    expect(await fault(create(PASS, 'a name'))).toBe('InvalidName');
    const express = new CreateStateMachineCommand({
      name: 'e',
      definition: PASS,
      roleArn: ROLE,
      type: 'EXPRESS',
    });
    expect(await fault(sfn.send(express))).toBe('StateMachineTypeNotSupported');
  });

  test('are described, updated with a revision, listed in pages, deleted', async () => {
    for (const name of ['c', 'a', 'b']) await create(PASS, name);
    const stateMachineArn = MACHINE.replace('machine:machine', 'machine:x').replace(/[^:]+$/, 'a');
    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(described).toMatchObject({
      name: 'a',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: PASS,
      roleArn: ROLE,
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
    });
    expect(described.creationDate).toBeInstanceOf(Date);
    expect(described.revisionId).toBeUndefined();
    const updated = await sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn, definition: WAIT }),
    );
    const again = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(again).toMatchObject({
      definition: WAIT,
      revisionId: updated.revisionId,
      roleArn: ROLE,
    });
    expect(
      await fault(sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: '{}' }))),
    ).toBe('InvalidDefinition');
    expect(await fault(sfn.send(new UpdateStateMachineCommand({ stateMachineArn })))).toBe(
      'MissingRequiredParameter',
    );

    const page = await sfn.send(new ListStateMachinesCommand({ maxResults: 2 }));
    expect(page.stateMachines?.map(({ name }) => name)).toEqual(['a', 'b']);
    const rest = await sfn.send(
      new ListStateMachinesCommand({ maxResults: 2, nextToken: page.nextToken }),
    );
    expect(rest.stateMachines?.map(({ name }) => name)).toEqual(['c']);
    expect(rest.nextToken).toBeUndefined();

    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    expect(await fault(sfn.send(new DescribeStateMachineCommand({ stateMachineArn })))).toBe(
      'StateMachineDoesNotExist',
    );
  });

  test('definitions are validated without creating anything', async () => {
    const good = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition: PASS }));
    expect(good).toMatchObject({ result: 'OK', diagnostics: [], truncated: false });
    const bad = json({ State: { Type: 'Pass', End: true, Foo: 1, Bar: 2 } });
    const answer = await sfn.send(
      new ValidateStateMachineDefinitionCommand({ definition: bad, maxResults: 1 }),
    );
    expect(answer).toMatchObject({ result: 'FAIL', truncated: true });
    expect(answer.diagnostics).toMatchObject([
      { severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', location: '/States/State' },
    ]);
  });
});

describe('executions', () => {
  test('start, and are described', async () => {
    await create();
    const { executionArn, startDate } = await start('first', '{"a":1}');
    expect(startDate).toBeInstanceOf(Date);
    await cloud.ended(String(executionArn));
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      name: 'first',
      status: 'SUCCEEDED',
      stateMachineArn: MACHINE,
      input: '{"a":1}',
      inputDetails: { included: true },
      output: '{"a":1}',
      outputDetails: { included: true },
      startDate,
      stopDate: expect.any(Date),
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
    });
    const machine = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    expect(machine).toMatchObject({
      definition: PASS,
      name: 'machine',
      updateDate: expect.any(Date),
    });
  });

  test('the same name and input is the same execution while it runs, and never again after', async () => {
    await create(WAIT);
    const first = await start('order-1', '{"n":1}');
    const again = await start('order-1', '{"n":1}');
    expect(again.executionArn).toBe(first.executionArn);
    expect(again.startDate).toEqual(first.startDate);
    expect(await fault(start('order-1', '{"n":2}'))).toBe('ExecutionAlreadyExists');
    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn }));
    expect(await fault(start('order-1', '{"n":1}'))).toBe('ExecutionAlreadyExists');
  });

  test('ten starts of one name at once are one execution', async () => {
    await create(WAIT);
    const all = await Promise.all(Array.from({ length: 10 }, () => start('one')));
    expect(new Set(all.map(({ executionArn }) => executionArn)).size).toBe(1);
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE }));
    expect(executions).toHaveLength(1);
  });

  test('bad starts are refused as AWS refuses them', async () => {
    await create();
    expect(await fault(start('x', 'not json'))).toBe('InvalidExecutionInput');
    expect(await fault(start('x', ''))).toBe('InvalidExecutionInput');
    expect(await fault(start('a name'))).toBe('InvalidName');
    expect(await fault(start('x'.repeat(81)))).toBe('InvalidName');
    expect(await fault(start('x', JSON.stringify('é'.repeat(131_072))))).toBe(
      'ValidationException',
    );
    const at = (stateMachineArn: string) =>
      fault(sfn.send(new StartExecutionCommand({ stateMachineArn })));
    expect(await at('nonsense')).toBe('InvalidArn');
    expect(await at(MACHINE.replace(/[^:]+$/, 'none'))).toBe('StateMachineDoesNotExist');
    const gone = MACHINE.replace('stateMachine', 'execution');
    expect(
      await fault(sfn.send(new DescribeExecutionCommand({ executionArn: `${gone}:none` }))),
    ).toBe('ExecutionDoesNotExist');
    expect(await fault(sfn.send(new DescribeExecutionCommand({ executionArn: 'x' })))).toBe(
      'InvalidArn',
    );
    expect(
      await fault(sfn.send(new GetExecutionHistoryCommand({ executionArn: `${gone}:none` }))),
    ).toBe('ExecutionDoesNotExist');
    expect(
      await fault(sfn.send(new RedriveExecutionCommand({ executionArn: `${gone}:none` }))),
    ).toBe('ExecutionDoesNotExist');
  });

  test('are listed newest first, by status, in pages', async () => {
    await create(WAIT);
    for (const name of ['a', 'b', 'c', 'd']) await start(name);
    const stopped = MACHINE.replace('stateMachine', 'execution');
    await sfn.send(
      new StopExecutionCommand({ executionArn: `${stopped}:b`, error: 'E', cause: 'C' }),
    );
    const list = (more: object = {}) =>
      sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE, ...more }));
    const page = await list({ maxResults: 3 });
    expect(page.executions?.map(({ name }) => name)).toEqual(['d', 'c', 'b']);
    const rest = await list({ maxResults: 3, nextToken: page.nextToken });
    expect(rest.executions?.map(({ name }) => name)).toEqual(['a']);
    expect(rest.nextToken).toBeUndefined();
    expect((await list({ statusFilter: 'ABORTED' })).executions).toMatchObject([
      { name: 'b', stopDate: expect.any(Date) },
    ]);
    expect((await list({ statusFilter: 'RUNNING' })).executions).toHaveLength(3);
    expect(await fault(list({ statusFilter: 'running' }))).toBe('ValidationException');
    expect(await fault(list({ nextToken: 'bogus' }))).toBe('InvalidToken');
    expect(await fault(list({ maxResults: 1001 }))).toBe('ValidationException');
  });
});

describe('the history', () => {
  test('comes in pages, forwards and backwards, with and without data', async () => {
    await create();
    const { executionArn } = await start('h', '{"secret":1}');
    await cloud.ended(String(executionArn));
    const get = (more: object = {}) =>
      sfn.send(new GetExecutionHistoryCommand({ executionArn, ...more }));
    const whole = await get();
    expect(whole.events?.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(whole.nextToken).toBeUndefined();
    expect(whole.events?.[0]).toMatchObject({
      type: 'ExecutionStarted',
      timestamp: expect.any(Date),
      executionStartedEventDetails: {
        input: '{"secret":1}',
        inputDetails: { truncated: false },
        roleArn: ROLE,
      },
    });
    for (const reverseOrder of [false, true]) {
      const ids: (number | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const page = await get({ maxResults: 3, reverseOrder, nextToken });
        ids.push(...(page.events ?? []).map(({ id }) => id));
        nextToken = page.nextToken;
      } while (nextToken);
      expect(ids).toEqual(reverseOrder ? [4, 3, 2, 1] : [1, 2, 3, 4]);
    }
    const bare = await get({ includeExecutionData: false });
    expect(JSON.stringify(bare.events)).not.toContain('secret');
    expect(bare.events?.[1]?.stateEnteredEventDetails?.name).toBe('State');
  });
});

describe('tasks', () => {
  test('are completed over the wire', async () => {
    await create(CALLBACK);
    const { executionArn } = await start();
    await cloud.reached(String(executionArn), 'TaskSubmitted');
    const taskToken = cloud.token();
    await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"ok":true}' }));
    expect(await cloud.ended(String(executionArn))).toMatchObject({ output: '{"ok":true}' });
    expect(await fault(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' })))).toBe(
      'TaskTimedOut',
    );
    expect(await fault(sfn.send(new SendTaskFailureCommand({ taskToken })))).toBe('TaskTimedOut');
    expect(await fault(sfn.send(new SendTaskHeartbeatCommand({ taskToken: 'x' })))).toBe(
      'InvalidToken',
    );
  });
});

test('an operation that there is none is named', async () => {
  await expect(cloud.call('CreateActivity', {})).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: expect.stringContaining("'CreateActivity'"),
  });
});
