import * as z from 'zod';
import { dynamoOrders } from '../orders/order-store.ts';
import { taskTokenWait } from '../orders/saga.ts';
import { dynamodb, stepFunctions } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { orderNumberSchema, shippingQuoteSchema, totalsSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { authorizePayment } from './authorize-payment.ts';
import { wireStripe } from './wire-stripe.ts';

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  payments: wireStripe(),
  wait: taskTokenWait(stepFunctions()),
  clock: systemClock,
};

const inputSchema = z.object({
  order_number: orderNumberSchema,
  totals: totalsSchema,
  shipping: shippingQuoteSchema,
  warnings: z.array(z.string()),
  task_token: z.string(),
  attempt: z.int().min(1),
});

/** The task of the state `AuthorizePayment`, a callback. */
export const handler = stepHandler(inputSchema, (input) => authorizePayment(deps, input));
