import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrder } from '../shipping/an-order.ts';
import {
  CONTEXT,
  type FunctionEnvironment,
  startFunctionEnvironment,
} from '../shipping/function-environment.ts';
import { putOrder } from '../shipping/order-table.ts';

let environment: FunctionEnvironment;
let handler: typeof import('../../lambdas/tax/compute-tax.handler.ts').handler;

beforeAll(async () => {
  environment = await startFunctionEnvironment();
  ({ handler } = await import('../../lambdas/tax/compute-tax.handler.ts'));
});
afterAll(() => environment.stop());

it('answers totals that add up, with the tax of the provider that its environment names', async () => {
  const order = anOrder();
  await putOrder(environment.db, order);
  const shipping = { method: 'standard', carrier: 'ups', service: 'UPS Ground', amount: 795 };

  const answer = await handler({ order_number: order.order_number, shipping }, CONTEXT);

  expect(answer).toMatchObject({ totals: { subtotal: 5998, discount: 0, shipping: 795 } });
  const { tax, total } = answer.totals;
  expect(total).toBe(5998 + 795 + Number(tax));
});

it('refuses a shipping quote that is none', async () => {
  const input = { order_number: anOrder().order_number, shipping: { amount: -1 } };

  await expect(handler(input, CONTEXT)).rejects.toThrow('shipping');
});
