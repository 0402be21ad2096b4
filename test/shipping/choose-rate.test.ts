import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { InvalidOrder, Transient } from '../../lambdas/shared/errors.ts';
import type { Currency, MinorUnits } from '../../lambdas/shared/money.ts';
import type { CarrierAnswer } from '../../lambdas/shipping/ask-carriers.ts';
import { chooseRate } from '../../lambdas/shipping/choose-rate.ts';
import type { Rate } from '../../lambdas/shipping/shipping-rates.ts';
import { USD } from './an-order.ts';

const EUR = 'EUR' as Currency;
const WANTED = { method: 'standard', currency: USD } as const;

const rate = (changes: Partial<Rate> = {}): Rate => ({
  carrier: 'ups',
  service: 'UPS Ground',
  method: 'standard',
  amount: 1000 as MinorUnits,
  currency: USD,
  ...changes,
});
const rates = (carrier: string, ...quoted: Partial<Rate>[]): CarrierAnswer => ({
  carrier,
  outcome: 'rates',
  rates: quoted.map((changes) => rate({ carrier, ...changes })),
});
const failed = (carrier: string): CarrierAnswer => ({
  carrier,
  outcome: 'failed',
  error: new Transient('down'),
});
const refused = (carrier: string): CarrierAnswer => ({
  carrier,
  outcome: 'refused',
  error: new InvalidOrder('no'),
});
const FLAT = [rate({ carrier: 'flat_rate', service: 'Flat rate', amount: 795 as MinorUnits })];

describe('chooseRate', () => {
  it('takes the cheapest of all carriers', () => {
    const answers = [
      rates('fedex', { amount: 900 as MinorUnits }),
      rates('ups', { amount: 899 as MinorUnits }),
    ];

    expect(chooseRate(answers, FLAT, WANTED)).toMatchObject({
      rate: { carrier: 'ups', amount: 899 },
      fallback: false,
    });
  });

  it('leaves out other methods and currencies, however cheap', () => {
    const answers = [
      rates('fedex', { amount: 1 as MinorUnits, method: 'express' }),
      rates('ups', { amount: 2 as MinorUnits, currency: EUR }, { amount: 900 as MinorUnits }),
    ];

    expect(chooseRate(answers, FLAT, WANTED).rate.amount).toBe(900);
  });

  it('prefers the faster of equal prices, and one that tells its days to one that does not', () => {
    const answers = [rates('fedex', {}), rates('ups', { days: 5 }), rates('usps', { days: 3 })];

    expect(chooseRate(answers, FLAT, WANTED).rate.carrier).toBe('usps');
    expect(chooseRate(answers.slice(0, 2), FLAT, WANTED).rate.carrier).toBe('ups');
  });

  it('breaks a full tie by the names of carrier and service', () => {
    const answers = [rates('usps', {}), rates('fedex', { service: 'B' }, { service: 'A' })];

    expect(chooseRate(answers, FLAT, WANTED).rate).toMatchObject({
      carrier: 'fedex',
      service: 'A',
    });
  });

  it('falls back to the flat rate when every carrier failed', () => {
    expect(chooseRate([failed('fedex'), failed('ups')], FLAT, WANTED)).toEqual({
      rate: FLAT[0],
      fallback: true,
    });
  });

  it('falls back when a carrier that might offer the method is missing', () => {
    const answers = [rates('fedex', { method: 'express' }), failed('ups')];

    expect(chooseRate(answers, FLAT, WANTED).fallback).toBe(true);
  });

  it("falls back when no carrier speaks the order's currency", () => {
    const answers = [rates('fedex', { currency: EUR })];

    expect(chooseRate(answers, FLAT, WANTED).fallback).toBe(true);
  });

  it('does not promise a method that every carrier was asked for and none offers', () => {
    const answers = [rates('fedex', { method: 'express' }), rates('ups')];

    expect(() => chooseRate(answers, FLAT, WANTED)).toThrow(
      expect.objectContaining({ name: 'ShippingUnavailable' }),
    );
  });

  it('is unavailable when nobody answers and there is no flat rate', () => {
    expect(() => chooseRate([failed('ups')], [], WANTED)).toThrow(
      expect.objectContaining({ name: 'ShippingUnavailable' }),
    );
  });

  it('blames the order when every carrier refuses it', () => {
    expect(() => chooseRate([refused('fedex'), rates('usps')], FLAT, WANTED)).toThrow(
      expect.objectContaining({ name: 'InvalidOrder' }),
    );
  });

  it('does not blame the order while a carrier is missing', () => {
    expect(chooseRate([refused('fedex'), failed('ups')], FLAT, WANTED).fallback).toBe(true);
  });

  const anyRate = fc.record({
    carrier: fc.constantFrom('fedex', 'ups', 'usps'),
    service: fc.constantFrom('a', 'b'),
    method: fc.constantFrom('standard', 'express'),
    amount: fc.integer({ min: 1, max: 4 }).map((amount) => amount as MinorUnits),
    currency: fc.constantFrom(USD, EUR),
    days: fc.integer({ min: 1, max: 3 }),
  });

  it('chooses the same rate in whatever order the answers came, and none is cheaper', () => {
    const shuffled = fc
      .array(anyRate)
      .map((quoted) => [...quoted, rate({ amount: 9 as MinorUnits })])
      .chain((quoted) =>
        fc.tuple(fc.constant(quoted), fc.shuffledSubarray(quoted, { minLength: quoted.length })),
      );
    fc.assert(
      fc.property(shuffled, ([quoted, other]) => {
        const choice = chooseRate([{ carrier: 'x', outcome: 'rates', rates: quoted }], [], WANTED);

        expect(chooseRate([{ carrier: 'x', outcome: 'rates', rates: other }], [], WANTED)).toEqual(
          choice,
        );
        const fitting = quoted.filter(
          ({ method, currency }) => method === 'standard' && currency === USD,
        );
        expect(choice.rate.amount).toBe(Math.min(...fitting.map(({ amount }) => amount)));
      }),
    );
  });
});
