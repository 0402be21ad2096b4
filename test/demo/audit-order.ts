import type { OrderView } from '../../lambdas/orders/order-view.ts';
import type { Shop, StockLevel } from '../support/shop.ts';
import { money } from './draw.ts';
import type { Check, Scenario } from './scenarios.ts';

/** What the provider holds and has taken for an order, in minor units. */
export interface Money {
  intents: number;
  held: number;
  taken: number;
}

export async function moneyOf(shop: Shop, orderNumber: string): Promise<Money> {
  const intents = await shop.intents(orderNumber);
  const captured = intents.filter(({ status }) => status === 'succeeded');
  const refunds = await Promise.all(
    captured.map(({ id }) => shop.stripe.refunds.list({ payment_intent: id, limit: 100 })),
  );
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const refunded = sum(refunds.flatMap(({ data }) => data).map(({ amount }) => amount));
  return {
    intents: intents.length,
    held: sum(
      intents.filter(({ status }) => status === 'requires_capture').map(({ amount }) => amount),
    ),
    taken: sum(captured.map(({ amount_received }) => amount_received)) - refunded,
  };
}

/** Compares what has become of an order with what should have. */
export function auditOrder(
  { expected, skus }: Scenario,
  found: {
    order: OrderView;
    money: Money;
    before: StockLevel[];
    after: StockLevel[];
    emails: string[];
  },
): Check[] {
  const { order, before, after, emails } = found;
  const due = expected.status === 'confirmed' ? (order.totals.total ?? 0) : 0;
  const { taken, held } = found.money;
  return [
    {
      what:
        `order ${order.status}, payment ${order.payment_status}` +
        (order.failure ? `: ${order.failure.code}, "${order.failure.message}"` : ''),
      ok:
        order.status === expected.status &&
        order.payment_status === expected.payment_status &&
        order.failure?.code === expected.failure,
    },
    {
      what: `money   $0.00 → ${money(taken)} taken, ${money(held)} held`,
      ok: taken === due && held === 0,
    },
    ...skus.map((sku, i) => {
      const [was, is] = [before[i], after[i]];
      const sold = expected.sold[i] ?? 0;
      return {
        what: `stock   ${sku}: ${was?.available} → ${is?.available} available, ${is?.held} held`,
        ok: was !== undefined && is?.available === was.available - sold && is.held === was.held,
      };
    }),
    {
      what: `e-mail  ${emails.join(', ') || 'none'}`,
      ok: emails.join() === expected.emails.join(),
    },
  ];
}
