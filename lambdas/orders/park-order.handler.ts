import * as z from 'zod';
import { dynamodb, eventBridge } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { countMetric } from '../shared/metrics.ts';
import { orderNumberSchema, stepFailureSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { awsEventBus } from './announcements.ts';
import { dynamoOrders } from './order-store.ts';
import { parkOrder } from './park-order.ts';

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  events: awsEventBus(env('EVENT_BUS'), eventBridge()),
  clock: systemClock,
  count: countMetric,
};

const inputSchema = z.object({ order_number: orderNumberSchema, failure: stepFailureSchema });

/** The task of the state `ParkOrder`. */
export const handler = stepHandler(inputSchema, (input) => parkOrder(deps, input));
