import { beforeEach, describe, expect, test } from 'vitest';
import type { PaymentGateway } from '../../lambdas/payment/payment-gateway.ts';
import { type Currency, minorUnits } from '../../lambdas/shared/money.ts';
import type { OrderNumber } from '../../lambdas/shared/order.ts';

/** A gateway to hold to the contract, and what its provider does to a card. */
export interface GatewayUnderTest {
  gateway: PaymentGateway;
  /** Payment methods by what becomes of them. */
  methods: { good: string; declined: string; challenged: string; unknown: string };
  /** Lets the provider's next call of this kind go wrong; `lost` has its effect and no answer. */
  breakNext(
    call: 'create' | 'confirm' | 'capture' | 'cancel' | 'refund',
    how: 'down' | 'lost',
  ): Promise<void>;
  /** What the provider has taken and not given back, in minor units. */
  kept(id: string): Promise<number>;
}

const USD = 'USD' as Currency;
let serial = 0;

/** What every PaymentGateway does; see the interface. */
export function paymentGatewayConformance(start: () => GatewayUnderTest): void {
  let subject: GatewayUnderTest;
  let gateway: PaymentGateway;
  let orderNumber: OrderNumber;
  const key = (step: string) => `${orderNumber}:${step}:1`;

  beforeEach(() => {
    subject = start();
    ({ gateway } = subject);
    serial += 1;
    orderNumber = `ORD-2026-${String(serial).padStart(6, '0')}` as OrderNumber;
  });

  const create = (payment_method_id: string) =>
    gateway.create(
      { order_number: orderNumber, amount: minorUnits(1234), currency: USD, payment_method_id },
      key('create'),
    );
  const confirmed = async (method: string) => {
    const { id } = await create(method);
    return gateway.confirm(id, key('confirm'));
  };

  test('a new payment asks nobody for money, and says whose it is', async () => {
    expect(await create(subject.methods.good)).toMatchObject({
      status: 'unconfirmed',
      amount: 1234,
      currency: 'USD',
      order_number: orderNumber,
    });
  });

  test('confirming holds the money, capturing takes it, and both again change nothing', async () => {
    const { id, status } = await confirmed(subject.methods.good);
    expect(status).toBe('authorized');
    expect(await gateway.confirm(id, key('confirm-again'))).toMatchObject({ status: 'authorized' });
    expect(await subject.kept(id)).toBe(0);
    expect(await gateway.capture(id, key('capture'))).toMatchObject({ status: 'captured' });
    expect(await gateway.capture(id, key('capture-again'))).toMatchObject({ status: 'captured' });
    expect(await subject.kept(id)).toBe(1234);
  });

  test('the same create with the same key is one payment', async () => {
    const [first, again] = [await create(subject.methods.good), await create(subject.methods.good)];
    expect(again.id).toBe(first.id);
  });

  test('a decline is an answer, with words for the customer', async () => {
    const declined = await confirmed(subject.methods.declined);
    expect(declined.status).toBe('declined');
    expect(declined.decline_message).toMatch(/card|declined|funds/i);
  });

  test('a challenge waits for the customer, with what to do', async () => {
    const waiting = await confirmed(subject.methods.challenged);
    expect(waiting.status).toBe('needs_customer');
    expect(waiting.next_action?.redirect_url).toMatch(/^https?:/);
    expect(waiting.client_secret).toBeDefined();
  });

  test('a payment method that nobody knows is the order’s fault', async () => {
    await expect(create(subject.methods.unknown)).rejects.toMatchObject({ name: 'InvalidOrder' });
  });

  test('canceling ends what was not captured, and twice is once', async () => {
    const { id } = await confirmed(subject.methods.good);
    expect(await gateway.cancel(id)).toMatchObject({ status: 'canceled' });
    expect(await gateway.cancel(id)).toMatchObject({ status: 'canceled' });
    expect(await gateway.capture(id, key('capture'))).toMatchObject({ status: 'canceled' });
    expect(await subject.kept(id)).toBe(0);
  });

  test('canceling what was captured changes nothing and says so', async () => {
    const { id } = await confirmed(subject.methods.good);
    await gateway.capture(id, key('capture'));
    expect(await gateway.cancel(id)).toMatchObject({ status: 'captured' });
    expect(await subject.kept(id)).toBe(1234);
  });

  test('refunding gives all back, and twice is once, whatever the key', async () => {
    const { id } = await confirmed(subject.methods.good);
    await gateway.capture(id, key('capture'));
    await gateway.refund(id, key('refund'));
    await gateway.refund(id, key('refund'));
    await gateway.refund(id, key('refund-again'));
    expect(await subject.kept(id)).toBe(0);
  });

  describe.each(['down', 'lost'] as const)('when the provider is %s', (how) => {
    test('create is transient, and its repetition one payment', async () => {
      await subject.breakNext('create', how);
      await expect(create(subject.methods.good)).rejects.toMatchObject({ name: 'Transient' });
      expect(await create(subject.methods.good)).toMatchObject({ status: 'unconfirmed' });
    });

    test('confirm is transient, and looking tells what became of it', async () => {
      const { id } = await create(subject.methods.good);
      await subject.breakNext('confirm', how);
      await expect(gateway.confirm(id, key('confirm'))).rejects.toMatchObject({
        name: 'Transient',
      });
      expect(await gateway.retrieve(id)).toMatchObject({
        status: how === 'lost' ? 'authorized' : 'unconfirmed',
      });
    });

    test('capture is transient, and its next attempt takes the money once', async () => {
      const { id } = await confirmed(subject.methods.good);
      await subject.breakNext('capture', how);
      await expect(gateway.capture(id, key('capture'))).rejects.toMatchObject({
        name: 'Transient',
      });
      expect(await gateway.capture(id, key('capture-2'))).toMatchObject({ status: 'captured' });
      expect(await subject.kept(id)).toBe(1234);
    });

    test('refund is transient, and its next attempt gives the money back once', async () => {
      const { id } = await confirmed(subject.methods.good);
      await gateway.capture(id, key('capture'));
      await subject.breakNext('refund', how);
      await expect(gateway.refund(id, key('refund'))).rejects.toMatchObject({ name: 'Transient' });
      await gateway.refund(id, key('refund-2'));
      expect(await subject.kept(id)).toBe(0);
    });

    test('cancel is transient, and again it is over', async () => {
      const { id } = await confirmed(subject.methods.good);
      await subject.breakNext('cancel', how);
      await expect(gateway.cancel(id)).rejects.toMatchObject({ name: 'Transient' });
      expect(await gateway.cancel(id)).toMatchObject({ status: 'canceled' });
    });
  });
}
