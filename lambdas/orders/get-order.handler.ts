import { setTimeout as pause } from 'node:timers/promises';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ApiError, validationFailed } from '../shared/api-error.ts';
import { answer, apiHandler } from '../shared/api-handler.ts';
import { dynamodb } from '../shared/aws-clients.ts';
import { env } from '../shared/environment.ts';
import type { OrderNumber } from '../shared/order.ts';
import { orderNumberSchema } from '../shared/parse.ts';
import { getOrder } from './get-order.ts';
import { dynamoOrders } from './order-store.ts';
import { viewOrder } from './order-view.ts';

/** API Gateway ends an HTTP API's request after 30 s. */
const MAX_WAIT_S = 25;

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  now: () => performance.now(),
  pause,
};

/** `GET /orders/{order_number}?wait=N`: 200 with the order. */
export const handler = apiHandler(async (event) => {
  const order = await getOrder(deps, orderNumber(event), waitSeconds(event) * 1000);
  return answer(200, viewOrder(order));
});

function orderNumber(event: APIGatewayProxyEventV2): OrderNumber {
  const parsed = orderNumberSchema.safeParse(event.pathParameters?.['order_number']);
  if (parsed.success) return parsed.data;
  throw new ApiError(
    404,
    'ORDER_NOT_FOUND',
    'There is no such order: numbers look like ORD-2026-7K3QX9',
  );
}

function waitSeconds(event: APIGatewayProxyEventV2): number {
  const wait = event.queryStringParameters?.['wait'] ?? '0';
  if (/^\d{1,4}(\.\d{1,3})?$/.test(wait) && Number(wait) <= MAX_WAIT_S) return Number(wait);
  throw validationFailed([{ path: 'wait', message: `must be seconds from 0 to ${MAX_WAIT_S}` }]);
}
