import * as z from 'zod';
import { dynamodb } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { orderNumberSchema, stepFailureSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { beginUndo } from './confirm-order.ts';
import { dynamoOrders } from './order-store.ts';

const deps = { orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()), clock: systemClock };

const inputSchema = z.object({ order_number: orderNumberSchema, failure: stepFailureSchema });

/** The task of the state `BeginUndo`. */
export const handler = stepHandler(inputSchema, (input) => beginUndo(deps, input));
