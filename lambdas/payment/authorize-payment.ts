import type { OrderReader } from '../orders/order-store.ts';
import { InvalidOrder, OrderClosed, Transient } from '../shared/errors.ts';
import type { Order, OrderNumber, PaymentStatus, ShippingQuote, Totals } from '../shared/order.ts';
import { giveBack } from './give-back.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { PaymentGateway, PaymentIntent } from './payment-gateway.ts';
import { paymentOf, type SettleIntentDeps, settleIntent } from './settle-intent.ts';

export interface AuthorizePaymentInput {
  order_number: OrderNumber;
  totals: Totals;
  shipping: ShippingQuote;
  warnings: string[];
  task_token: string;
  /** The step's attempt, from 1. */
  attempt: number;
}

export interface AuthorizePaymentDeps extends SettleIntentDeps {
  payments: PaymentGateway;
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
  const created = order.payment ? undefined : await createIntent(deps, order, input);
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
        attempt: input.attempt,
      },
      deps.clock.now(),
    ));
  if (!attached) throw await whyNotAttached(deps, input.order_number);

  // An earlier run's payment is looked at only now: whoever changes it from here on finds this run's token.
  const intent = created ?? (await deps.payments.retrieve(payment.payment_intent_id));
  const asked =
    intent.status === 'unconfirmed'
      ? await deps.payments.confirm(intent.id, idempotencyKey(order, 'confirm', input.attempt))
      : intent;
  if (asked.status === 'unconfirmed') {
    throw new InvalidOrder('the provider refused to confirm the payment');
  }
  const refusal = await settleIntent(deps, attached, asked);
  if (refusal) throw refusal;
}

async function createIntent(
  { payments }: AuthorizePaymentDeps,
  order: Order,
  { totals: { total }, attempt }: AuthorizePaymentInput,
): Promise<PaymentIntent> {
  if (total === null) throw new InvalidOrder(`${order.order_number} has no total to pay`);
  return payments.create(
    {
      order_number: order.order_number,
      amount: total,
      currency: order.currency,
      payment_method_id: order.payment_method_id,
    },
    idempotencyKey(order, 'create', attempt),
  );
}

async function whyNotAttached(
  { orders }: AuthorizePaymentDeps,
  orderNumber: OrderNumber,
): Promise<OrderClosed | Transient> {
  const order = await orders.get(orderNumber);
  return order?.undoing || order?.status === 'failed'
    ? new OrderClosed(`${orderNumber} is being undone`)
    : new Transient(`another attempt pays for ${orderNumber}`);
}

/**
 * The undo of authorizing and of capturing: voids what is held, refunds what was taken, does nothing where nothing
 * is. The provider is asked first, since the step that failed may have had its effect all the same; and it is the
 * provider that decides between a capture in flight and this.
 */
export async function undoPayment(
  deps: { orders: OrderReader; payments: PaymentGateway },
  { order_number, attempt }: { order_number: OrderNumber; attempt: number },
): Promise<{ payment_status: PaymentStatus }> {
  const order = await deps.orders.get(order_number);
  // An intent that was never kept with the order was never confirmed either: nobody was asked for money.
  if (!order?.payment) return { payment_status: order?.payment_status ?? 'pending' };
  return {
    payment_status: await giveBack(deps.payments, order, order.payment.payment_intent_id, attempt),
  };
}
