import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { dynamoOrders } from '../orders/order-store.ts';
import { taskTokenWait } from '../orders/saga.ts';
import { systemClock } from '../shared/clock.ts';
import { dynamodb } from '../shared/dynamodb.ts';
import { env } from '../shared/environment.ts';
import { orderNumberSchema, shippingQuoteSchema, totalsSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { authorizePayment } from './authorize-payment.ts';
import { wireStripe } from './wire-stripe.ts';

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  payments: wireStripe(),
  wait: taskTokenWait(new SFNClient()),
  clock: systemClock,
};

const inputSchema = z.object({
  order_number: orderNumberSchema,
  totals: totalsSchema,
  shipping: shippingQuoteSchema,
  warnings: z.array(z.string()),
  task_token: z.string(),
});

/** The task of the state `AuthorizePayment`, a callback. */
export const handler = stepHandler(inputSchema, (input) => authorizePayment(deps, input));
