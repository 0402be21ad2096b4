import type { Shipment } from './shipping-rates.ts';

/**
 * The heaviest parcel that we pack: a person can lift it, and it stays under USPS's limit of 70 lb
 * (Domestic Mail Manual 601.3) as well as under FedEx's and UPS's of 150 lb.
 */
const MAX_PARCEL_GRAMS = 30_000;

const GRAMS_PER_POUND = 453.592_37;

/** The carton that a parcel is quoted with, in inches: the catalogue knows weights and no dimensions. */
export const CARTON_INCHES = { length: 12, width: 9, height: 6 } as const;

export interface Parcels {
  count: number;
  /** Pounds of each, rounded up to a tenth, as carriers bill. */
  pounds: number;
}

/** The shipment as equal parcels, each light enough for every carrier. */
export function parcelsOf({ weight_grams }: Pick<Shipment, 'weight_grams'>): Parcels {
  const count = Math.max(1, Math.ceil(weight_grams / MAX_PARCEL_GRAMS));
  const tenths = Math.ceil((weight_grams / count / GRAMS_PER_POUND) * 10);
  return { count, pounds: Math.max(1, tenths) / 10 };
}
