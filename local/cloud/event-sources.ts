import type { EventSourceMapping } from '../sqs/event-source.ts';
import { objectOf, requiredText } from '../template/read-properties.ts';
import type { Resource } from '../template/read-stack.ts';
import { TemplateError } from '../template/template-error.ts';

/** Reads an enabled `AWS::Lambda::EventSourceMapping` of a queue. */
export function readEventSource(resource: Resource): EventSourceMapping | undefined {
  const { logicalId, properties } = resource;
  const arn = requiredText(resource, 'EventSourceArn');
  if (!arn.startsWith('arn:aws:sqs:')) {
    throw new TemplateError(`${logicalId}: event source ${arn} is not supported, only queues`);
  }
  if (properties.FilterCriteria !== undefined) {
    throw new TemplateError(`${logicalId}: FilterCriteria is not supported`);
  }
  if (properties.Enabled === false) return undefined;
  const concurrency = objectOf(properties, 'ScalingConfig').MaximumConcurrency;
  const types = (properties.FunctionResponseTypes ?? []) as string[];
  const { BatchSize, MaximumBatchingWindowInSeconds } = properties;
  return {
    eventSourceArn: arn,
    functionName: requiredText(resource, 'FunctionName'),
    ...(typeof BatchSize === 'number' && { batchSize: BatchSize }),
    ...(typeof MaximumBatchingWindowInSeconds === 'number' && {
      maximumBatchingWindowSeconds: MaximumBatchingWindowInSeconds,
    }),
    ...(typeof concurrency === 'number' && { maximumConcurrency: concurrency }),
    reportBatchItemFailures: types.includes('ReportBatchItemFailures'),
  };
}
