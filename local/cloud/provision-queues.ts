import type { AwsService, JsonObject } from '../contracts.ts';
import type { Resource } from '../template/read-stack.ts';
import { call } from './call-service.ts';

const ATTRIBUTES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
  'RedrivePolicy',
  'RedriveAllowPolicy',
] as const;

/** Creates the template's queues, and gives those that there are the template's attributes. */
export async function provisionQueues(
  sqs: AwsService,
  resources: readonly Resource[],
): Promise<void> {
  // All of them first, without attributes: a dead-letter queue has to be there when a queue names it.
  await Promise.all(
    resources.map(({ logicalId, attributes }) =>
      call(sqs, 'CreateQueue', { QueueName: attributes.QueueName ?? '' }, logicalId),
    ),
  );
  await Promise.all(
    resources.map(({ logicalId, ref, properties }) => {
      const Attributes: JsonObject = {};
      for (const name of ATTRIBUTES) {
        const value = properties[name];
        if (value === undefined) continue;
        Attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
      }
      return call(sqs, 'SetQueueAttributes', { QueueUrl: ref, Attributes }, logicalId);
    }),
  );
}
