import {
  ConditionalCheckFailedException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type TransactWriteItem,
} from '@aws-sdk/lib-dynamodb';
import type { OrderNumber } from '../shared/order.ts';

/**
 * How long a request may run before another with its key takes over: longer than the API's 30 s limit
 * (API Gateway's integration timeout), so that nobody takes over from the living.
 */
const LEASE_MS = 35_000;

/** When it is worth asking again, in seconds. */
const ASK_AGAIN_S = 2;

/** How long a key is remembered, in seconds: 30 days. */
const REMEMBERED_S = 30 * 24 * 3600;

export type Claim =
  /** The caller works for this key now, under this order number. */
  | { outcome: 'mine'; orderNumber: OrderNumber }
  /** The key's order exists already. */
  | { outcome: 'done'; orderNumber: OrderNumber }
  /** Another request with this key is running; it is worth asking again after `retryAfter` seconds. */
  | { outcome: 'running'; retryAfter: number }
  /** The key was used for another body. */
  | { outcome: 'reused' };

interface ClaimRecord {
  id: string;
  body_hash: string;
  order_number: OrderNumber;
  claim_state: 'running' | 'done';
  /** Epoch milliseconds. */
  lease_until: number;
}

/**
 * Which request stands for which order, by `Idempotency-Key`.
 *
 * A key is claimed before the work and tied to its order in the transaction that stores the order; a request that
 * died in between is taken over with the same order number. So there is never a second order for a key.
 */
export interface RequestClaims {
  claim(key: string, bodyHash: string, orderNumber: OrderNumber, at: Date): Promise<Claim>;
  /** Gives a key back after a request that was refused and changed nothing. */
  release(key: string, orderNumber: OrderNumber): Promise<void>;
  /** The part of the storing transaction that ties the key to its order. */
  completion(key: string, orderNumber: OrderNumber): TransactWriteItem;
}

/** The claims in a DynamoDB table with key `id`. */
export function dynamoRequestClaims(table: string, client: DynamoDBDocumentClient): RequestClaims {
  const idOf = (key: string) => `order-request#${key}`;

  /** Claims for `orderNumber` if `condition` holds; answers the claim that stands now. */
  async function put(
    key: string,
    claim: Omit<ClaimRecord, 'id' | 'claim_state'>,
    condition: string,
    seen: Record<string, unknown> = {},
  ): Promise<ClaimRecord | undefined> {
    const record: ClaimRecord = { id: idOf(key), claim_state: 'running', ...claim };
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: { ...record, expires_at: Math.floor(record.lease_until / 1000) + REMEMBERED_S },
          ConditionExpression: condition,
          ...(Object.keys(seen).length > 0 && { ExpressionAttributeValues: seen }),
        }),
      );
      return record;
    } catch (error) {
      // A conflict: the first request is storing its order at this very moment.
      if (error instanceof TransactionConflictException) return undefined;
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { id: idOf(key) }, ConsistentRead: true }),
      );
      return Item as ClaimRecord | undefined;
    }
  }

  return {
    async claim(key, bodyHash, orderNumber, at) {
      const lease = { body_hash: bodyHash, lease_until: at.getTime() + LEASE_MS };
      const first = await put(
        key,
        { ...lease, order_number: orderNumber },
        'attribute_not_exists(id)',
      );
      if (!first) return { outcome: 'running', retryAfter: 1 };
      if (first.body_hash !== bodyHash) return { outcome: 'reused' };
      if (first.claim_state === 'done') return { outcome: 'done', orderNumber: first.order_number };
      if (first.order_number === orderNumber) return { outcome: 'mine', orderNumber };
      if (first.lease_until > at.getTime()) return running(first.lease_until, at);

      const taken = await put(
        key,
        { ...lease, order_number: first.order_number },
        'claim_state = :running AND lease_until = :seen',
        { ':running': 'running', ':seen': first.lease_until },
      );
      return taken?.lease_until === lease.lease_until && taken.claim_state === 'running'
        ? { outcome: 'mine', orderNumber: first.order_number }
        : running(taken?.lease_until ?? at.getTime(), at);
    },

    async release(key, orderNumber) {
      try {
        await client.send(
          new DeleteCommand({
            TableName: table,
            Key: { id: idOf(key) },
            ConditionExpression: 'claim_state = :running AND order_number = :mine',
            ExpressionAttributeValues: { ':running': 'running', ':mine': orderNumber },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    completion: (key, orderNumber) => ({
      Update: {
        TableName: table,
        Key: { id: idOf(key) },
        UpdateExpression: 'SET claim_state = :done',
        ConditionExpression: 'order_number = :mine',
        ExpressionAttributeValues: { ':done': 'done', ':mine': orderNumber },
      },
    }),
  };
}

/** Most requests are done in a moment; only a dead one keeps its key for the whole lease. */
function running(leaseUntil: number, at: Date): Claim {
  const left = Math.ceil((leaseUntil - at.getTime()) / 1000);
  return { outcome: 'running', retryAfter: Math.min(ASK_AGAIN_S, Math.max(1, left)) };
}
