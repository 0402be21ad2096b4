import {
  CreateTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../local/contracts.ts';
import { clientsOf, runStack, temporaryFolder } from './fixtures/a-cloud.ts';
import { aFunction, type TestStack } from './fixtures/an-assembly.ts';

const TABLE = {
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: {
    TableName: 'things',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    Replicas: [{ Region: 'us-east-1' }],
  },
};

/** A function that writes what it gets into the table, under `event.pk` or `key`. */
const RECORD = (key: string) => `
  export const handler = async (event) => {
    const send = (item) => fetch(process.env.AWS_ENDPOINT_URL_DYNAMODB, {
      method: 'POST',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.PutItem',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-date': '20260101T000000Z',
        authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a',
      },
      body: JSON.stringify({ TableName: 'things', Item: item }),
    });
    await send({ pk: { S: event.pk ?? '${key}' }, event: { S: JSON.stringify(event) } });
    return { recorded: event.pk ?? '${key}' };
  };`;

function itemsOf(dynamodb: ReturnType<typeof clientsOf>['dynamodb']) {
  return async (pk: string) => {
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: 'things', Key: { pk: { S: pk } }, ConsistentRead: true }),
    );
    if (!Item) throw new Error(`no item ${pk} yet`);
    return JSON.parse(Item.event?.S ?? 'null') as JsonObject;
  };
}

const WAIT = { timeout: 10_000, interval: 20 };

it('brings messages, events and schedules to functions, queues and machines', async () => {
  await using cloud = await runStack({
    resources: {
      Table: TABLE,
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'shop' } },
      Inbox: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'inbox',
          RedrivePolicy: {
            deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] },
            maxReceiveCount: 3,
          },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
      Outbox: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'outbox' } },
      FromQueue: aFunction('fromQueue'),
      FromRule: aFunction('fromRule'),
      FromSchedule: aFunction('fromSchedule'),
      Failing: aFunction('failing'),
      FailingConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Failing' },
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Inbox', 'Arn'] },
          FunctionName: { Ref: 'FromQueue' },
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        },
      },
      Placed: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventBusName: { Ref: 'Bus' },
          EventPattern: { source: ['shop'], 'detail-type': ['Placed'] },
          State: 'ENABLED',
          Targets: [
            { Id: 'queue', Arn: { 'Fn::GetAtt': ['Outbox', 'Arn'] } },
            {
              Id: 'function',
              Arn: { 'Fn::GetAtt': ['FromRule', 'Arn'] },
              InputTransformer: {
                InputPathsMap: { id: '$.detail.id' },
                InputTemplate: '{"pk":"from rule","id":<id>}',
              },
            },
            { Id: 'machine', Arn: { Ref: 'Machine' } },
            { Id: 'failing', Arn: { 'Fn::GetAtt': ['Failing', 'Arn'] } },
          ],
        },
      },
      EveryMinute: {
        Type: 'AWS::Events::Rule',
        Properties: {
          ScheduleExpression: 'rate(1 hour)',
          Targets: [{ Id: 'function', Arn: { 'Fn::GetAtt': ['FromSchedule', 'Arn'] } }],
        },
      },
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'machine',
          RoleArn: 'arn:aws:iam::000000000000:role/r',
          DefinitionString: JSON.stringify({
            QueryLanguage: 'JSONata',
            StartAt: 'Keep',
            States: {
              Keep: { Type: 'Succeed', Output: '{% $states.input.detail %}' },
            },
          }),
        },
      },
    },
    code: {
      fromQueue: RECORD('from queue'),
      fromRule: RECORD('from rule'),
      fromSchedule: RECORD('from schedule'),
      failing: 'export const handler = async () => { throw new Error("no"); };',
    },
  });
  const { sqs, eventBridge, sfn, dynamodb } = clientsOf(cloud.endpoints);
  const item = itemsOf(dynamodb);
  const queueUrl = (name: string) => `${cloud.endpoints.sqs}/000000000000/${name}`;

  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl('inbox'), MessageBody: 'hello' }));
  await eventBridge.send(
    new PutEventsCommand({
      Entries: [
        { EventBusName: 'shop', Source: 'shop', DetailType: 'Placed', Detail: '{"id":42}' },
      ],
    }),
  );

  const fromQueue = await vi.waitFor(() => item('from queue'), WAIT);
  expect(fromQueue).toMatchObject({ Records: [{ body: 'hello', eventSource: 'aws:sqs' }] });
  expect(await vi.waitFor(() => item('from rule'), WAIT)).toEqual({ pk: 'from rule', id: 42 });

  const receive = async (name: string) => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl(name), WaitTimeSeconds: 10 }),
    );
    return JSON.parse(Messages[0]?.Body ?? 'null') as JsonObject;
  };
  expect(await receive('outbox')).toMatchObject({ source: 'shop', detail: { id: 42 } });
  // Not retried, as its EventInvokeConfig says, and then to its destination.
  expect(await receive('dead')).toBeTruthy();

  const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';
  const outputs = await vi.waitFor(async () => {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    const [execution] = executions;
    expect(execution?.status).toBe('SUCCEEDED');
    const { output } = await sfn.send(
      new DescribeExecutionCommand({ executionArn: execution?.executionArn }),
    );
    return output;
  }, WAIT);
  expect(JSON.parse(outputs ?? '')).toEqual({ id: 42 });

  await expect(item('from schedule')).rejects.toThrow('no item');
  cloud.clock.advance(3_600_000);
  expect(await vi.waitFor(() => item('from schedule'), WAIT)).toMatchObject({
    'detail-type': 'Scheduled Event',
  });
});

