import { fc } from '@fast-check/vitest';
import { expect, it } from 'vitest';
import { parcelsOf } from '../../lambdas/shipping/parcels.ts';

it.each([
  [0, { count: 1, pounds: 0.1 }],
  [1, { count: 1, pounds: 0.1 }],
  [453, { count: 1, pounds: 1 }],
  [454, { count: 1, pounds: 1.1 }],
  [30_000, { count: 1, pounds: 66.2 }],
  [30_001, { count: 2, pounds: 33.1 }],
])('packs %i grams', (weight_grams, parcels) => {
  expect(parcelsOf({ weight_grams })).toEqual(parcels);
});

it('packs nothing too light, and no parcel too heavy for USPS', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000_000 }), (weight_grams) => {
      const { count, pounds } = parcelsOf({ weight_grams });

      expect(count * pounds * 453.592_37).toBeGreaterThanOrEqual(weight_grams);
      expect(pounds).toBeLessThan(70);
      expect(Number(pounds.toFixed(1))).toBe(pounds);
    }),
  );
});
