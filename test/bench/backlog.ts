import { setTimeout as pause } from 'node:timers/promises';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Endpoints } from '../support/endpoints.ts';

const LOOK_AGAIN_MS = 50;
const GONE_WITHIN_MS = 60_000;

/** Work that orders left behind when they were paid: the provider's webhooks and the customers' e-mails. */
export function backlogOf(endpoints: Endpoints) {
  const sqs = new SQSClient({
    endpoint: endpoints.sqs,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

  async function emails(): Promise<number> {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const QueueUrl = QueueUrls.find((url) => url.includes('EmailQueue'));
    if (!QueueUrl) throw new Error('there is no e-mail queue');
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: taken } =
      Attributes;
    return Number(waiting) + Number(taken);
  }

  async function webhooks(): Promise<number> {
    const response = await fetch(`${endpoints.stripe}/_webhooks`);
    return ((await response.json()) as { pending: number }).pending;
  }

  /** Jobs that wait or run. */
  const size = async (): Promise<number> => (await emails()) + (await webhooks());

  return {
    size,
    /** Waits until nothing is left, for a minute at most. Answers what is left. */
    async gone(): Promise<number> {
      const deadline = performance.now() + GONE_WITHIN_MS;
      for (;;) {
        const left = await size();
        if (left === 0 || performance.now() > deadline) return left;
        await pause(LOOK_AGAIN_MS);
      }
    },
  };
}