it('lets machines call functions, queues, buses and tables, and names their errors', async () => {
  const task = (action: string, Arguments: JsonObject, Output: string, Next: string) => ({
    Type: 'Task',
    Resource: `arn:aws:states:::${action}`,
    Arguments,
    Assign: { [action.split(':')[0] ?? '']: Output },
    Next,
  });
  const key = { pk: { S: 'counter' } };
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'Invoke',
    States: {
      Invoke: task(
        'lambda:invoke',
        { FunctionName: '${FunctionArn}', Payload: { pk: 'by machine' } },
        '{% $states.result.Payload.recorded %}',
        'Send',
      ),
      Send: task(
        'sqs:sendMessage',
        { QueueUrl: '${QueueUrl}', MessageBody: { to: 'queue' } },
        '{% $exists($states.result.MessageId) %}',
        'Put',
      ),
      Put: task(
        'dynamodb:putItem',
        {
          TableName: 'things',
          Item: { ...key, n: { N: '1' } },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
        'put',
        'Update',
      ),
      Update: task(
        'dynamodb:updateItem',
        {
          TableName: 'things',
          Key: key,
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
        'updated',
        'Get',
      ),
      Get: task(
        'dynamodb:getItem',
        { TableName: 'things', Key: key },
        '{% $states.result.Item.n.N %}',
        'PutEvents',
      ),
      PutEvents: task(
        'events:putEvents',
        { Entries: [{ Source: 'machine', DetailType: 'Done', Detail: { a: 1 } }] },
        '{% $states.result.FailedEntryCount %}',
        'PutAgain',
      ),
      PutAgain: {
        Type: 'Task',
        Resource: 'arn:aws:states:::dynamodb:putItem',
        Arguments: {
          TableName: 'things',
          Item: key,
          ConditionExpression: 'attribute_not_exists(pk)',
        },
        Catch: [
          {
            ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'],
            Assign: { conflict: true },
            Next: 'Fail',
          },
        ],
        End: true,
      },
      Fail: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: '${FailingArn}', Payload: {} },
        Catch: [
          {
            ErrorEquals: ['OutOfStock'],
            Output:
              '{% {"lambda": $lambda, "sqs": $sqs, "dynamodb": $dynamodb, "events": $events, "conflict": $conflict, "cause": $parse($states.errorOutput.Cause).errorMessage} %}',
            Next: 'End',
          },
        ],
        End: true,
      },
      End: { Type: 'Succeed' },
    },
  };
  await using cloud = await runStack({
    resources: {
      Table: TABLE,
      Queue: { Type: 'AWS::SQS::Queue' },
      Record: aFunction('record'),
      Failing: aFunction('failing'),
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'calls',
          RoleArn: 'arn:aws:iam::000000000000:role/r',
          DefinitionString: JSON.stringify(definition),
          DefinitionSubstitutions: {
            FunctionArn: { 'Fn::GetAtt': ['Record', 'Arn'] },
            FailingArn: { 'Fn::GetAtt': ['Failing', 'Arn'] },
            QueueUrl: { Ref: 'Queue' },
          },
        },
      },
    },
    code: {
      record: RECORD('x'),
      failing:
        'export const handler = async () => { const e = new Error("none left"); e.name = "OutOfStock"; throw e; };',
    },
  });
  const { sfn } = clientsOf(cloud.endpoints);
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: stateMachines[0]?.stateMachineArn, input: '{}' }),
  );
  const ended = await vi.waitFor(async () => {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(execution.status).not.toBe('RUNNING');
    return execution;
  }, WAIT);
  expect(JSON.parse(ended.output ?? '{}')).toEqual({
    lambda: 'by machine',
    sqs: true,
    dynamodb: '2',
    events: 0,
    conflict: true,
    cause: 'none left',
  });
});

