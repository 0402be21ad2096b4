import { objectOf, requiredText } from '../template/read-properties.ts';
import type { Resource } from '../template/read-stack.ts';
import { TemplateError } from '../template/template-error.ts';

/** How a function's failures are handled when it is invoked asynchronously. */
export interface AsyncInvocation {
  /** Milliseconds before each retry. */
  retryAfterMs: readonly number[];
  /** ARN of the queue that gets what failed to the end. */
  failureQueueArn?: string;
}

/** Lambda's own: two retries, after one minute and then two. */
const RETRIES_MS = [60_000, 120_000];

/** Reads the `AWS::Lambda::EventInvokeConfig`s; functions without one have Lambda's defaults. */
export function readAsyncInvocations(
  configs: readonly Resource[],
): (functionName: string) => AsyncInvocation {
  const byName = new Map(configs.map(readConfig));
  return (functionName) => byName.get(functionName) ?? { retryAfterMs: RETRIES_MS };
}

function readConfig(resource: Resource): [functionName: string, AsyncInvocation] {
  const { logicalId, properties } = resource;
  const onFailure = objectOf(objectOf(properties, 'DestinationConfig'), 'OnFailure');
  const { Destination } = onFailure;
  const isQueue = typeof Destination === 'string' && Destination.startsWith('arn:aws:sqs:');
  if (Destination !== undefined && !isQueue) {
    throw new TemplateError(`${logicalId}: only queues are supported as OnFailure destination`);
  }
  const retries = Number(properties.MaximumRetryAttempts ?? RETRIES_MS.length);
  return [
    requiredText(resource, 'FunctionName'),
    {
      retryAfterMs: RETRIES_MS.slice(0, retries),
      ...(isQueue && { failureQueueArn: Destination }),
    },
  ];
}
