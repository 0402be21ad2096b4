import { type MinorUnits, minorUnits } from '../shared/money.ts';

/**
 * An order's discount shared out among its lines in proportion to what they cost, to the minor unit: the shares add
 * up to the discount, and none is above its line. What rounding leaves goes to the lines that lost most by it, the
 * earlier first (largest remainder).
 * @param prices what each line costs, in minor units
 * @throws RangeError if the discount is above the sum of `prices`
 */
export function spreadDiscount(discount: MinorUnits, prices: readonly MinorUnits[]): MinorUnits[] {
  const total = prices.reduce((sum, price) => sum + BigInt(price), 0n);
  if (BigInt(discount) > total) throw new RangeError('the discount is above the price');
  if (total === 0n) return prices.map(() => minorUnits(0));

  const exact = prices.map((price, line) => {
    const share = BigInt(price) * BigInt(discount);
    return { line, share: share / total, remainder: share % total };
  });
  const left = BigInt(discount) - exact.reduce((sum, { share }) => sum + share, 0n);
  const shares = exact.map(({ share }) => share);
  const neediest = exact.toSorted((a, b) => {
    if (a.remainder === b.remainder) return a.line - b.line;
    return a.remainder > b.remainder ? -1 : 1;
  });
  for (const { line } of neediest.slice(0, Number(left))) shares[line] = (shares[line] ?? 0n) + 1n;
  return shares.map((share) => minorUnits(Number(share)));
}
