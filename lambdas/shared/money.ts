/** An ISO 4217 code in capitals, as `USD`. */
export type Currency = string & { readonly __brand: 'Currency' };

/** An amount in the currency's minor unit (cents for USD, yen for JPY): always a safe integer, never a fraction. */
export type MinorUnits = number & { readonly __brand: 'MinorUnits' };

/**
 * Decimal places of an amount, by Stripe's table of minor units. `Intl` disagrees for HUF, UGX and ISK.
 * @see https://docs.stripe.com/currencies#minor-units
 */
const ZERO_DECIMALS = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF'.split(' '),
);
const THREE_DECIMALS = new Set('BHD JOD KWD OMR TND'.split(' '));

/** UGX is sent to Stripe with two decimals for backwards compatibility, though the currency has none. */
const SENT_WITH_TWO_DECIMALS = new Set(['ISK', 'UGX']);

/** The number of decimal places in which `currency` is counted: 0, 2 or 3. */
export function exponentOf(currency: Currency): 0 | 2 | 3 {
  if (SENT_WITH_TWO_DECIMALS.has(currency)) return 2;
  if (ZERO_DECIMALS.has(currency)) return 0;
  return THREE_DECIMALS.has(currency) ? 3 : 2;
}

/** `1999` USD is `'19.99'`, `500` JPY is `'500'`: for providers that speak in decimals. */
export function toDecimal(amount: MinorUnits, currency: Currency): string {
  const exponent = exponentOf(currency);
  if (exponent === 0) return String(amount);
  const digits = String(Math.abs(amount)).padStart(exponent + 1, '0');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * `'19.99'` USD is 1999. Digits beyond the minor unit are rounded half up, on the digits and never in floating
 * point. A number is read by its shortest decimal form.
 * @throws RangeError if `decimal` is not a plain decimal number or too large to count exactly
 */
export function fromDecimal(decimal: string | number, currency: Currency): MinorUnits {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(decimal).trim());
  if (!match) throw new RangeError(`not a decimal amount: ${JSON.stringify(decimal)}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const exponent = exponentOf(currency);
  const kept = BigInt(whole + fraction.slice(0, exponent).padEnd(exponent, '0'));
  const rounded = Number(kept + (fraction.charAt(exponent) >= '5' ? 1n : 0n));
  if (!Number.isSafeInteger(rounded)) throw new RangeError(`amount too large: ${decimal}`);
  return minorUnits(sign && rounded !== 0 ? -rounded : rounded);
}

/** @throws RangeError if `amount` is not a safe integer */
export function minorUnits(amount: number): MinorUnits {
  if (!Number.isSafeInteger(amount))
    throw new RangeError(`not an amount in minor units: ${amount}`);
  return amount as MinorUnits;
}

/** The sum of `amounts`, zero for none. */
export function sum(amounts: Iterable<number>): MinorUnits {
  let total = 0;
  for (const amount of amounts) total += amount;
  return minorUnits(total);
}
