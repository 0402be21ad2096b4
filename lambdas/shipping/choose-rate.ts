import { InvalidOrder, ShippingUnavailable } from '../shared/errors.ts';
import type { Currency } from '../shared/money.ts';
import type { ShippingMethod } from '../shared/order.ts';
import type { CarrierAnswer } from './ask-carriers.ts';
import type { Rate } from './shipping-rates.ts';

export interface Wanted {
  method: ShippingMethod;
  currency: Currency;
}

/** The rate that was chosen, and whether it is the flat rate for want of a carrier's. */
export interface Choice {
  rate: Rate;
  fallback: boolean;
}

/**
 * The cheapest rate of the wanted method and currency; of equal ones the faster, then the carrier and the service
 * whose names come first, so that the same answers give the same choice in whatever order they came.
 *
 * The flat rate stands in when a carrier is missing or none speaks the order's currency. It does not when all have
 * answered and none offers the method: we would promise what nobody delivers.
 * @throws InvalidOrder if every carrier that answered refuses the shipment, and none is missing
 * @throws ShippingUnavailable if nobody offers the method
 */
export function chooseRate(
  answers: readonly CarrierAnswer[],
  flatRates: readonly Rate[],
  wanted: Wanted,
): Choice {
  const rates = answers.flatMap((answer) => (answer.outcome === 'rates' ? answer.rates : []));
  const best = cheapest(rates, wanted);
  if (best) return { rate: best, fallback: false };

  const missing = answers.some(({ outcome }) => outcome === 'failed');
  const refused = answers.some(({ outcome }) => outcome === 'refused');
  if (!missing && refused && rates.length === 0) {
    throw new InvalidOrder('no carrier ships this order to its address');
  }
  const known = !missing && rates.some(({ currency }) => currency === wanted.currency);
  const flat = known ? undefined : cheapest(flatRates, wanted);
  if (flat) return { rate: flat, fallback: true };
  throw new ShippingUnavailable(
    `no ${wanted.method} shipping in ${wanted.currency} is available for this order`,
  );
}

function cheapest(rates: readonly Rate[], { method, currency }: Wanted): Rate | undefined {
  return rates
    .filter((rate) => rate.method === method && rate.currency === currency)
    .toSorted(byPrice)[0];
}

function byPrice(a: Rate, b: Rate): number {
  return (
    a.amount - b.amount ||
    (a.days ?? Number.MAX_SAFE_INTEGER) - (b.days ?? Number.MAX_SAFE_INTEGER) ||
    byName(a.carrier, b.carrier) ||
    byName(a.service, b.service)
  );
}

/** By code unit: a locale's order may differ between machines. */
function byName(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
