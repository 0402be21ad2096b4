import * as z from 'zod';
import { systemClock } from '../shared/clock.ts';
import { dynamodb } from '../shared/dynamodb.ts';
import { env } from '../shared/environment.ts';
import { countMetric } from '../shared/metrics.ts';
import { orderNumberSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { confirmOrder } from './confirm-order.ts';
import { dynamoOrders } from './order-store.ts';
import { wireAnnouncements } from './wire-announcements.ts';

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  announcements: wireAnnouncements(),
  clock: systemClock,
  count: countMetric,
};

/** The task of the state `ConfirmOrder`. */
export const handler = stepHandler(z.object({ order_number: orderNumberSchema }), (input) =>
  confirmOrder(deps, input),
);
