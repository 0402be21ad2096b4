import * as z from 'zod';
import type { Clock } from '../shared/clock.ts';
import { type Currency, fromDecimal, minorUnits } from '../shared/money.ts';
import type { ShippingMethod } from '../shared/order.ts';
import { askCarrier } from './ask-carrier.ts';
import { priceSchema } from './carrier-schemas.ts';
import { type OAuthCredentials, oauthToken } from './oauth-token.ts';
import { CARTON_INCHES, parcelsOf } from './parcels.ts';
import type { Rate, Shipment, ShippingRates } from './shipping-rates.ts';

const CARRIER = 'usps';
const USD = 'USD' as Currency;

/** Single piece: our own carton. The other rates are for USPS's flat-rate boxes, and for what is dropped far along. */
const SINGLE_PIECE = 'SP';

const answerSchema = z.object({
  pricingOptions: z.array(
    z.object({
      shippingOptions: z.array(
        z.object({
          mailClass: z.string(),
          rateOptions: z.array(
            z.object({
              commitment: z.object({ name: z.string() }).optional(),
              totalBasePrice: priceSchema,
              rates: z.array(z.object({ rateIndicator: z.string() })).min(1),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface UspsConfig {
  /** `https://apis.usps.com` or what stands in for it. */
  baseUrl: string;
  credentials: () => Promise<OAuthCredentials>;
  clock: Clock;
}

/**
 * USPS's retail rates, in US dollars, within the United States.
 * @see https://developers.usps.com/shippingoptionsv3 (Shipping Options 3.0, `POST /shipments/v3/options/search`)
 * @see https://developers.usps.com/oauth-3 (`POST /oauth2/v3/token`)
 */
export function uspsRates({ baseUrl, credentials, clock }: UspsConfig): ShippingRates {
  const token = oauthToken(CARRIER, `${baseUrl}/oauth2/v3/token`, 'form', credentials, clock);
  return {
    carrier: CARRIER,
    async quote(shipment, signal) {
      if (shipment.from.country !== 'US' || shipment.to.country !== 'US') return [];
      const url = `${baseUrl}/shipments/v3/options/search`;
      const body = question(shipment);
      const { pricingOptions } = await askCarrier(
        { carrier: CARRIER, url, token, body, answer: answerSchema },
        signal,
      );
      const { count } = parcelsOf(shipment);
      return pricingOptions
        .flatMap(({ shippingOptions }) => shippingOptions)
        .flatMap(({ mailClass, rateOptions }) =>
          rateOptions.flatMap((option) => rateOf(mailClass, option, count)),
        );
    },
  };
}

type RateOption = z.output<
  typeof answerSchema
>['pricingOptions'][number]['shippingOptions'][number]['rateOptions'][number];

function rateOf(mailClass: string, option: RateOption, count: number): Rate[] {
  const days = daysOf(option.commitment?.name);
  const method = methodOf(mailClass, days);
  if (!method || option.rates[0]?.rateIndicator !== SINGLE_PIECE) return [];
  return [
    {
      carrier: CARRIER,
      service: mailClass,
      method,
      amount: minorUnits(fromDecimal(option.totalBasePrice, USD) * count),
      currency: USD,
      ...(days !== undefined && { days }),
    },
  ];
}

/**
 * Priority Mail Express takes one or two days, by the place it goes to: only the first is overnight. Media, Library
 * and Bound Printed Matter are for books, which we cannot promise to sell.
 */
function methodOf(mailClass: string, days: number | undefined): ShippingMethod | undefined {
  if (mailClass === 'USPS_GROUND_ADVANTAGE') return 'standard';
  if (mailClass === 'PRIORITY_MAIL') return 'express';
  if (mailClass === 'PRIORITY_MAIL_EXPRESS') return days === 1 ? 'overnight' : 'express';
  return undefined;
}

/** `3 Days`, `2-Day`: the commitment's first number. */
function daysOf(commitment: string | undefined): number | undefined {
  const digits = commitment?.match(/\d+/)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function question(shipment: Shipment) {
  return {
    pricingOptions: [{ priceType: 'RETAIL' }],
    originZIPCode: shipment.from.zip,
    destinationZIPCode: shipment.to.zip,
    destinationEntryFacilityType: 'NONE',
    packageDescription: {
      mailClass: 'ALL_OUTBOUND',
      weight: parcelsOf(shipment).pounds,
      ...CARTON_INCHES,
    },
  };
}
