import { PaymentCanceled, Transient } from '../shared/errors.ts';
import type { OrderNumber, PaymentIntentId } from '../shared/order.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { PaymentGateway } from './payment-gateway.ts';

/**
 * Takes the authorized payment. Its undo is `undoPayment`.
 * @throws PaymentCanceled if the authorization is gone; Transient if the outcome is unknown
 */
export async function capturePayment(
  deps: { payments: PaymentGateway },
  input: { order_number: OrderNumber; payment_intent_id: PaymentIntentId; attempt: number },
): Promise<{ order_number: OrderNumber }> {
  const { order_number, payment_intent_id } = input;
  const intent = await deps.payments.capture(
    payment_intent_id,
    idempotencyKey(input, 'capture', input.attempt),
  );
  if (intent.status === 'captured') return { order_number };
  throw intent.status === 'authorized' || intent.status === 'processing'
    ? new Transient(`the capture is ${intent.status}`)
    : new PaymentCanceled('The authorization can no longer be captured');
}
