import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, type Inventory, takeInventory } from '../support/audit.ts';
import { LocalCloud } from '../support/local-cloud.ts';
import { awaitingCustomer, challenge, place } from '../support/settle.ts';
import { type Shop, shopAt } from '../support/shop.ts';

const cloud = new LocalCloud();
let shop: Shop;
let before: Inventory;

beforeAll(async () => {
  shop = shopAt(await cloud.start());
  before = await takeInventory(shop);
});

afterAll(() => cloud.remove());

async function restart(): Promise<void> {
  await cloud.kill();
  shop = shopAt(await cloud.start());
}

async function nothingRuns(): Promise<void> {
  await expect
    .poll(async () => (await shop.lastEvents()).length, { timeout: 60_000, interval: 50 })
    .toBe(0);
}

test.each([1, 2, 3])(
  'kill -9 amid forty orders, round %i: every accepted one ends',
  async () => {
    const placing = Array.from({ length: 40 }, (_, i) =>
      place(shop, i % 4 === 0 ? { payment_method_id: 'pm_card_visa_chargeDeclined' } : {}),
    );
    // Some are accepted, some are on their way, and some callers never get their answer.
    const first = Promise.any(placing);
    const answers = Promise.allSettled(placing);
    await first;
    await restart();

    const accepted = (await answers).flatMap((answer) =>
      answer.status === 'fulfilled' ? [answer.value] : [],
    );
    // The sweep starts what was stored and not started.
    await shop.advance(120);
    await nothingRuns();
    const orders = await Promise.all(accepted.map((number) => shop.order(number)));
    expect(orders.every(({ status }) => status === 'confirmed' || status === 'failed')).toBe(true);
    await nothingRuns();
    expect(await audit(shop, before)).toEqual([]);
  },
  120_000,
);

test('kill -9 while the customer is at the bank: the order goes on afterwards', async () => {
  const change = { payment_method_id: 'pm_card_authenticationRequired' };
  const waiting = await awaitingCustomer(shop, await place(shop, change));
  await restart();
  await challenge(shop, waiting, 'pass');
  await nothingRuns();
  expect(await shop.order(waiting.order_number)).toMatchObject({
    status: 'confirmed',
    payment_status: 'captured',
  });
  expect(await audit(shop, before)).toEqual([]);
}, 60_000);
