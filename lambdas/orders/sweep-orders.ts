import type { PaymentGateway } from '../payment/payment-gateway.ts';
import { settleIntent } from '../payment/settle-intent.ts';
import type { Clock } from '../shared/clock.ts';
import { PaymentTimedOut } from '../shared/errors.ts';
import type { Order, OrderNumber } from '../shared/order.ts';
import type { OrderStore } from './order-store.ts';
import type { CheckoutInput, PaymentWait, Starter, UndoInput } from './saga.ts';

/** An order that has not ended after this time is looked at: longer than a checkout that needs nobody. */
const GRACE_MS = 60_000;

/** A checkout that ended and an order that has not changed for this time: nobody is at work on it. */
const STRANDED_MS = 10 * 60_000;

/** Orders that are pushed at the same time. */
const AT_ONCE = 10;

export interface SweepOrdersDeps {
  orders: OrderStore;
  checkout: Starter<CheckoutInput>;
  undo: Starter<UndoInput>;
  payments: PaymentGateway;
  wait: PaymentWait;
  clock: Clock;
  /** An order's fault is told, and the sweep goes on to the next. */
  onError: (orderNumber: OrderNumber, error: unknown) => void;
}

/**
 * Finds the orders that stand still though they should not, and gives each its push: an accepted one whose checkout
 * never started is started; one whose checkout ended without ending it is undone; one whose payment is processing
 * for too long is settled by what the provider says now.
 * @throws Error when all are looked at, if any could not be pushed: that alarms
 */
export async function sweepOrders(deps: SweepOrdersDeps): Promise<{ looked_at: number }> {
  const before = new Date(deps.clock.now().getTime() - GRACE_MS);
  let lookedAt = 0;
  let failed = 0;
  for await (const page of deps.orders.openSince(before)) {
    const numbers = page.values();
    const pushNext = async (): Promise<void> => {
      for (const orderNumber of numbers) {
        lookedAt += 1;
        if (!(await pushed(deps, orderNumber))) failed += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, pushNext));
  }
  if (failed > 0) throw new Error(`${failed} of ${lookedAt} orders could not be swept`);
  return { looked_at: lookedAt };
}

async function pushed(deps: SweepOrdersDeps, orderNumber: OrderNumber): Promise<boolean> {
  try {
    const order = await deps.orders.get(orderNumber);
    if (order) await push(deps, order);
    return true;
  } catch (error) {
    deps.onError(orderNumber, error);
    return false;
  }
}

async function push(deps: SweepOrdersDeps, order: Order): Promise<void> {
  const { order_number } = order;
  if ((await deps.checkout.start({ order_number })) === 'closed') {
    await undoStranded(deps, order);
  } else if (order.processing_until && new Date(order.processing_until) <= deps.clock.now()) {
    await endProcessing(deps, order);
  }
}

/** An undo may be running, and starting one more is safe, but only after a while is it likely that none is. */
async function undoStranded(deps: SweepOrdersDeps, order: Order): Promise<void> {
  const touched = Date.parse(order.updated_at);
  if (deps.clock.now().getTime() - touched < STRANDED_MS) return;
  const { order_number } = order;
  const failure = {
    step: 'Checkout',
    error: 'Stranded',
    cause: 'the checkout ended without the order',
  };
  await deps.undo.start({ order_number, failure }, `${order_number}-${touched}`);
}

async function endProcessing(deps: SweepOrdersDeps, order: Order): Promise<void> {
  if (!order.payment) return;
  const intent = await deps.payments.retrieve(order.payment.payment_intent_id);
  const refusal = await settleIntent(deps, order, intent);
  if (refusal) return deps.wait.fail(order, refusal);
  if (intent.status === 'processing') {
    await deps.wait.fail(order, new PaymentTimedOut('The payment was not processed in time'));
  }
}
