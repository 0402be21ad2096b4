import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Currency,
  exponentOf,
  fromDecimal,
  type MinorUnits,
  toDecimal,
} from '../../lambdas/shared/money.ts';

const usd = 'USD' as Currency;

test.each([
  ['19.99', 'USD', 1999],
  ['500', 'JPY', 500],
  ['1.234', 'KWD', 1234],
  ['12', 'ISK', 1200],
  ['0.005', 'USD', 1],
  ['1.005', 'USD', 101],
  ['-3.50', 'USD', -350],
])('%s %s is %i in minor units', (decimal, currency, amount) => {
  expect(fromDecimal(decimal, currency as Currency)).toBe(amount);
});

test.each(['', '1e3', 'NaN', '1,50', '--1', '99999999999999999999'])('%j is no amount', (text) => {
  expect(() => fromDecimal(text, usd)).toThrow(RangeError);
});

test('every amount survives the way to a decimal and back', () => {
  const currencies = fc.constantFrom('USD', 'JPY', 'KWD', 'ISK', 'EUR') as fc.Arbitrary<Currency>;
  fc.assert(
    fc.property(fc.maxSafeInteger(), currencies, (amount, currency) => {
      const decimal = toDecimal(amount as MinorUnits, currency);
      expect(decimal.split('.')[1]?.length ?? 0).toBe(exponentOf(currency));
      expect(fromDecimal(decimal, currency)).toBe(amount);
    }),
  );
});
