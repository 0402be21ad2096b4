import { type Currency, exponentOf, type MinorUnits, toDecimal } from '../../shared/money.ts';
import type { Address, Order, OrderLine, Totals } from '../../shared/order.ts';

/** `1999` USD is `$19.99`, `500` JPY is `¥500`, `5000` KWD is `KWD 5.000`: exact, in the currency's own decimals. */
export function formatMoney(amount: MinorUnits, currency: Currency): string {
  const digits = exponentOf(currency);
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // Handed over as text, the amount is formatted exactly, however large.
  return format.format(toDecimal(amount, currency) as Intl.StringNumericLiteral);
}

/** `2 x Laptop` */
export function formatLine({ quantity, name }: OrderLine): string {
  return `${quantity} × ${oneLine(name)}`;
}

/** The lines under the items, in order: what is nothing is left out, save for the tax and the total. */
export function totalLines(totals: Totals, currency: Currency): { label: string; value: string }[] {
  const { subtotal, discount, shipping, tax, total } = totals;
  const line = (label: string, amount: MinorUnits | null) =>
    amount === null ? [] : [{ label, value: formatMoney(amount, currency) }];
  return [
    ...line('Subtotal', subtotal),
    ...(discount > 0 ? [{ label: 'Discount', value: `-${formatMoney(discount, currency)}` }] : []),
    ...line('Shipping', shipping),
    ...line('Tax', tax),
    ...line('Total', total),
  ];
}

/** The address in the lines in which it is written on a parcel. */
export function addressLines({ street, city, state, zip, country }: Address): string[] {
  return [street, `${city}, ${state} ${zip}`, country].map(oneLine);
}

/** `standard, USPS_GROUND_ADVANTAGE, about 3 working days` */
export function formatDelivery({ shipping, shipping_method }: Order): string {
  const days = shipping?.days;
  if (days === undefined) return METHODS[shipping_method];
  return `${METHODS[shipping_method]}, about ${days} working ${days === 1 ? 'day' : 'days'}`;
}

const METHODS = {
  standard: 'Standard delivery',
  express: 'Express delivery',
  overnight: 'Overnight delivery',
} as const;

/**
 * The name to greet a customer by, or nothing when it looks like an advertisement: anyone may order in another's
 * name, and our e-mail shall not carry their message.
 */
export function greetingName(name: string): string | undefined {
  const tidy = oneLine(name);
  const suspicious =
    tidy.length === 0 || tidy.length > 60 || /[:/@\\]|www\.|\.\p{L}{2,}/iu.test(tidy);
  return suspicious ? undefined : tidy;
}

/** Text that cannot start a new line of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
