import { rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { clientsOf, temporaryFolder } from './fixtures/a-cloud.ts';
import { aFunction, writeAssembly } from './fixtures/an-assembly.ts';
import { type CloudProcess, startCloudProcess } from './fixtures/cloud-process.ts';

const WAIT = { timeout: 15_000, interval: 20 };
const ITEM = { pk: 'written before', value: 1 };
const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:steps';

let assembly: string;
let dataDir: string;
let cloud: CloudProcess;

beforeAll(() => {
  const invoke = (name: string, Next?: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: `\${${name}}`, Payload: {} },
    Assign: { [name]: '{% $states.result.Payload %}' },
    ...(Next === undefined
      ? { Output: '{% $First & $states.result.Payload %}', End: true }
      : { Next }),
  });
  assembly = writeAssembly({
    resources: {
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'things',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        },
      },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'work', VisibilityTimeout: 30 },
      },
      Work: aFunction('work'),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          FunctionName: { Ref: 'Work' },
        },
      },
      First: aFunction('first'),
      Second: aFunction('second'),
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'steps',
          RoleArn: 'arn:aws:iam::000000000000:role/r',
          DefinitionString: JSON.stringify({
            QueryLanguage: 'JSONata',
            StartAt: 'One',
            States: { One: invoke('First', 'Two'), Two: invoke('Second') },
          }),
          DefinitionSubstitutions: {
            First: { 'Fn::GetAtt': ['First', 'Arn'] },
            Second: { 'Fn::GetAtt': ['Second', 'Arn'] },
          },
        },
      },
    },
    code: {
      work: 'export const handler = async () => "done";',
      first: 'export const handler = async () => "first, ";',
      second: 'export const handler = async () => "second";',
    },
  });
  dataDir = temporaryFolder();
});

afterAll(async () => {
  await cloud.kill();
  for (const folder of [assembly, dataDir]) rmSync(folder, { recursive: true, force: true });
});

async function start() {
  cloud = await startCloudProcess(assembly, dataDir);
  const clients = clientsOf(cloud.endpoints);
  return { ...clients, documents: DynamoDBDocumentClient.from(clients.dynamodb) };
}

async function fault(name: string, kind: string): Promise<void> {
  const response = await fetch(`${cloud.endpoints.control}/_faults`, {
    method: 'POST',
    body: JSON.stringify({ function: name, kind }),
  });
  expect(response.status).toBe(200);
}

function listens(url: string): Promise<boolean> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

it.each(['kill_before', 'kill_after'])(
  'an execution that the process dies in (%s) ends after the restart',
  async (kind) => {
    const before = await start();
    await before.documents.send(new PutCommand({ TableName: 'things', Item: ITEM }));
    await fault('Second', kind);
    const { executionArn } = await before.sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await cloud.ended();

    const after = await start();
    await vi.waitFor(async () => {
      const execution = await after.sfn.send(new DescribeExecutionCommand({ executionArn }));
      expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '"first, second"' });
    }, WAIT);
    const { Item } = await after.documents.send(
      new GetCommand({ TableName: 'things', Key: { pk: ITEM.pk } }),
    );
    expect(Item).toEqual(ITEM);
    await cloud.kill();
  },
);

it('a message whose function the process died in is delivered again', async () => {
  const before = await start();
  const QueueUrl = `${cloud.endpoints.sqs}/000000000000/work`;
  await fault('Work', 'kill_after');
  await before.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'once more' }));
  await cloud.ended();

  const after = await start();
  // It is invisible until its visibility timeout is over, as on AWS.
  await fetch(`${cloud.endpoints.control}/_clock`, {
    method: 'POST',
    body: JSON.stringify({ advance_seconds: 31 }),
  });
  await vi.waitFor(async () => {
    const { Attributes } = await after.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: `${cloud.endpoints.sqs}/000000000000/work`,
        AttributeNames: ['All'],
      }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  }, WAIT);
  await cloud.kill();
});

it('kill -9 leaves no server behind', async () => {
  await start();
  const { dynamodb = '', api = '' } = cloud.endpoints;
  expect(await listens(dynamodb)).toBe(true);
  await cloud.kill();
  await vi.waitFor(async () => expect(await listens(dynamodb)).toBe(false), WAIT);
  expect(await listens(api)).toBe(false);
});
