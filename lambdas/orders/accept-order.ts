import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteItem,
} from '@aws-sdk/lib-dynamodb';
import type { Order } from '../shared/order.ts';
import { OPEN } from './order-store.ts';

const TRIES = 5;

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
      const TransactItems: TransactWriteItem[] = [
        {
          Put: {
            TableName: table,
            Item: { ...order, ...OPEN },
            ConditionExpression: 'attribute_not_exists(order_number)',
          },
        },
        ...together,
      ];
      for (let attempt = 1; ; attempt++) {
        try {
          await client.send(new TransactWriteCommand({ TransactItems }));
          return 'stored';
        } catch (error) {
          const reasons = cancellation(error);
          if (reasons[0] === 'ConditionalCheckFailed') return 'taken';
          // A repeated request has touched the key at the same moment; nothing was written.
          if (attempt === TRIES || !reasons.includes('TransactionConflict')) throw error;
        }
      }
    },
  };
}

/** Why a transaction was cancelled, by its items; nothing for any other error. */
function cancellation(error: unknown): string[] {
  if (!(error instanceof TransactionCanceledException)) return [];
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}
