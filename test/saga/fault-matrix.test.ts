import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { audit, type Inventory, takeInventory } from '../support/audit.ts';
import { LocalCloud } from '../support/local-cloud.ts';
import { place, settled } from '../support/settle.ts';
import { type FunctionFault, type Shop, shopAt } from '../support/shop.ts';

/**
 * Every step and every undo of the checkout fails in every way: before its effect, after it, timing out after it, and
 * running twice; once, so that a retry may mend it, and always, so that none can.
 */
const STEPS = [
  'ReserveStock',
  'QuoteShipping',
  'ComputeTax',
  'AuthorizePayment',
  'CommitStock',
  'CapturePayment',
  'ConfirmOrder',
];
const UNDOS = ['BeginUndo', 'UndoPayment', 'UndoStock', 'FailOrder'];
const KINDS = ['before', 'after', 'timeout_after', 'twice'] as const;
const ALWAYS = 1000;

const cloud = new LocalCloud();
let shop: Shop;
let before: Inventory;

beforeAll(async () => {
  shop = shopAt(await cloud.start());
});

afterAll(() => cloud.remove());

beforeEach(async () => {
  before ??= await takeInventory(shop);
});

afterEach(async () => {
  await shop.clearFunctionFaults();
});

async function fail(step: string, kind: FunctionFault['kind'], times: number): Promise<void> {
  await shop.functionFault({ function: `Checkout${step}`, kind, times });
}

describe.each(STEPS)('%s', (step) => {
  test.each(KINDS)('fails once, %s: the order is paid all the same', async (kind) => {
    await fail(step, kind, 1);
    const order = await settled(shop, await place(shop));
    expect(order).toMatchObject({ status: 'confirmed', payment_status: 'captured' });
    expect(await audit(shop, before)).toEqual([]);
  });

  test.each(['before', 'after', 'timeout_after'] as const)(
    'fails always, %s: the order is undone, or stands if it was confirmed',
    async (kind) => {
      await fail(step, kind, ALWAYS);
      const order = await settled(shop, await place(shop));
      // The step may have completed its own callback, or have confirmed the order, before it "failed".
      const hadItsEffect =
        kind !== 'before' && (step === 'AuthorizePayment' || step === 'ConfirmOrder');
      expect(order.status).toBe(hadItsEffect ? 'confirmed' : 'failed');
      expect(await audit(shop, before)).toEqual([]);
    },
  );
});

describe.each(UNDOS)('%s', (undo) => {
  beforeEach(() => fail('CapturePayment', 'before', ALWAYS));

  test.each(KINDS)('fails once, %s: the order is undone all the same', async (kind) => {
    await fail(undo, kind, 1);
    const order = await settled(shop, await place(shop));
    expect(order).toMatchObject({ status: 'failed', payment_status: 'voided' });
    expect(await audit(shop, before)).toEqual([]);
  });

  test.each(['before', 'after', 'timeout_after'] as const)(
    'fails always, %s: the order waits for a person, and nothing is lost',
    async (kind) => {
      await fail(undo, kind, ALWAYS);
      const order = await settled(shop, await place(shop));
      // Failing the order is the last step: where it had its effect, the order has failed as it should.
      const expected = undo === 'FailOrder' && kind !== 'before' ? 'failed' : 'needs_attention';
      expect(order.status).toBe(expected);
      expect(await audit(shop, before)).toEqual([]);
    },
  );
});

describe('ParkOrder', () => {
  beforeEach(async () => {
    await fail('CapturePayment', 'before', ALWAYS);
    await fail('UndoPayment', 'before', ALWAYS);
  });

  test.each(KINDS)('fails once, %s: the order waits for a person', async (kind) => {
    await fail('ParkOrder', kind, 1);
    const order = await settled(shop, await place(shop));
    expect(order.status).toBe('needs_attention');
    expect(await audit(shop, before)).toEqual([]);
  });

  test('fails always: the rule on the undo parks the order', async () => {
    await fail('ParkOrder', 'before', ALWAYS);
    const order = await settled(shop, await place(shop));
    expect(order).toMatchObject({
      status: 'needs_attention',
      failure: { step: 'CapturePayment', code: 'CHECKOUT_FAILED' },
    });
    expect(order.history.at(-1)).toMatchObject({ step: 'UndoCheckout' });
    expect(await audit(shop, before)).toEqual([]);
  });
});
