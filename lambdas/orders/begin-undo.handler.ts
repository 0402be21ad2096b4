import * as z from 'zod';
import { systemClock } from '../shared/clock.ts';
import { dynamodb } from '../shared/dynamodb.ts';
import { env } from '../shared/environment.ts';
import { orderNumberSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { beginUndo } from './confirm-order.ts';
import { dynamoOrders } from './order-store.ts';

const deps = { orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()), clock: systemClock };

/** The task of the state `BeginUndo`. */
export const handler = stepHandler(z.object({ order_number: orderNumberSchema }), (input) =>
  beginUndo(deps, input),
);
