import type Stripe from 'stripe';
import type { Order } from '../../lambdas/shared/order.ts';
import type { Shop } from './shop.ts';

/** What the shop had before anybody bought: pieces by SKU. */
export type Inventory = Map<string, number>;

interface StockItem {
  id: string;
  available?: number;
  held?: number;
  reservation?: string;
}

/** The pieces on hand of every SKU. */
export async function takeInventory(shop: Shop): Promise<Inventory> {
  const items = await shop.scan<StockItem>('Stock');
  return new Map(
    items
      .filter(({ id }) => id.startsWith('sku#'))
      .map(({ id, available = 0, held = 0 }) => [id.slice('sku#'.length), available + held]),
  );
}

/**
 * Holds the shop's books against its payment provider, its stock and its mailbox. Answers every difference, none when
 * it all adds up:
 * - money is held or kept only for confirmed orders, once and exactly, or for orders that wait for a person;
 * - every piece that left is in a confirmed order, every piece that is held in one that waits for a person;
 * - an order got each kind of e-mail at most once;
 * - every order has ended or waits for a person.
 */
export async function audit(shop: Shop, before: Inventory): Promise<string[]> {
  const [orders, after, stock, intents, refunds, emails] = await Promise.all([
    shop.scan<Order>('Orders'),
    takeInventory(shop),
    shop.scan<StockItem>('Stock'),
    all(shop.stripe.paymentIntents.list({ limit: 100 })),
    all(shop.stripe.refunds.list({ limit: 100 })),
    shop.inbox(),
  ]);
  return [
    ...orders.flatMap((order) => ended(order)),
    ...auditMoney(orders, intents, refunds),
    ...auditStock(orders, before, after, stock),
    ...auditEmails(emails),
  ];
}

function ended({ order_number, status }: Order): string[] {
  return ['confirmed', 'failed', 'needs_attention'].includes(status)
    ? []
    : [`${order_number} is still ${status}`];
}

function auditMoney(
  orders: Order[],
  intents: Stripe.PaymentIntent[],
  refunds: Stripe.Refund[],
): string[] {
  const byNumber = new Map(orders.map((order) => [String(order.order_number), order]));
  const taken = new Map<string, number>();
  const differences: string[] = [];
  for (const intent of intents) {
    const number = intent.metadata['order_number'] ?? '';
    const order = byNumber.get(number);
    const refunded = refunds
      .filter(
        ({ payment_intent, status }) => payment_intent === intent.id && status === 'succeeded',
      )
      .reduce((sum, { amount }) => sum + amount, 0);
    // Stripe lists the release of an uncaptured amount as a refund, too.
    const kept = intent.status === 'canceled' ? 0 : intent.amount_received - refunded;
    taken.set(number, (taken.get(number) ?? 0) + kept);
    const parked = order?.status === 'needs_attention';
    if (intent.status === 'requires_capture' && !parked) {
      differences.push(`${number} is ${order?.status} and ${intent.id} holds ${intent.amount}`);
    }
    if (kept < 0) differences.push(`${number} was refunded ${-kept} more than was taken`);
    if (kept > 0 && order?.status !== 'confirmed' && !parked) {
      differences.push(`${number} is ${order?.status} and ${intent.id} keeps ${kept}`);
    }
  }
  for (const { order_number, status, totals } of orders) {
    const paid = taken.get(order_number) ?? 0;
    if (status === 'confirmed' && paid !== totals.total) {
      differences.push(`${order_number} costs ${totals.total} and ${paid} was taken`);
    }
  }
  return differences;
}

function auditStock(
  orders: Order[],
  before: Inventory,
  after: Inventory,
  stock: StockItem[],
): string[] {
  const sold = new Map<string, number>();
  for (const { status, items } of orders) {
    if (status !== 'confirmed') continue;
    for (const { sku, quantity } of items) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  const parked = orders.filter(({ status }) => status === 'needs_attention');
  const parkedPieces = (sku: string) =>
    parked
      .flatMap(({ items }) => items)
      .reduce((n, item) => n + (item.sku === sku ? item.quantity : 0), 0);

  return [...before].flatMap(([sku, had]) => {
    const missing = had - (after.get(sku) ?? 0) - (sold.get(sku) ?? 0);
    const { available = 0, held = 0 } = stock.find(({ id }) => id === `sku#${sku}`) ?? {};
    const waiting = parkedPieces(sku);
    const differences: string[] = [];
    // A parked order holds its pieces, or has sold them already.
    if (missing < 0 || missing > waiting) differences.push(`${sku}: ${missing} pieces are nowhere`);
    if (held > waiting) differences.push(`${sku}: ${held} held for nobody`);
    if (available < 0) differences.push(`${sku}: ${available} available`);
    return differences;
  });
}

function auditEmails(emails: string[]): string[] {
  return emails
    .filter((key, index) => emails.indexOf(key) !== index)
    .map((key) => `${key} was sent more than once`);
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}
