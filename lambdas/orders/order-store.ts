import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type {
  Failure,
  Order,
  OrderNumber,
  OrderStatus,
  Payment,
  PaymentStatus,
  ShippingQuote,
  Totals,
} from '../shared/order.ts';

export interface OrderReader {
  /** Reads the order as the last acknowledged write left it. */
  get(orderNumber: OrderNumber): Promise<Order | undefined>;
}

/**
 * The orders. Every write is one conditional update that names the states from which it may come, and that says yes
 * again when it is repeated; `undefined` means that the order was in none of those states and nothing changed.
 */
export interface OrderStore extends OrderReader {
  /**
   * Keeps the payment's id, what is to be paid, and who waits for it, before any money moves. The first payment
   * stays; a late write of an earlier attempt is refused, since nobody waits for its token any more.
   */
  attachPayment(
    orderNumber: OrderNumber,
    facts: {
      payment: Payment;
      totals: Totals;
      shipping: ShippingQuote;
      warnings: string[];
      taskToken: string;
      attempt: number;
    },
    at: Date,
  ): Promise<Order | undefined>;
  authorized(orderNumber: OrderNumber, at: Date): Promise<Order | undefined>;
  /** The customer has to act: `awaiting_payment`. */
  awaitCustomer(orderNumber: OrderNumber, payment: Payment, at: Date): Promise<Order | undefined>;
  /** The provider is still processing, at most until `until`. */
  awaitProvider(orderNumber: OrderNumber, until: Date, at: Date): Promise<Order | undefined>;
  confirm(orderNumber: OrderNumber, at: Date): Promise<Order | undefined>;
  /** The fence: from here on no step can act for this order. */
  beginUndo(orderNumber: OrderNumber, failure: Failure, at: Date): Promise<Order | undefined>;
  fail(
    orderNumber: OrderNumber,
    failure: Failure,
    paymentStatus: PaymentStatus,
    at: Date,
  ): Promise<Order | undefined>;
  /** `step` is the step of the undo that failed; the order's own failure stays. */
  park(
    orderNumber: OrderNumber,
    failure: Failure,
    step: string,
    at: Date,
  ): Promise<Order | undefined>;
  /** Numbers of orders that are older than `before` and have not ended, oldest first, in pages. */
  openSince(before: Date): AsyncIterable<OrderNumber[]>;
}

/** The attribute that keeps an order in the sparse index `open-orders` until it has ended. */
export const OPEN = { saga: 'open' } as const;
export const OPEN_INDEX = 'open-orders';

type Values = Record<string, unknown>;

