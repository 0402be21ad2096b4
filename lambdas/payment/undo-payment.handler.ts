import * as z from 'zod';
import { dynamoOrders } from '../orders/order-store.ts';
import { dynamodb } from '../shared/dynamodb.ts';
import { env } from '../shared/environment.ts';
import { orderNumberSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { undoPayment } from './authorize-payment.ts';
import { wireStripe } from './wire-stripe.ts';

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  payments: wireStripe(),
};

/** The task of the state `UndoPayment`. */
export const handler = stepHandler(z.object({ order_number: orderNumberSchema }), (input) =>
  undoPayment(deps, input),
);
