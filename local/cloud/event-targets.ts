import { type AwsService, type Json, ServiceError, TaskError } from '../contracts.ts';
import { type Deliver, DeliveryError } from '../eventbridge/delivery.ts';
import type { RunningLambdas } from '../lambda/runtime.ts';
import type { Sqs } from '../sqs/service.ts';
import type { AsyncInvocation } from './read-async-invocation.ts';

/** The parts that events go to. */
export interface TargetParts {
  sqs: Sqs;
  stepFunctions(): AwsService;
  lambda(): RunningLambdas;
  /** How a function is invoked asynchronously, by its name. */
  asyncInvocation(functionName: string): AsyncInvocation;
}

/** Delivers events to queues, state machines and functions. */
export function createDeliver(parts: TargetParts): Deliver {
  return async (targetArn, payload) => {
    const service = targetArn.split(':')[2];
    if (service === 'sqs') await toQueue(parts.sqs, targetArn, payload);
    else if (service === 'states') await toMachine(parts.stepFunctions(), targetArn, payload);
    else if (service === 'lambda') await toFunction(parts, targetArn, payload);
    else throw noResource(`the local cloud delivers no events to ${targetArn}`);
  };
}

const noResource = (message: string) =>
  new DeliveryError('NO_RESOURCE', message, { retry: 'never' });

async function toQueue(sqs: Sqs, arn: string, payload: string): Promise<void> {
  try {
    await sqs.send(arn, payload);
  } catch (error) {
    throw asDeliveryError(error, 'QueueDoesNotExist');
  }
}

async function toMachine(states: AwsService, arn: string, payload: string): Promise<void> {
  const input = { stateMachineArn: arn, input: payload };
  try {
    await states.handle('StartExecution', input, new AbortController().signal);
  } catch (error) {
    throw asDeliveryError(error, 'StateMachineDoesNotExist');
  }
}

function asDeliveryError(error: unknown, missing: string): unknown {
  if (!(error instanceof ServiceError)) return error;
  if (error.name.endsWith(missing)) return noResource(error.message);
  return new DeliveryError('SDK_CLIENT_ERROR', error.message);
}

/** An asynchronous invocation: a function that fails is retried by Lambda's rules, not by the rule's. */
async function toFunction(parts: TargetParts, arn: string, payload: string): Promise<void> {
  const config = parts.lambda().find(arn);
  if (!config) throw noResource(`Function not found: ${arn}`);
  const { retryAfterMs, failureQueueArn } = parts.asyncInvocation(config.name);
  const deadLetterArn = failureQueueArn ?? config.deadLetterArn;
  const retry = {
    retry: retryAfterMs,
    ...(deadLetterArn !== undefined && { deadLetterArn }),
  };
  try {
    const result = await parts.lambda().invoke(arn, JSON.parse(payload) as Json);
    if (!result.functionError) return;
    const { errorMessage = 'Unhandled' } = result.payload as { errorMessage?: string };
    throw new DeliveryError('FUNCTION_ERROR', errorMessage, retry);
  } catch (error) {
    if (error instanceof TaskError) throw new DeliveryError('THROTTLING', error.message, retry);
    throw error;
  }
}
