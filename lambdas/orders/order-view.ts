import type { Order } from '../shared/order.ts';

/** What the API shows of an order: no person's data, no task token, and a next action only while there is one. */
export function viewOrder(order: Order) {
  const { payment } = order;
  return {
    order_number: order.order_number,
    status: order.status,
    payment_status: order.payment_status,
    currency: order.currency,
    items: order.items.map(({ sku, name, quantity, unit_price, total_price }) => ({
      sku,
      name,
      quantity,
      unit_price,
      total_price,
    })),
    totals: order.totals,
    shipping: order.shipping ?? { method: order.shipping_method },
    payment: {
      payment_intent_id: payment?.payment_intent_id ?? null,
      client_secret: payment?.client_secret ?? null,
      next_action: order.status === 'awaiting_payment' ? (payment?.next_action ?? null) : null,
    },
    failure: order.failure ?? null,
    warnings: order.warnings,
    history: order.history,
    created_at: order.created_at,
    updated_at: order.updated_at,
  };
}

export type OrderView = ReturnType<typeof viewOrder>;

/** Whether the order stands still: it needs the customer or a person, or it has ended. */
export function standsStill(order: Order): boolean {
  return order.status !== 'pending';
}
