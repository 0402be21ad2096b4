import { parseAmount } from './decimal.ts';

/** TaxJar's product tax codes that are told apart here (developers.taxjar.com/api/reference/#categories). */
const CLOTHING = '20010';
const FOOD = '40030';
const OTHER_EXEMPT = '99999';

const NO_TAX_ON_CLOTHING = new Set(['MN', 'NJ', 'PA']);
const TAX_ON_FOOD = new Set(['AZ', 'IL', 'VA', 'TN', 'MO']);
/** New York: clothing under $110 a piece is free of the state's tax. */
const NY_CLOTHING_LIMIT = parseAmount('110') ?? 0n;

/** Whether a line's goods are free of tax in a state. */
export function isExempt(code: unknown, state: string, unitPrice: bigint): boolean {
  if (code === OTHER_EXEMPT) return true;
  if (code === FOOD) return !TAX_ON_FOOD.has(state);
  if (code !== CLOTHING) return false;
  return NO_TAX_ON_CLOTHING.has(state) || (state === 'NY' && unitPrice < NY_CLOTHING_LIMIT);
}
