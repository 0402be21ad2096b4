import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteItem,
} from '@aws-sdk/lib-dynamodb';
import type { Order } from '../shared/order.ts';
import { OPEN } from './order-store.ts';

/** How storing a new order ended: `taken` if an order of this number stands there already. */
export type Accepted = 'stored' | 'taken';

/** Stores a new order, and with it whatever must be true exactly when the order exists. */
export interface OrderBook {
  store(order: Order, together: TransactWriteItem[]): Promise<Accepted>;
}

/** New orders in a DynamoDB table with key `order_number`: one transaction, all or nothing. */
export function dynamoOrderBook(table: string, client: DynamoDBDocumentClient): OrderBook {
  return {
    async store(order, together) {
      try {
        await client.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Put: {
                  TableName: table,
                  Item: { ...order, ...OPEN },
                  ConditionExpression: 'attribute_not_exists(order_number)',
                },
              },
              ...together,
            ],
          }),
        );
        return 'stored';
      } catch (error) {
        if (
          error instanceof TransactionCanceledException &&
          error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed'
        ) {
          return 'taken';
        }
        throw error;
      }
    },
  };
}