describe('secrets and providers', () => {
  const stack: TestStack = {
    resources: {
      Stripe: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: {
          Name: 'stripe',
          SecretString: '{"STRIPE_SECRET_KEY":"","STRIPE_WEBHOOK_SECRET":"","OTHER":"kept"}',
        },
      },
      Generated: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: {
          Name: 'generated',
          GenerateSecretString: {
            SecretStringTemplate: '{"user":"ada"}',
            GenerateStringKey: 'password',
            PasswordLength: 20,
          },
        },
      },
      Pays: aFunction('env', {
        FunctionName: 'pays',
        Environment: {
          Variables: {
            STRIPE_API_BASE: 'https://api.stripe.com',
            TAXJAR_API_BASE: 'https://api.taxjar.com',
            SECRET: { Ref: 'Stripe' },
          },
        },
      }),
      Other: aFunction('env', { FunctionName: 'other' }),
    },
    code: { env: 'export const handler = async () => ({ ...process.env });' },
  };

  async function look(cloud: Awaited<ReturnType<typeof runStack>>) {
    const { secrets } = clientsOf(cloud.endpoints);
    const value = async (SecretId: string) => {
      const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
      return JSON.parse(SecretString) as Record<string, string>;
    };
    const env = (await cloud.lambda.invoke('pays', {})).payload as Record<string, string>;
    return {
      env,
      other: (await cloud.lambda.invoke('other', {})).payload as Record<string, string>,
      stripe: await value(env.SECRET ?? ''),
      generated: await value('generated'),
    };
  }

  it('are local unless a real key is set, at each start anew', async () => {
    const dataDir = temporaryFolder();
    const seen = [];
    for (const settings of [{}, { STRIPE_SECRET_KEY: 'sk_test_real' }, {}]) {
      await using cloud = await runStack(stack, { dataDir, settings });
      const found = await look(cloud);
      expect(found.other).not.toHaveProperty('STRIPE_API_BASE');
      expect(found.env.TAXJAR_API_BASE).toBe(cloud.endpoints.taxjar);
      seen.push({
        ...found,
        local: found.env.STRIPE_API_BASE === cloud.endpoints.stripe,
        base: found.env.STRIPE_API_BASE,
      });
    }
    const [first, second, third] = seen;
    expect(first?.stripe).toEqual({
      STRIPE_SECRET_KEY: 'sk_test_local',
      STRIPE_WEBHOOK_SECRET: expect.stringMatching(/^whsec_/),
      OTHER: 'kept',
    });
    expect(first?.local).toBe(true);
    expect(second?.stripe.STRIPE_SECRET_KEY).toBe('sk_test_real');
    expect(second?.base).toBe('https://api.stripe.com');
    expect(third?.stripe).toEqual(first?.stripe);
    expect(third?.local).toBe(true);
    expect(first?.generated).toEqual({ user: 'ada', password: expect.stringMatching(/^.{20}$/) });
    expect(third?.generated).toEqual(first?.generated);
  });
});

describe('a restart on the same data', () => {
  const rule = (ScheduleExpression: string) => ({
    Type: 'AWS::Events::Rule',
    Properties: {
      ScheduleExpression,
      Targets: [{ Id: 'function', Arn: { 'Fn::GetAtt': ['Record', 'Arn'] } }],
    },
  });
  const machine = (Comment: string) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'same',
      RoleArn: 'arn:aws:iam::000000000000:role/r',
      DefinitionString: JSON.stringify({
        Comment,
        QueryLanguage: 'JSONata',
        StartAt: 'End',
        States: { End: { Type: 'Succeed', Output: Comment } },
      }),
    },
  });
  const record = { Record: aFunction('record') };
  const code = { record: RECORD('x') };

  it('follows the template: machines and rules change, tables keep their items and gain indexes', async () => {
    const dataDir = temporaryFolder();
    {
      await using cloud = await runStack(
        {
          resources: { ...record, Table: TABLE, M: machine('one'), Old: rule('rate(1 day)') },
          code,
        },
        { dataDir },
      );
      await clientsOf(cloud.endpoints).dynamodb.send(
        new PutItemCommand({
          TableName: 'things',
          Item: { pk: { S: 'kept' }, event: { S: '{"kept":true}' } },
        }),
      );
    }
    const indexed = {
      ...TABLE,
      Properties: {
        ...TABLE.Properties,
        AttributeDefinitions: [
          ...TABLE.Properties.AttributeDefinitions,
          { AttributeName: 'status', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-status',
            KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
    };
    await using cloud = await runStack(
      {
        resources: { ...record, Table: indexed, M: machine('two'), New: rule('rate(2 days)') },
        code,
      },
      { dataDir },
    );
    const { eventBridge, dynamodb, sfn } = clientsOf(cloud.endpoints);
    const { Rules = [] } = await eventBridge.send(new ListRulesCommand({}));
    expect(Rules.map(({ Name }) => Name)).toEqual(['Test-New']);
    expect(await itemsOf(dynamodb)('kept')).toEqual({ kept: true });
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'things' }));
    expect(Table?.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'by-status' }]);
    const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:same';
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await vi.waitFor(async () => {
      const { output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      expect(output).toBe('"two"');
    }, WAIT);
  });

  it('refuses a table with another key, and changes nothing', async () => {
    const dataDir = temporaryFolder();
    const stack = { resources: { Table: TABLE } };
    await (await runStack(stack, { dataDir })).stop();
    const other = {
      ...TABLE,
      Properties: {
        ...TABLE.Properties,
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      },
    };
    await expect(runStack({ resources: { Table: other } }, { dataDir })).rejects.toThrow(
      /Table: table things on disk has the key pk:HASH, the template has id:HASH/,
    );
    await (await runStack(stack, { dataDir })).stop();
  });
});

