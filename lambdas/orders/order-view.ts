import type { Order } from '../shared/order.ts';

/** What the API shows of an order: no person's data, no task token, and only while it is due, how to pay. */
export function viewOrder(order: Order) {
  const { payment } = order;
  const forCustomer = needsCustomer(order) ? payment : undefined;
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
      client_secret: forCustomer?.client_secret ?? null,
      next_action: forCustomer?.next_action ?? null,
    },
    failure: standsStill(order) ? (order.failure ?? null) : null,
    warnings: order.warnings,
    history: order.history,
    created_at: order.created_at,
    updated_at: order.updated_at,
  };
}

export type OrderView = ReturnType<typeof viewOrder>;

/** The payment waits for the customer, and for nobody else. */
function needsCustomer({ status, payment_status, undoing }: Order): boolean {
  return status === 'awaiting_payment' && payment_status === 'pending' && !undoing;
}

/** Whether the order stands still: it needs the customer or a person, or it has ended. */
export function standsStill(order: Order): boolean {
  return (
    needsCustomer(order) || (order.status !== 'pending' && order.status !== 'awaiting_payment')
  );
}