/** The orders in a DynamoDB table with key `order_number`. */
export function dynamoOrders(table: string, client: DynamoDBDocumentClient): OrderStore {
  async function update(
    orderNumber: OrderNumber,
    expression: string,
    condition: string,
    values: Values,
    at: Date,
  ): Promise<Order | undefined> {
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { order_number: orderNumber },
          UpdateExpression: expression.replace('SET ', 'SET updated_at = :at, '),
          ConditionExpression: `attribute_exists(order_number) AND ${condition}`,
          ExpressionAttributeNames: names(`${expression} ${condition}`),
          ExpressionAttributeValues: { ...values, ':at': at.toISOString() },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes as Order;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  const get = async (orderNumber: OrderNumber): Promise<Order | undefined> => {
    const { Item } = await client.send(
      new GetCommand({
        TableName: table,
        Key: { order_number: orderNumber },
        ConsistentRead: true,
      }),
    );
    return Item as Order | undefined;
  };

  /** Repeating a write that was done before changes nothing and answers the order. */
  const unless = async (
    written: Promise<Order | undefined>,
    done: (order: Order) => boolean,
    orderNumber: OrderNumber,
  ): Promise<Order | undefined> => {
    const order = await written;
    if (order) return order;
    const present = await get(orderNumber);
    return present && done(present) ? present : undefined;
  };

  return {
    get,

    attachPayment: (orderNumber, facts, at) =>
      update(
        orderNumber,
        'SET payment = :payment, totals = :totals, shipping = :shipping, warnings = :warnings, ' +
          'payment_task_token = :token, payment_attempt = :attempt',
        'attribute_not_exists(undoing) AND #status IN (:pending, :awaiting) ' +
          'AND (attribute_not_exists(payment) OR payment.payment_intent_id = :intent) ' +
          'AND (attribute_not_exists(payment_attempt) OR payment_attempt <= :attempt)',
        {
          ':payment': facts.payment,
          ':totals': facts.totals,
          ':shipping': facts.shipping,
          ':warnings': facts.warnings,
          ':token': facts.taskToken,
          ':attempt': facts.attempt,
          ':intent': facts.payment.payment_intent_id,
          ...OPEN_STATUSES,
        },
        at,
      ),

    authorized: (orderNumber, at) =>
      update(
        orderNumber,
        'SET payment_status = :authorized REMOVE processing_until',
        'attribute_not_exists(undoing) AND payment_status IN (:unpaid, :authorized) AND #status IN (:pending, :awaiting)',
        { ':authorized': 'authorized', ':unpaid': 'pending', ...OPEN_STATUSES },
        at,
      ),

    awaitCustomer: (orderNumber, payment, at) =>
      unless(
        update(
          orderNumber,
          'SET #status = :awaiting, payment = :payment, history = list_append(history, :entry)',
          'attribute_not_exists(undoing) AND #status = :pending AND payment_status = :unpaid',
          {
            ...OPEN_STATUSES,
            ':unpaid': 'pending',
            ':payment': payment,
            ':entry': entry('awaiting_payment', 'AuthorizePayment', at),
          },
          at,
        ),
        (order) => !order.undoing,
        orderNumber,
      ),

    awaitProvider: (orderNumber, until, at) =>
      unless(
        update(
          orderNumber,
          'SET processing_until = if_not_exists(processing_until, :until)',
          'attribute_not_exists(undoing) AND payment_status = :unpaid',
          { ':until': until.toISOString(), ':unpaid': 'pending' },
          at,
        ),
        (order) => !order.undoing,
        orderNumber,
      ),

    confirm: (orderNumber, at) =>
      unless(
        update(
          orderNumber,
          'SET #status = :confirmed, payment_status = :captured, history = list_append(history, :entry) ' +
            'REMOVE saga, payment_task_token, processing_until',
          'attribute_not_exists(undoing) AND #status IN (:pending, :awaiting)',
          {
            ':confirmed': 'confirmed',
            ':captured': 'captured',
            ':entry': entry('confirmed', 'ConfirmOrder', at),
            ...OPEN_STATUSES,
          },
          at,
        ),
        (order) => order.status === 'confirmed',
        orderNumber,
      ),

    beginUndo: (orderNumber, failure, at) =>
      update(
        orderNumber,
        'SET undoing = :true, failure = if_not_exists(failure, :failure)',
        '#status IN (:pending, :awaiting, :parked)',
        { ':true': true, ':failure': failure, ':parked': 'needs_attention', ...OPEN_STATUSES },
        at,
      ),

    fail: (orderNumber, failure, paymentStatus, at) =>
      unless(
        update(
          orderNumber,
          'SET #status = :failed, payment_status = :payment_status, failure = if_not_exists(failure, :failure), ' +
            'history = list_append(history, :entry) REMOVE saga, payment_task_token, processing_until',
          'undoing = :true AND #status IN (:pending, :awaiting, :parked)',
          {
            ':failed': 'failed',
            ':payment_status': paymentStatus,
            ':failure': failure,
            ':true': true,
            ':parked': 'needs_attention',
            ':entry': entry('failed', failure.step, at),
            ...OPEN_STATUSES,
          },
          at,
        ),
        (order) => order.status === 'failed',
        orderNumber,
      ),

    park: (orderNumber, failure, step, at) =>
      unless(
        update(
          orderNumber,
          'SET #status = :parked, failure = if_not_exists(failure, :failure), history = list_append(history, :entry) REMOVE saga',
          '#status IN (:pending, :awaiting)',
          {
            ':parked': 'needs_attention',
            ':failure': failure,
            ':entry': entry('needs_attention', step, at),
            ...OPEN_STATUSES,
          },
          at,
        ),
        (order) => order.status === 'needs_attention',
        orderNumber,
      ),

    async *openSince(before) {
      const pages = paginateQuery(
        { client, pageSize: 100 },
        {
          TableName: table,
          IndexName: OPEN_INDEX,
          KeyConditionExpression: 'saga = :open AND created_at < :before',
          ExpressionAttributeValues: { ':open': OPEN.saga, ':before': before.toISOString() },
        },
      );
      for await (const { Items = [] } of pages) {
        yield Items.map((item) => (item as Order).order_number);
      }
    },
  };
}

const OPEN_STATUSES = { ':pending': 'pending', ':awaiting': 'awaiting_payment' } as const;

function entry(status: OrderStatus, step: string, at: Date) {
  return [{ at: at.toISOString(), status, step }];
}

/** `status` is one of DynamoDB's reserved words. */
function names(expression: string): Record<string, string> | undefined {
  return expression.includes('#status') ? { '#status': 'status' } : undefined;
}
