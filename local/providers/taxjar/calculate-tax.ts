import { parseAmount, taxOn, toDollars, toRate } from './decimal.ts';
import { TaxJarRefusal } from './errors.ts';
import { isExempt } from './exemptions.ts';
import { type PlaceRates, ratesOf } from './rates.ts';
import { stateOfZip } from './zip-state.ts';

type Fields = Record<string, unknown>;

interface Line {
  id: string;
  /** What the line costs, discount taken off, and the part of it that is taxed. */
  amount: bigint;
  taxable: bigint;
}

/**
 * `POST /v2/taxes` (developers.taxjar.com/api/reference/#post-calculate-sales-tax-for-an-order): dollars as decimals.
 * @throws TaxJarRefusal 406 for what is missing, 400 for what can't be
 */
export function calculateTax(input: Fields): object {
  requireFields(input, ['to_country', 'shipping']);
  const shipping = amountOf(input, 'shipping');
  const { country, state, zip } = destinationOf(input);
  const rates = country === 'US' ? ratesOf(state, zip) : undefined;
  const lines = linesOf(input, state);
  const goods = sum(lines.map(({ amount }) => amount));
  const jurisdictions = {
    country,
    ...(state ? { state } : {}),
    ...(rates?.countyName ? { county: rates.countyName } : {}),
    ...(rates?.cityName ? { city: rates.cityName } : {}),
  };
  const head = { order_total_amount: toDollars(goods + shipping), shipping: toDollars(shipping) };
  if (!rates) {
    return {
      tax: {
        ...head,
        taxable_amount: 0,
        amount_to_collect: 0,
        rate: 0,
        has_nexus: false,
        freight_taxable: false,
        tax_source: null,
        jurisdictions,
      },
    };
  }
  const taxableGoods = sum(lines.map(({ taxable }) => taxable));
  const freight = rates.freightTaxable && taxableGoods > 0n ? shipping : 0n;
  const taxable = taxableGoods + freight;
  const rate = combined(rates);
  return {
    tax: {
      ...head,
      taxable_amount: toDollars(taxable),
      amount_to_collect: toDollars(taxOn(taxable, rate)),
      rate: toRate(rate),
      has_nexus: true,
      freight_taxable: rates.freightTaxable,
      tax_source: 'destination',
      jurisdictions,
      breakdown: {
        ...breakdownOf(taxable, rates, 'order'),
        ...(rates.freightTaxable ? { shipping: breakdownOf(freight, rates, 'part') } : {}),
        line_items: lines.map((line) => ({
          id: line.id,
          ...breakdownOf(line.taxable, rates, 'part'),
        })),
      },
    },
  };
}

/** @throws TaxJarRefusal 406 naming each field that is missing */
export function requireFields(input: Fields, names: readonly string[]): void {
  const missing = names.filter((name) => (input[name] ?? '') === '');
  if (missing.length > 0) {
    throw new TaxJarRefusal(406, missing.map((name) => `${name} is missing`).join(', '));
  }
}

/** @throws TaxJarRefusal 406 when the field is there and no decimal amount */
export function amountOf(input: Fields, name: string): bigint {
  const amount = parseAmount(input[name] ?? 0);
  if (amount === undefined) throw new TaxJarRefusal(406, `${name} is invalid`);
  return amount;
}

export function combined(rates: PlaceRates): bigint {
  return rates.state + rates.county + rates.city + rates.special;
}

function destinationOf(input: Fields): { country: string; state: string; zip: string } {
  const country = text(input['to_country']).toUpperCase();
  const state = text(input['to_state']).toUpperCase();
  const zip = text(input['to_zip']).trim();
  if (!/^[A-Z]{2}$/.test(country)) {
    throw new TaxJarRefusal(400, `${country} is not a valid ISO 3166-1 alpha-2 country code`);
  }
  if (country !== 'US') return { country, state, zip };
  if (zip === '') throw new TaxJarRefusal(400, 'No to zip, required when country is US');
  if (state === '') throw new TaxJarRefusal(400, 'No to state, required when country is US');
  const home = stateOfZip(zip);
  if (!/^\d{5}(-?\d{4})?$/.test(zip) || home === undefined) {
    throw new TaxJarRefusal(400, `to_zip ${zip} isn't a valid postal code for US`);
  }
  if (home !== state) {
    throw new TaxJarRefusal(400, `to_zip ${zip} is not used within to_state ${state}`);
  }
  return { country, state, zip };
}

function linesOf(input: Fields, state: string): Line[] {
  const items = Array.isArray(input['line_items']) ? (input['line_items'] as Fields[]) : [];
  if (items.length === 0) {
    if (input['amount'] === undefined) {
      throw new TaxJarRefusal(400, 'No amount or line items provided');
    }
    const amount = amountOf(input, 'amount');
    return [{ id: '1', amount, taxable: amount }];
  }
  return items.map((item, index) => {
    const quantity = item['quantity'] ?? 1;
    if (!Number.isSafeInteger(quantity) || Number(quantity) < 0) {
      throw new TaxJarRefusal(406, `line_items[${index}][quantity] is invalid`);
    }
    const unitPrice = amountOf(item, 'unit_price');
    const amount = unitPrice * BigInt(Number(quantity)) - amountOf(item, 'discount');
    const exempt = isExempt(item['product_tax_code'], state, unitPrice);
    return { id: text(item['id'] ?? index + 1), amount, taxable: exempt ? 0n : amount };
  });
}

/** The same amounts go by other names in the parts (`state_amount`) than in the whole (`state_tax_collectable`). */
function breakdownOf(taxable: bigint, rates: PlaceRates, names: 'order' | 'part'): object {
  const out: Record<string, number> = {
    taxable_amount: toDollars(taxable),
    tax_collectable: toDollars(taxOn(taxable, combined(rates))),
    combined_tax_rate: toRate(combined(rates)),
  };
  const levels = [
    ['state', names === 'order' ? 'state_tax_rate' : 'state_sales_tax_rate', rates.state],
    ['county', 'county_tax_rate', rates.county],
    ['city', 'city_tax_rate', rates.city],
    ['special_district', 'special_tax_rate', rates.special],
  ] as const;
  for (const [level, rateName, rate] of levels) {
    out[`${level}_taxable_amount`] = rate === 0n ? 0 : toDollars(taxable);
    out[rateName] = toRate(rate);
    out[names === 'order' ? `${level}_tax_collectable` : `${level}_amount`] = toDollars(
      taxOn(taxable, rate),
    );
  }
  return out;
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
