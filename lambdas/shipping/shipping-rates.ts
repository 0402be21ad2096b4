import type { Currency, MinorUnits } from '../shared/money.ts';
import type { Address, ShippingMethod } from '../shared/order.ts';

/** What is to be carried, all of it from one place to another. */
export interface Shipment {
  from: Address;
  to: Address;
  /** Grams of the whole shipment. */
  weight_grams: number;
  /** The currency in which the rates are wanted; a carrier may answer in another. */
  currency: Currency;
}

/** One service that a carrier offers for a shipment. */
export interface Rate {
  carrier: string;
  /** The carrier's own name of the service. */
  service: string;
  method: ShippingMethod;
  /** The whole shipment's price in the minor unit of `currency`. */
  amount: MinorUnits;
  currency: Currency;
  /** Working days until delivery, when the carrier tells. */
  days?: number;
}

/** Someone who can be asked what a shipment costs. */
export interface ShippingRates {
  /** `fedex`, `ups`, `usps` or `flat_rate`. */
  readonly carrier: string;
  /**
   * All services that fit one of our shipping methods; none when the carrier does not serve this way.
   * Ends as soon as `signal` aborts, its connection closed.
   * @throws Transient if the carrier does not answer, or not so that it makes sense
   * @throws InvalidOrder if the carrier refuses the shipment (its address, its weight)
   */
  quote(shipment: Shipment, signal: AbortSignal): Promise<Rate[]>;
}
