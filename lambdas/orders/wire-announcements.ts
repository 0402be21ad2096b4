import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { env } from '../shared/environment.ts';
import { type Announcements, awsAnnouncements } from './announcements.ts';

/** The announcements of a handler, from its environment. */
export function wireAnnouncements(): Announcements {
  return awsAnnouncements({
    bus: env('EVENT_BUS'),
    events: new EventBridgeClient(),
    emailQueueUrl: env('EMAIL_QUEUE_URL'),
    queue: new SQSClient(),
  });
}
