import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Order } from '../../lambdas/shared/order.ts';
import { type RealDynamoDb, startDynamoDb } from '../support/real-dynamodb.ts';

export const ORDERS = 'orders';
export const RECORDS = 'records';

/** A DynamoDB server of its own with the tables of orders and records. */
export function startTables(): Promise<RealDynamoDb> {
  return startDynamoDb({ [ORDERS]: 'order_number', [RECORDS]: 'id' });
}

export async function putOrder({ client }: RealDynamoDb, order: Order): Promise<void> {
  await client.send(new PutCommand({ TableName: ORDERS, Item: order }));
}
