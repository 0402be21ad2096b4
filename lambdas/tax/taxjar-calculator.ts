import * as z from 'zod';
import { InvalidOrder, Transient } from '../shared/errors.ts';
import {
  type Currency,
  fromDecimal,
  type MinorUnits,
  minorUnits,
  sum,
  toDecimal,
} from '../shared/money.ts';
import { spreadDiscount } from './spread-discount.ts';
import type { Sale, TaxCalculator } from './tax-calculator.ts';

/** TaxJar's dated version of the API whose answers `answerSchema` describes. */
const API_VERSION = '2022-01-24';

/** The statuses with which TaxJar refuses the sale's data, as a ZIP code that is not in the state. */
const REFUSALS = new Set([400, 406, 422]);

const answerSchema = z.object({
  tax: z.object({
    amount_to_collect: z.number().min(0),
    order_total_amount: z.number().min(0),
  }),
});

export interface TaxJarConfig {
  /** `https://api.taxjar.com` or what stands in for it. */
  baseUrl: string;
  apiKey: () => Promise<string>;
}

/**
 * Sales tax by TaxJar.
 * @see https://developers.taxjar.com/api/reference/#post-calculate-sales-tax-for-an-order (`POST /v2/taxes`)
 */
export function taxJarCalculator({ baseUrl, apiKey }: TaxJarConfig): TaxCalculator {
  return {
    async taxOf(sale, signal) {
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${await readable(apiKey)}`,
        'x-api-version': API_VERSION,
      };
      const body = JSON.stringify(question(sale));
      const answer = await ask(`${baseUrl}/v2/taxes`, { method: 'POST', headers, body }, signal);
      return taxIn(answer, sale);
    },
  };
}

/** A key that can't be had now may be had later: it is ours to provide and not the order's fault. */
async function readable(apiKey: () => Promise<string>): Promise<string> {
  try {
    return await apiKey();
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    throw new Transient(`the key for taxjar cannot be read (${reason})`);
  }
}

async function ask(url: string, init: RequestInit, signal: AbortSignal): Promise<string> {
  const { status, text } = await fetch(url, { ...init, signal })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch(() => {
      throw new Transient(
        signal.aborted ? 'taxjar did not answer in time' : 'taxjar cannot be reached',
      );
    });
  if (REFUSALS.has(status)) throw new InvalidOrder(`taxjar refused the order's data (${status})`);
  if (status !== 200) throw new Transient(`taxjar answered ${status}`);
  return text;
}

/** The tax in TaxJar's answer, unless it is above what it is a tax on. */
function taxIn(text: string, sale: Sale): MinorUnits {
  try {
    const { tax } = answerSchema.parse(JSON.parse(text));
    const due = fromDecimal(tax.amount_to_collect, sale.currency);
    if (due <= goodsOf(sale) + sale.shipping) return due;
  } catch {
    throw new Transient('taxjar sent a malformed answer');
  }
  throw new Transient('taxjar sent a tax above the amount that it is on');
}

/** What the lines cost together, the discount taken off. */
function goodsOf({ lines, discount }: Sale): MinorUnits {
  return minorUnits(sum(lines.map(({ total_price }) => total_price)) - discount);
}

function question(sale: Sale) {
  const { from, to, currency, lines, discount, shipping } = sale;
  const discounts = spreadDiscount(
    discount,
    lines.map(({ total_price }) => total_price),
  );
  return {
    from_country: from.country,
    from_zip: from.zip,
    from_state: from.state,
    from_city: from.city,
    from_street: from.street,
    to_country: to.country,
    to_zip: to.zip,
    to_state: to.state,
    to_city: to.city,
    to_street: to.street,
    amount: decimal(goodsOf(sale), currency),
    shipping: decimal(shipping, currency),
    line_items: lines.map((line, index) => ({
      id: line.sku,
      quantity: line.quantity,
      unit_price: decimal(line.unit_price, currency),
      discount: decimal(discounts[index] ?? minorUnits(0), currency),
      ...(line.tax_code !== undefined && { product_tax_code: line.tax_code }),
    })),
  };
}

/** A number that JSON writes with the amount's own digits: no arithmetic has touched it. */
function decimal(amount: MinorUnits, currency: Currency): number {
  return Number(toDecimal(amount, currency));
}
