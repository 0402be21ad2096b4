import { anOrderRequest } from '../support/an-order-request.ts';
import type { Shop } from '../support/shop.ts';

/** One thing that the demo looks at after an order: what it found, and whether that is as it should be. */
export interface Check {
  what: string;
  ok: boolean;
}

export interface Scenario {
  title: string;
  /** What a person should know of the order before. */
  about: string;
  skus: string[];
  /** Places the order and does what the customer does. Answers the order's number when it has ended. */
  run(shop: Shop): Promise<string>;
  expected: {
    status: string;
    payment_status: string;
    /** Pieces that have left the stock, in the order of `skus`. */
    sold: number[];
    emails: string[];
    failure?: string;
  };
}

const request = anOrderRequest();
const laptop = { items: [{ sku: 'laptop', quantity: 1 }] };

async function placed(shop: Shop, change: object, key?: string): Promise<string> {
  const { status, body } = await shop.placeOrder({ ...request, ...change }, key);
  if (status !== 202) throw new Error(`POST /orders answered ${status}: ${JSON.stringify(body)}`);
  return body.order_number;
}

async function ended(shop: Shop, orderNumber: string): Promise<string> {
  for (;;) {
    const { status } = await shop.order(orderNumber);
    if (status !== 'pending' && status !== 'awaiting_payment') return orderNumber;
  }
}

/** The customer at the bank's page: passes or fails the 3DS challenge. */
async function challenge(shop: Shop, orderNumber: string, answer: 'pass' | 'fail'): Promise<void> {
  const { payment } = await shop.order(orderNumber);
  const page = payment.next_action?.redirect_url;
  if (!page) throw new Error(`${orderNumber} has no 3DS page to go to`);
  const sent = await fetch(`${page}/${answer}`, { method: 'POST', redirect: 'manual' });
  if (sent.status >= 400) throw new Error(`the 3DS page answered ${sent.status}`);
}

export const SCENARIOS: Scenario[] = [
  {
    title: 'Paid',
    about: '2 mugs and a lamp, a card that is good for it',
    skus: ['prod-123', 'prod-456'],
    run: async (shop) => ended(shop, await placed(shop, {})),
    expected: {
      status: 'confirmed',
      payment_status: 'captured',
      sold: [2, 1],
      emails: ['order_confirmation'],
    },
  },
  {
    title: 'Waits for 3DS, then paid',
    about: 'the bank asks the customer, who says yes',
    skus: ['laptop'],
    run: async (shop) => {
      const order = await placed(shop, {
        ...laptop,
        payment_method_id: 'pm_card_authenticationRequired',
      });
      await challenge(shop, order, 'pass');
      return ended(shop, order);
    },
    expected: {
      status: 'confirmed',
      payment_status: 'captured',
      sold: [1],
      emails: ['order_confirmation'],
    },
  },
  {
    title: 'Waits for 3DS, and nobody comes',
    about: 'the clock is set forward by sixteen minutes',
    skus: ['laptop'],
    run: async (shop) => {
      const order = await placed(shop, {
        ...laptop,
        payment_method_id: 'pm_card_authenticationRequired',
      });
      await shop.order(order);
      await shop.advance(16 * 60);
      return ended(shop, order);
    },
    expected: {
      status: 'failed',
      payment_status: 'voided',
      sold: [0],
      emails: ['payment_problem'],
      failure: 'PAYMENT_TIMED_OUT',
    },
  },
  {
    title: 'Declined, and undone',
    about: 'a desktop, and not enough money for it',
    skus: ['desktop'],
    run: async (shop) =>
      ended(
        shop,
        await placed(shop, {
          items: [{ sku: 'desktop', quantity: 1 }],
          payment_method_id: 'pm_card_chargeDeclinedInsufficientFunds',
        }),
      ),
    expected: {
      status: 'failed',
      payment_status: 'failed',
      sold: [0],
      emails: ['payment_problem'],
      failure: 'PAYMENT_DECLINED',
    },
  },
  {
    title: 'Out of stock',
    about: 'a mug that is there, and a poster that is not: all or nothing',
    skus: ['prod-123', 'out_of_stock'],
    run: async (shop) =>
      ended(
        shop,
        await placed(shop, {
          items: [
            { sku: 'prod-123', quantity: 1 },
            { sku: 'out_of_stock', quantity: 1 },
          ],
        }),
      ),
    expected: {
      status: 'failed',
      payment_status: 'pending',
      sold: [0, 0],
      emails: [],
      failure: 'OUT_OF_STOCK',
    },
  },
  {
    title: 'Sent five times, charged once',
    about: 'the same Idempotency-Key, five times at once',
    skus: ['TSHIRT-BLU-M'],
    run: async (shop) => {
      const body = { ...request, items: [{ sku: 'TSHIRT-BLU-M', quantity: 1 }] };
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => shop.placeOrder(body, 'the-same-key')),
      );
      const numbers = new Set(
        answers.filter(({ status }) => status === 202).map(({ body }) => body.order_number),
      );
      const [only, ...others] = numbers;
      if (!only || others.length > 0) throw new Error(`${numbers.size} orders for one key`);
      return ended(shop, only);
    },
    expected: {
      status: 'confirmed',
      payment_status: 'captured',
      sold: [1],
      emails: ['order_confirmation'],
    },
  },
];
