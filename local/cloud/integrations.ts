import { randomUUID } from 'node:crypto';
import {
  type AwsService,
  type Integrations,
  type Json,
  type JsonObject,
  type LambdaRuntime,
  ServiceError,
  TaskError,
} from '../contracts.ts';
import { type DynamoDb, DynamoDbError } from '../dynamodb/dynamodb-client.ts';
import { showJson } from '../template/read-properties.ts';

/** The parts that state machines call. They are asked for when a task runs: some start after the engine is made. */
export interface CalledParts {
  lambda(): LambdaRuntime;
  sqs: AwsService;
  eventBridge: AwsService;
  dynamodb(): DynamoDb;
}

const DYNAMODB_OPERATIONS = new Map([
  ['dynamodb:getItem', 'GetItem'],
  ['dynamodb:putItem', 'PutItem'],
  ['dynamodb:updateItem', 'UpdateItem'],
  ['dynamodb:deleteItem', 'DeleteItem'],
]);

/**
 * Step Functions' optimized integrations.
 * Errors are named as on AWS: a function's own, or `Lambda.`, `SQS.`, `EventBridge.`, `DynamoDB.` and the exception.
 * https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
export function createIntegrations(parts: CalledParts): Integrations {
  const actions = new Map<string, (args: JsonObject) => Promise<Json>>([
    ['lambda:invoke', (args) => invokeFunction(parts.lambda(), args)],
    ['sqs:sendMessage', (args) => sendMessage(parts.sqs, args)],
    ['events:putEvents', (args) => putEvents(parts.eventBridge, args)],
  ]);
  for (const [action, operation] of DYNAMODB_OPERATIONS) {
    actions.set(action, (args) => callDynamoDb(parts.dynamodb(), operation, args));
  }
  return {
    supports: (action) => actions.has(action),
    async call(action, args) {
      const act = actions.get(action);
      if (!act) throw new TaskError('States.Runtime', `no integration ${action}`);
      return await act(args);
    },
  };
}

async function invokeFunction(lambda: LambdaRuntime, args: JsonObject): Promise<Json> {
  const { FunctionName, Payload = {} } = args;
  const { payload, functionError } = await lambda.invoke(showJson(FunctionName), Payload);
  if (!functionError) {
    return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 };
  }
  const { errorType = 'Error' } = payload as { errorType?: string };
  throw new TaskError(errorType, JSON.stringify(payload));
}

async function sendMessage(sqs: AwsService, args: JsonObject): Promise<Json> {
  const { MessageBody, ...rest } = args;
  const body = typeof MessageBody === 'string' ? MessageBody : JSON.stringify(MessageBody ?? null);
  return await callService(sqs, 'SQS', 'SendMessage', { ...rest, MessageBody: body });
}

async function putEvents(eventBridge: AwsService, args: JsonObject): Promise<Json> {
  const entries = (args.Entries ?? []) as JsonObject[];
  const Entries = entries.map(({ Detail, ...entry }) => ({
    ...entry,
    Detail: typeof Detail === 'string' ? Detail : JSON.stringify(Detail ?? {}),
  }));
  const output = await callService(eventBridge, 'EventBridge', 'PutEvents', { Entries });
  if (Number((output as JsonObject).FailedEntryCount ?? 0) > 0) {
    throw new TaskError('EventBridge.FailedEntry', JSON.stringify(output));
  }
  return output;
}

async function callService(
  service: AwsService,
  name: string,
  operation: string,
  input: JsonObject,
): Promise<Json> {
  try {
    return await service.handle(operation, input, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new TaskError(`${name}.${withException(error.name)}`, error.message);
  }
}

async function callDynamoDb(
  dynamodb: DynamoDb,
  operation: string,
  args: JsonObject,
): Promise<Json> {
  try {
    return await dynamodb.call(operation, args);
  } catch (error) {
    if (!(error instanceof DynamoDbError)) throw error;
    const detail = `(Service: DynamoDb, Status Code: 400, Request ID: ${randomUUID()})`;
    throw new TaskError(`DynamoDB.${withException(error.code)}`, `${error.message} ${detail}`);
  }
}

function withException(name: string): string {
  return name.endsWith('Exception') ? name : `${name}Exception`;
}
