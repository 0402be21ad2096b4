import * as z from 'zod';
import { dynamoOrders } from '../orders/order-store.ts';
import { dynamodb } from '../shared/aws-clients.ts';
import { env } from '../shared/environment.ts';
import { orderNumberSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { undoPayment } from './authorize-payment.ts';
import { wireStripe } from './wire-stripe.ts';

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  payments: wireStripe(),
};

const inputSchema = z.object({ order_number: orderNumberSchema, attempt: z.int().min(1) });

/** The task of the state `UndoPayment`. */
export const handler = stepHandler(inputSchema, (input) => undoPayment(deps, input));
