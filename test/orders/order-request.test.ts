import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashRequest, orderRequestSchema } from '../../lambdas/orders/order-request.ts';
import { faultsOf } from '../../lambdas/shared/api-handler.ts';
import { anOrderRequest } from '../support/an-order-request.ts';

function faults(change: Record<string, unknown>): string[] {
  const parsed = orderRequestSchema.safeParse({ ...anOrderRequest(), ...change });
  return parsed.success
    ? []
    : faultsOf(parsed.error).map(({ path, message }) => `${path}: ${message}`);
}

const address = anOrderRequest().shipping_address;

test('a good request is understood', () => {
  expect(faults({})).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['no items', { items: [] }, 'items: must have at least one item'],
  ['no quantity of an item', { items: [{ sku: 'laptop' }] }, 'items[0].quantity'],
  ['a quantity of nothing', { items: [{ sku: 'laptop', quantity: 0 }] }, 'must be at least 1'],
  ['half a piece', { items: [{ sku: 'laptop', quantity: 0.5 }] }, 'must be a whole number'],
  ['a huge quantity', { items: [{ sku: 'laptop', quantity: 1e15 }] }, 'must be at most 9999'],
  [
    'a huge quantity in parts',
    { items: Array.from({ length: 3 }, () => ({ sku: 'laptop', quantity: 5000 })) },
    'must have at most 9999 pieces of laptop',
  ],
  [
    'a negative price',
    { items: [{ sku: 'laptop', quantity: 1, price: -1 }] },
    'must not be negative',
  ],
  ['a SKU that is SQL', { items: [{ sku: "' OR 1=1 --", quantity: 1 }] }, 'must be a SKU'],
  [
    'too many SKUs',
    { items: Array.from({ length: 51 }, (_, i) => ({ sku: `s${i}`, quantity: 1 })) },
    'must name at most 50 SKUs',
  ],
  [
    'an address without a city',
    { shipping_address: { ...address, city: ' ' } },
    'shipping_address.city: must not be empty',
  ],
  [
    'a state that is none',
    { shipping_address: { ...address, state: 'California' } },
    'shipping_address.state',
  ],
  [
    'a ZIP code that is none',
    { shipping_address: { ...address, zip: '1234' } },
    'shipping_address.zip',
  ],
  [
    'a country that is none',
    { shipping_address: { ...address, country: 'Q1' } },
    'shipping_address.country',
  ],
  [
    'a country code that is not assigned',
    { shipping_address: { ...address, country: 'UK' } },
    'shipping_address.country',
  ],
  ['no payment method', { payment_method_id: undefined }, 'payment_method_id'],
  ['a field that we do not know', { total: 1 }, 'Unrecognized key: "total"'],
  [
    'a broken character',
    { customer: { email: 'a@example.com', name: 'x\ud800' } },
    'broken Unicode',
  ],
  [
    'a control character',
    { customer: { email: 'a@example.com', name: 'x\u0000y' } },
    'control characters',
  ],
  [
    'an e-mail that is none',
    { customer: { email: 'nobody', name: 'x' } },
    'customer.email: must be an e-mail address',
  ],
])('%s is refused by name', (_name, change, fault) => {
  expect(faults(change).join('\n')).toContain(fault);
});

test('all faults are told at once', () => {
  const found = faults({ items: [], payment_method_id: 'card', currency: 'dollars' });
  expect(found).toHaveLength(3);
});

test('text is kept in one Unicode form, and a US address in its code', () => {
  const request = orderRequestSchema.parse({
    ...anOrderRequest(),
    customer: { email: 'a@example.com', name: '  Jose\u0301  ' },
    shipping_address: { ...address, country: 'USA' },
  });
  expect(request.customer.name).toBe('Jos\u00e9');
  expect(request.shipping_address.country).toBe('US');
});

test('the hash does not depend on the order of the keys, and does on their values', () => {
  const request = orderRequestSchema.parse(anOrderRequest());
  const reversed = Object.fromEntries(Object.entries(request).toReversed()) as typeof request;
  expect(hashRequest(reversed)).toBe(hashRequest(request));
  expect(hashRequest({ ...request, payment_method_id: 'pm_other' })).not.toBe(hashRequest(request));
});

test('whatever is sent is understood or refused, and never breaks', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.jsonValue(), (body, inner) => {
      orderRequestSchema.safeParse(body);
      const refused = orderRequestSchema.safeParse({ ...anOrderRequest(), items: inner });
      expect(refused.success).toBe(false);
    }),
  );
});
