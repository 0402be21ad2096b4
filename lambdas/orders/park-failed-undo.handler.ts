import * as z from 'zod';
import { dynamodb, eventBridge } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { countMetric } from '../shared/metrics.ts';
import { orderNumberSchema } from '../shared/parse.ts';
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

const undoInputSchema = z.object({ order_number: orderNumberSchema });

/** The detail of a `Step Functions Execution Status Change`; the execution's input is JSON in text there. */
const detailSchema = z.object({
  input: z.string().transform((text) => undoInputSchema.parse(JSON.parse(text))),
  status: z.string(),
});

/** An undo that ended in a way that its machine could not catch: the order waits for a person. */
export const handler = stepHandler(detailSchema, ({ input, status }) =>
  parkOrder(deps, {
    order_number: input.order_number,
    failure: { step: 'UndoCheckout', error: status, cause: '' },
  }),
);
