import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { dynamoCatalogue } from '../catalogue/catalogue.ts';
import { validationFailed } from '../shared/api-error.ts';
import { answer, apiHandler, parseBody } from '../shared/api-handler.ts';
import { dynamodb, stepFunctions } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { logger } from '../shared/logger.ts';
import { dynamoOrderBook } from './accept-order.ts';
import { type CreateOrderDeps, createOrder } from './create-order.ts';
import { newOrderNumber } from './order-number.ts';
import { orderRequestSchema } from './order-request.ts';
import { dynamoOrders } from './order-store.ts';
import { viewOrder } from './order-view.ts';
import { dynamoRequestClaims } from './request-claims.ts';
import { stateMachine } from './saga.ts';

const client = dynamodb();
const ordersTable = env('ORDERS_TABLE');

const deps: CreateOrderDeps = {
  catalogue: dynamoCatalogue(env('CATALOGUE_TABLE'), client),
  orders: dynamoOrders(ordersTable, client),
  orderBook: dynamoOrderBook(ordersTable, client),
  claims: dynamoRequestClaims(env('RECORDS_TABLE'), client),
  checkout: stateMachine(env('CHECKOUT_STATE_MACHINE_ARN'), stepFunctions()),
  newOrderNumber,
  clock: systemClock,
  onNotStarted: (order, error) =>
    logger.error('checkout not started', {
      order,
      error: error instanceof Error ? error.name : 'unknown',
    }),
};

/** `POST /orders`: 202 with the order. */
export const handler = apiHandler(async (event) => {
  const key = idempotencyKey(event);
  const order = await createOrder(deps, parseBody(event, orderRequestSchema), key);
  return answer(202, viewOrder(order), { location: `/orders/${order.order_number}` });
});

function idempotencyKey(event: APIGatewayProxyEventV2): string | undefined {
  const key = event.headers['idempotency-key'];
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw validationFailed([
    {
      path: 'Idempotency-Key',
      message: 'must be 1 to 255 printable ASCII characters without spaces',
    },
  ]);
}
