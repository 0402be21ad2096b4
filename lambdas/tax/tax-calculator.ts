import type { Currency, MinorUnits } from '../shared/money.ts';
import type { Address, OrderLine } from '../shared/order.ts';

/** All that a sale's tax depends on. Amounts in minor units of `currency`. */
export interface Sale {
  from: Address;
  to: Address;
  currency: Currency;
  lines: readonly OrderLine[];
  /** Taken off the lines together; never more than they cost. */
  discount: MinorUnits;
  shipping: MinorUnits;
}

/** Someone who knows sales taxes. */
export interface TaxCalculator {
  /**
   * The tax to collect, zero where the shop has none to collect. Ends as soon as `signal` aborts.
   * @throws Transient if there is no answer, or one that cannot be true: a tax is never guessed
   * @throws InvalidOrder if the address or the goods are refused
   */
  taxOf(sale: Sale, signal: AbortSignal): Promise<MinorUnits>;
}
