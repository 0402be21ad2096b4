import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteItem,
} from '@aws-sdk/lib-dynamodb';
import { OrderClosed, OutOfStock, Transient } from '../shared/errors.ts';
import type { OrderNumber, Sku } from '../shared/order.ts';
import type { ReservationState, StockLedger, StockLine } from './stock-ledger.ts';

/** Tries against others who change the same SKUs at the same moment, before Step Functions has to retry. */
const TRIES = 6;
const FIRST_PAUSE_MS = 20;

interface Reservation {
  reservation: ReservationState;
  lines: StockLine[];
}

/** Why a transaction was cancelled, in the order of its items: `ConditionalCheckFailed`, `TransactionConflict`, `None`. */
type Reasons = string[];

/**
 * The ledger in one DynamoDB table with key `id`: `sku#<sku>` holds the counts, `order#<number>` the reservation.
 *
 * Conditions cannot calculate (DynamoDB, condition expressions), so the count that is kept is `available` and not
 * the pieces on hand, which are the sum.
 */
export function dynamoStockLedger(deps: {
  table: string;
  client: DynamoDBDocumentClient;
  pause: (ms: number) => Promise<unknown>;
  random: () => number;
}): StockLedger {
  const { table, client } = deps;
  const orderKey = (orderNumber: OrderNumber) => ({ id: `order#${orderNumber}` });
  const skuKey = (sku: Sku) => ({ id: `sku#${sku}` });

  const read = async <T>(key: { id: string }): Promise<T | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: key, ConsistentRead: true }),
    );
    return Item as T | undefined;
  };

  /** Answers undefined when written, or why nothing was. Conflicts are tried again. */
  const write = async (items: TransactWriteItem[]): Promise<Reasons | undefined> => {
    for (let attempt = 1; ; attempt++) {
      const reasons = await transact(client, items);
      if (!reasons || reasons.includes('ConditionalCheckFailed')) return reasons;
      if (attempt === TRIES) throw new Transient('stock is being changed by too many at once');
      await deps.pause(deps.random() * FIRST_PAUSE_MS * 2 ** attempt);
    }
  };

  const count = (line: StockLine, change: string, condition: string): TransactWriteItem => ({
    Update: {
      TableName: table,
      Key: skuKey(line.sku),
      UpdateExpression: change,
      ConditionExpression: condition,
      ExpressionAttributeValues: { ':q': line.quantity },
    },
  });

  const turn = (
    orderNumber: OrderNumber,
    from: ReservationState,
    to: ReservationState,
  ): TransactWriteItem => ({
    Update: {
      TableName: table,
      Key: orderKey(orderNumber),
      UpdateExpression: 'SET reservation = :to',
      ConditionExpression: 'reservation = :from',
      ExpressionAttributeValues: { ':from': from, ':to': to },
    },
  });

  const open = (orderNumber: OrderNumber, reservation: Reservation): TransactWriteItem => ({
    Put: {
      TableName: table,
      Item: { ...orderKey(orderNumber), ...reservation },
      ConditionExpression: 'attribute_not_exists(id)',
    },
  });

  return {
    async reserve(orderNumber, lines) {
      const reasons = await write([
        open(orderNumber, { reservation: 'held', lines }),
        ...lines.map((line) =>
          count(line, 'SET available = available - :q, held = held + :q', 'available >= :q'),
        ),
      ]);
      if (!reasons) return;
      const present = await read<Reservation>(orderKey(orderNumber));
      if (present?.reservation === 'held') return;
      if (present)
        throw new OrderClosed(`the reservation of ${orderNumber} is ${present.reservation}`);
      const short = lines.filter((_, index) => reasons[index + 1] === 'ConditionalCheckFailed');
      throw new OutOfStock(`Out of stock: ${short.map(({ sku }) => sku).join(', ')}`);
    },

    async commit(orderNumber) {
      const present = await read<Reservation>(orderKey(orderNumber));
      if (present?.reservation === 'committed') return;
      const reasons =
        present &&
        (await write([
          turn(orderNumber, 'held', 'committed'),
          ...present.lines.map((line) => count(line, 'SET held = held - :q', 'held >= :q')),
        ]));
      if (present && !reasons) return;
      const now = await read<Reservation>(orderKey(orderNumber));
      if (now?.reservation === 'committed') return;
      throw new OrderClosed(
        `the reservation of ${orderNumber} is ${now?.reservation ?? 'missing'}`,
      );
    },

    async undo(orderNumber) {
      for (let attempt = 1; attempt <= TRIES; attempt++) {
        const present = await read<Reservation>(orderKey(orderNumber));
        if (present?.reservation === 'released' || present?.reservation === 'restocked') {
          return present.reservation;
        }
        const closed = await write(closing(orderNumber, present));
        if (!closed) return present?.reservation === 'committed' ? 'restocked' : 'released';
        // Another step of this order moved the reservation in between: look again.
      }
      throw new Transient(`the reservation of ${orderNumber} keeps changing`);
    },

    level: async (sku) => {
      const item = await read<{ available: number; held: number }>(skuKey(sku));
      return item && { available: item.available, held: item.held };
    },
  };

  function closing(
    orderNumber: OrderNumber,
    present: Reservation | undefined,
  ): TransactWriteItem[] {
    if (!present) return [open(orderNumber, { reservation: 'released', lines: [] })];
    return present.reservation === 'held'
      ? [
          turn(orderNumber, 'held', 'released'),
          ...present.lines.map((line) =>
            count(line, 'SET available = available + :q, held = held - :q', 'held >= :q'),
          ),
        ]
      : [
          turn(orderNumber, 'committed', 'restocked'),
          ...present.lines.map((line) =>
            count(line, 'SET available = available + :q', 'attribute_exists(id)'),
          ),
        ];
  }
}

async function transact(
  client: DynamoDBDocumentClient,
  items: TransactWriteItem[],
): Promise<Reasons | undefined> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: items }));
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const reasons = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
    const known = ['None', 'ConditionalCheckFailed', 'TransactionConflict'];
    if (reasons.every((code) => known.includes(code))) return reasons;
    throw new Transient(`stock could not be changed: ${reasons.join(', ')}`);
  }
}
