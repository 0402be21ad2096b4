import { fc } from '@fast-check/vitest';
import { expect, it } from 'vitest';
import type { MinorUnits } from '../../lambdas/shared/money.ts';
import { spreadDiscount } from '../../lambdas/tax/spread-discount.ts';

it.each([
  [1000, [5000, 5000], [500, 500]],
  [100, [100, 100, 100], [34, 33, 33]],
  [1, [1, 999], [0, 1]],
  [0, [10, 20], [0, 0]],
  [0, [0, 0], [0, 0]],
  [30, [10, 20], [10, 20]],
])('spreads %i over %j', (discount, prices, shares) => {
  expect(spreadDiscount(discount as MinorUnits, prices as MinorUnits[])).toEqual(shares);
});

it('refuses a discount above the price', () => {
  expect(() => spreadDiscount(31 as MinorUnits, [10, 20] as MinorUnits[])).toThrow(RangeError);
});

it('spreads to the last minor unit, and none above its line', () => {
  const anyPrices = fc.array(fc.integer({ min: 0, max: 10 ** 11 }), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(anyPrices, fc.double({ min: 0, max: 1, noNaN: true }), (prices, part) => {
      const total = prices.reduce((sum, price) => sum + price, 0);
      const discount = Math.floor(total * part) as MinorUnits;

      const shares = spreadDiscount(discount, prices as MinorUnits[]);

      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(discount);
      shares.forEach((share, line) => {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(prices[line] ?? 0);
      });
    }),
  );
});
