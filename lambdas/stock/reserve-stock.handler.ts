import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { dynamoOrders } from '../orders/order-store.ts';
import { dynamodb } from '../shared/aws-clients.ts';
import { env } from '../shared/environment.ts';
import { orderNumberSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { dynamoStockLedger } from './dynamo-stock-ledger.ts';
import { reserveStock } from './reserve-stock.ts';

const client = dynamodb();
const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), client),
  stock: dynamoStockLedger({ table: env('STOCK_TABLE'), client, pause, random: Math.random }),
};

/** The task of the state machine's state of the same name. */
export const handler = stepHandler(z.object({ order_number: orderNumberSchema }), (input) =>
  reserveStock(deps, input),
);