it('deletes items that expired in the local time, and no others', async () => {
  await using cloud = await runStack({ resources: { Table: TABLE } });
  const { dynamodb } = clientsOf(cloud.endpoints);
  const now = Math.floor(cloud.clock.now() / 1000);
  const put = (pk: string, expires?: number) =>
    dynamodb.send(
      new PutItemCommand({
        TableName: 'things',
        Item: {
          pk: { S: pk },
          event: { S: '{}' },
          ...(expires !== undefined && { expires: { N: String(expires) } }),
        },
      }),
    );
  await put('soon', now + 60);
  await put('later', now + 7200);
  await put('never');
  await put('long ago', now - 6 * 365 * 86_400);
  const item = itemsOf(dynamodb);
  cloud.clock.advance(900_000);
  await vi.waitFor(() => expect(item('soon')).rejects.toThrow('no item'), WAIT);
  for (const pk of ['later', 'never', 'long ago']) expect(await item(pk)).toEqual({});
});

describe('what can not be run is refused by name', () => {
  const api = { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } };
  it.each<[string, TestStack['resources'], RegExp]>([
    ['a resource type', { Box: { Type: 'AWS::EC2::Instance' } }, /Box \(AWS::EC2::Instance\)/],
    ['a second API', { A: api, B: api }, /one HTTP API; the template has A, B/],
    [
      'another runtime',
      { F: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'python3.13' } } },
      /F: runtime python3\.13/,
    ],
    ['a function without a build', { F: aFunction('nowhere') }, /no asset nowhere\.zip/],
    [
      'an event source that is no queue',
      {
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { EventSourceArn: 'arn:aws:kinesis:us-east-1:0:stream/s', FunctionName: 'f' },
        },
      },
      /Mapping: event source arn:aws:kinesis/,
    ],
    [
      'a broken definition',
      {
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            StateMachineName: 'broken',
            RoleArn: 'arn:aws:iam::000000000000:role/r',
            DefinitionString: JSON.stringify({
              QueryLanguage: 'JSONata',
              StartAt: 'Nowhere',
              States: { End: { Type: 'Succeed' } },
            }),
          },
        },
      },
      /state machine broken: .*Nowhere/,
    ],
    [
      'a definition without a substitution',
      {
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: { RoleArn: 'r', DefinitionString: '{"a":"${Gone}"}' },
        },
      },
      /Machine: no substitution for \$\{Gone\}/,
    ],
    [
      'the value of a custom resource',
      {
        Seed: { Type: 'Custom::Seed', Properties: { ServiceToken: 'x' } },
        Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'Seed' } } },
      },
      /Seed: the value of a custom resource/,
    ],
  ])('%s', async (_, resources, expected) => {
    await expect(runStack({ resources })).rejects.toThrow(expected);
  });
});

it('refuses a data folder that another cloud has', async () => {
  await using cloud = await runStack({ resources: {} });
  await expect(runStack({ resources: {} }, { dataDir: cloud.dataDir })).rejects.toThrow(
    /is in use by another local cloud/,
  );
});

it('uses the DynamoDB that DYNAMODB_ENDPOINT names', async () => {
  await using first = await runStack({ resources: {} });
  await using second = await runStack(
    { resources: { Table: TABLE } },
    { settings: { DYNAMODB_ENDPOINT: first.endpoints.dynamodb } },
  );
  expect(second.endpoints.dynamodb).toBe(first.endpoints.dynamodb);
  const { dynamodb } = clientsOf(first.endpoints);
  await expect(
    dynamodb.send(
      new CreateTableCommand({
        TableName: 'things',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    ),
  ).rejects.toMatchObject({ name: 'ResourceInUseException' });
});
