import * as z from 'zod';
import { dynamodb, eventBridge, sqs } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { countMetric } from '../shared/metrics.ts';
import { orderNumberSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { awsEventBus, sqsEmailQueue } from './announcements.ts';
import { confirmOrder } from './confirm-order.ts';
import { dynamoOrders } from './order-store.ts';

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  events: awsEventBus(env('EVENT_BUS'), eventBridge()),
  emails: sqsEmailQueue(env('EMAIL_QUEUE_URL'), sqs()),
  clock: systemClock,
  count: countMetric,
};

/** The task of the state `ConfirmOrder`, and of the undo that finds the order confirmed. */
export const handler = stepHandler(z.object({ order_number: orderNumberSchema }), (input) =>
  confirmOrder(deps, input),
);
