import * as z from 'zod';
import { dynamodb, eventBridge, sqs } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { countMetric } from '../shared/metrics.ts';
import { orderNumberSchema, stepFailureSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { awsEventBus, sqsEmailQueue } from './announcements.ts';
import { failOrder } from './fail-order.ts';
import { dynamoOrders } from './order-store.ts';

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  events: awsEventBus(env('EVENT_BUS'), eventBridge()),
  emails: sqsEmailQueue(env('EMAIL_QUEUE_URL'), sqs()),
  clock: systemClock,
  count: countMetric,
};

const inputSchema = z.object({
  order_number: orderNumberSchema,
  failure: stepFailureSchema,
  payment_status: z.enum(['pending', 'voided', 'refunded', 'failed']),
});

/** The task of the state `FailOrder`. */
export const handler = stepHandler(inputSchema, (input) => failOrder(deps, input));
