import type Stripe from 'stripe';
import type { Shop } from '../support/shop.ts';

/**
 * Holds orders that were accepted against the payment provider's books. Answers every difference: an order without
 * exactly one captured intent, or any order, known or not, that paid twice.
 */
export async function verifyPayments(shop: Shop, accepted: Iterable<string>): Promise<string[]> {
  const captured = new Map<string, number>();
  const held: string[] = [];
  for await (const intent of shop.stripe.paymentIntents.list({ limit: 100 })) {
    const number = intent.metadata['order_number'] ?? '';
    if (isCaptured(intent)) captured.set(number, (captured.get(number) ?? 0) + 1);
    if (intent.status === 'requires_capture') held.push(number);
  }
  const known = new Set(accepted);
  return [
    ...[...known].flatMap((number) =>
      captured.has(number) ? [] : [`${number} has no captured payment`],
    ),
    ...[...captured].flatMap(([number, times]) =>
      times === 1 ? [] : [`${number} was captured ${times} times`],
    ),
    ...held.flatMap((number) => (known.has(number) ? [`${number} holds money`] : [])),
  ];
}

function isCaptured({ status, amount, amount_received }: Stripe.PaymentIntent): boolean {
  return status === 'succeeded' && amount_received === amount;
}
