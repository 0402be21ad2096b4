import { Transient } from '../shared/errors.ts';
import type { Order, PaymentIntentId } from '../shared/order.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { PaymentGateway } from './payment-gateway.ts';

/** Makes sure that intent `id` neither holds nor keeps any money. Answers what that took. */
export async function giveBack(
  payments: PaymentGateway,
  order: Pick<Order, 'order_number'>,
  id: PaymentIntentId,
  attempt: number,
): Promise<'voided' | 'refunded' | 'failed'> {
  const seen = await payments.retrieve(id);
  const ended =
    seen.status === 'canceled' || seen.status === 'captured' ? seen : await payments.cancel(id);
  if (ended.status === 'captured') {
    await payments.refund(id, idempotencyKey(order, `undo-refund-${id}`, attempt));
    return 'refunded';
  }
  if (ended.status !== 'canceled') {
    throw new Transient(
      `payment of ${order.order_number} is ${ended.status} and could not be undone`,
    );
  }
  return seen.decline_message ? 'failed' : 'voided';
}
