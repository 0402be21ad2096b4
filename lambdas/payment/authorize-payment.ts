import type { OrderReader, OrderStore } from '../orders/order-store.ts';
import type { PaymentWait } from '../orders/saga.ts';
import type { Clock } from '../shared/clock.ts';
import {
  InvalidOrder,
  OrderClosed,
  PaymentCanceled,
  PaymentDeclined,
  Transient,
} from '../shared/errors.ts';
import type {
  Order,
  OrderNumber,
  Payment,
  PaymentStatus,
  ShippingQuote,
  Totals,
} from '../shared/order.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { PaymentGateway, PaymentIntent } from './payment-gateway.ts';

/** How long a provider may process a payment, in milliseconds (W: `OrderStatusPaymentProcessing` times out after 5 min). */
const PROCESSING_LIMIT_MS = 5 * 60_000;

export interface AuthorizePaymentInput {
  order_number: OrderNumber;
  totals: Totals;
  shipping: ShippingQuote;
  warnings: string[];
  task_token: string;
}

export interface AuthorizePaymentDeps {
  orders: OrderStore;
  payments: PaymentGateway;
  wait: PaymentWait;
  clock: Clock;
}

/**
 * Authorizes the order's total. The task is a callback: it is completed from here when no customer is needed, by
 * the provider's webhook when one is, and by its timeout when the customer does not come.
 *
 * The payment's id is kept with the order before anybody is asked for money. So a run that dies leaves either a
 * payment that nobody was asked for, or one that the next run and the undo find by its id.
 * @throws PaymentDeclined, PaymentCanceled, InvalidOrder, OrderClosed, Transient
 */
export async function authorizePayment(
  deps: AuthorizePaymentDeps,
  input: AuthorizePaymentInput,
): Promise<void> {
  const order = await deps.orders.get(input.order_number);
  if (!order) throw new InvalidOrder(`there is no order ${input.order_number}`);
  const created = order.payment ? undefined : await createIntent(deps, order, input.totals);
  const payment = created ? paymentOf(created) : order.payment;
  const attached =
    payment &&
    (await deps.orders.attachPayment(
      input.order_number,
      {
        payment,
        totals: input.totals,
        shipping: input.shipping,
        warnings: input.warnings,
        taskToken: input.task_token,
      },
      deps.clock.now(),
    ));
  if (!attached) throw new OrderClosed(`${input.order_number} is being undone`);

  // An earlier run's payment is looked at only now: whoever changes it from here on finds this run's token.
  const intent = created ?? (await deps.payments.retrieve(payment.payment_intent_id));
  const asked =
    intent.status === 'unconfirmed'
      ? await deps.payments.confirm(intent.id, idempotencyKey(order, 'confirm'))
      : intent;
  const refusal = await settleIntent(deps, attached, asked);
  if (refusal) throw refusal;
}

async function createIntent(
  { payments }: AuthorizePaymentDeps,
  order: Order,
  { total }: Totals,
): Promise<PaymentIntent> {
  if (total === null) throw new InvalidOrder(`${order.order_number} has no total to pay`);
  return payments.create(
    {
      order_number: order.order_number,
      amount: total,
      currency: order.currency,
      payment_method_id: order.payment_method_id,
    },
    idempotencyKey(order, 'create'),
  );
}

/**
 * Brings the order to where its payment is, and wakes the saga when the payment is authorized. From the step
 * itself, from webhooks and from the sweep: whoever comes first, the others change nothing.
 * @returns why the payment will not come, if it will not
 */
export async function settleIntent(
  deps: Pick<AuthorizePaymentDeps, 'orders' | 'wait' | 'clock'>,
  order: Order,
  intent: PaymentIntent,
): Promise<PaymentDeclined | PaymentCanceled | undefined> {
  const { order_number } = order;
  const now = deps.clock.now();
  switch (intent.status) {
    case 'authorized':
    case 'captured':
      if (await deps.orders.authorized(order_number, now))
        await deps.wait.succeed(order, intent.id);
      return undefined;
    case 'unconfirmed':
      return undefined;
    case 'needs_customer':
      await deps.orders.awaitCustomer(order_number, paymentOf(intent), now);
      return undefined;
    case 'processing':
      await deps.orders.awaitProvider(
        order_number,
        new Date(now.getTime() + PROCESSING_LIMIT_MS),
        now,
      );
      return undefined;
    case 'declined':
      return new PaymentDeclined(intent.decline_message ?? 'The payment was declined');
    case 'canceled':
      return new PaymentCanceled('The payment was canceled');
  }
}

/**
 * The undo of authorizing and of capturing: voids what is held, refunds what was taken, does nothing where nothing
 * is. The provider is asked first, since the step that failed may have had its effect all the same; and it is the
 * provider that decides between a capture in flight and this.
 */
export async function undoPayment(
  deps: { orders: OrderReader; payments: PaymentGateway },
  { order_number }: { order_number: OrderNumber },
): Promise<{ payment_status: PaymentStatus }> {
  const order = await deps.orders.get(order_number);
  // An intent that was never kept with the order was never confirmed either: nobody was asked for money.
  if (!order?.payment) return { payment_status: order?.payment_status ?? 'pending' };
  return { payment_status: await giveBack(deps.payments, order, order.payment.payment_intent_id) };
}

/** Makes sure that intent `id` neither holds nor keeps any money. Answers what that took. */
export async function giveBack(
  payments: PaymentGateway,
  order: Pick<Order, 'order_number'>,
  id: Payment['payment_intent_id'],
): Promise<'voided' | 'refunded' | 'failed'> {
  const seen = await payments.retrieve(id);
  const ended =
    seen.status === 'canceled' || seen.status === 'captured' ? seen : await payments.cancel(id);
  if (ended.status === 'captured') {
    await payments.refund(id, idempotencyKey(order, `undo-refund-${id}`));
    return 'refunded';
  }
  if (ended.status !== 'canceled') {
    throw new Transient(
      `payment of ${order.order_number} is ${ended.status} and could not be undone`,
    );
  }
  return seen.decline_message ? 'failed' : 'voided';
}

function paymentOf(intent: PaymentIntent): Payment {
  return {
    payment_intent_id: intent.id,
    ...(intent.client_secret && { client_secret: intent.client_secret }),
    ...(intent.next_action && { next_action: intent.next_action }),
  };
}
