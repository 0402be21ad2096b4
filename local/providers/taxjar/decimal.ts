/** Rates and amounts are whole numbers here: amounts in hundred-thousandths of a dollar, rates in millionths. */
const AMOUNT_SCALE = 5;

/**
 * A decimal amount of a request (a number, or its text) as a whole number of 0.00001 dollars, digit by digit, so that
 * no binary fraction gets in; undefined when it is no amount.
 */
export function parseAmount(value: unknown): bigint | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text.trim());
  if (!match) return undefined;
  const fraction = (match[3] ?? '').slice(0, AMOUNT_SCALE).padEnd(AMOUNT_SCALE, '0');
  const amount = BigInt(`${match[2]}${fraction}`);
  return match[1] === '-' ? -amount : amount;
}

/** An amount in whole cents, half a cent away from zero, as the number that JSON shows. */
export function toDollars(amount: bigint): number {
  return Number(roundDivide(amount, 1_000n)) / 100;
}

/** `amount` times `rate` (millionths), rounded to cents. */
export function taxOn(amount: bigint, rate: bigint): bigint {
  return roundDivide(amount * rate, 1_000_000_000n) * 1_000n;
}

/** `87500n` as `0.0875`. */
export function toRate(rate: bigint): number {
  return Number(rate) / 1_000_000;
}

function roundDivide(value: bigint, by: bigint): bigint {
  const half = by / 2n;
  return value < 0n ? -((-value + half) / by) : (value + half) / by;
}
