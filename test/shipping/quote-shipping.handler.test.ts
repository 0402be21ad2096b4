import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrder } from './an-order.ts';
import {
  CONTEXT,
  type FunctionEnvironment,
  startFunctionEnvironment,
} from './function-environment.ts';
import { putOrder } from './order-table.ts';

let environment: FunctionEnvironment;
let handler: typeof import('../../lambdas/shipping/quote-shipping.handler.ts').handler;

beforeAll(async () => {
  environment = await startFunctionEnvironment();
  ({ handler } = await import('../../lambdas/shipping/quote-shipping.handler.ts'));
});
afterAll(() => environment.stop());

it('quotes an order with the carriers that its environment names', async () => {
  const order = anOrder();
  await putOrder(environment.db, order);

  expect(await handler({ order_number: order.order_number }, CONTEXT)).toEqual({
    shipping: {
      method: 'standard',
      carrier: expect.stringMatching(/^(fedex|ups|usps)$/),
      service: expect.any(String),
      amount: expect.any(Number),
      days: expect.any(Number),
    },
    warnings: [],
  });
});

it('refuses an input that names no order', async () => {
  await expect(handler({ order_number: 'x' }, CONTEXT)).rejects.toThrow('must look like');
});
