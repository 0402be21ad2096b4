import * as z from 'zod';
import type { Clock } from '../shared/clock.ts';
import { type Currency, fromDecimal } from '../shared/money.ts';
import type { Address, ShippingMethod } from '../shared/order.ts';
import { askCarrier } from './ask-carrier.ts';
import { carrierCurrencySchema, priceSchema } from './carrier-schemas.ts';
import { type OAuthCredentials, oauthToken } from './oauth-token.ts';
import { parcelsOf } from './parcels.ts';
import type { Rate, Shipment, ShippingRates } from './shipping-rates.ts';

const CARRIER = 'fedex';

/** FedEx, "Service Types" of the Rates and Transit Times API. Others are not ours to offer. */
const METHODS: Partial<Record<string, ShippingMethod>> = {
  FEDEX_GROUND: 'standard',
  GROUND_HOME_DELIVERY: 'standard',
  SMART_POST: 'standard',
  FEDEX_INTERNATIONAL_CONNECT_PLUS: 'standard',
  INTERNATIONAL_ECONOMY: 'standard',
  FEDEX_EXPRESS_SAVER: 'express',
  FEDEX_2_DAY: 'express',
  FEDEX_2_DAY_AM: 'express',
  FEDEX_INTERNATIONAL_PRIORITY: 'express',
  FEDEX_INTERNATIONAL_PRIORITY_EXPRESS: 'express',
  STANDARD_OVERNIGHT: 'overnight',
  PRIORITY_OVERNIGHT: 'overnight',
  FIRST_OVERNIGHT: 'overnight',
};

/** FedEx tells transit times in words. */
const DAYS = 'ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN'.split(' ');

const answerSchema = z.object({
  output: z.object({
    rateReplyDetails: z.array(
      z.object({
        serviceType: z.string(),
        ratedShipmentDetails: z
          .array(
            z.object({
              rateType: z.string(),
              currency: carrierCurrencySchema,
              totalNetCharge: priceSchema,
            }),
          )
          .min(1),
        operationalDetail: z.object({ transitTime: z.string().optional() }).optional(),
      }),
    ),
  }),
});

export interface FedexConfig {
  /** `https://apis.fedex.com` or what stands in for it. */
  baseUrl: string;
  credentials: () => Promise<OAuthCredentials & { account: string }>;
  clock: Clock;
}

/**
 * FedEx's rates for our account.
 * @see https://developer.fedex.com/api/en-us/catalog/rate/v1/docs.html (Rates and Transit Times API, `POST /rate/v1/rates/quotes`)
 * @see https://developer.fedex.com/api/en-us/catalog/authorization/v1/docs.html (`POST /oauth/token`)
 */
export function fedexRates({ baseUrl, credentials, clock }: FedexConfig): ShippingRates {
  const token = oauthToken(CARRIER, `${baseUrl}/oauth/token`, 'form', credentials, clock);
  return {
    carrier: CARRIER,
    async quote(shipment, signal) {
      const { account } = await credentials();
      const url = `${baseUrl}/rate/v1/rates/quotes`;
      const body = question(shipment, account);
      const { output } = await askCarrier(
        { carrier: CARRIER, url, token, body, answer: answerSchema },
        signal,
      );
      return output.rateReplyDetails.flatMap((detail) => rateOf(detail, shipment.currency));
    },
  };
}

type Detail = z.output<typeof answerSchema>['output']['rateReplyDetails'][number];

function rateOf(detail: Detail, wanted: Currency): Rate[] {
  const method = METHODS[detail.serviceType];
  if (!method) return [];
  // Asked for a preferred currency, FedEx tells the account's price in its own currency and in the preferred one.
  const priced =
    detail.ratedShipmentDetails.find(({ currency }) => currency === wanted) ??
    detail.ratedShipmentDetails[0];
  if (!priced) return [];
  const days = DAYS.indexOf(detail.operationalDetail?.transitTime?.split('_')[0] ?? '') + 1;
  return [
    {
      carrier: CARRIER,
      service: detail.serviceType,
      method,
      amount: fromDecimal(priced.totalNetCharge, priced.currency),
      currency: priced.currency,
      ...(days > 0 && { days }),
    },
  ];
}

function question(shipment: Shipment, account: string) {
  const { count, pounds } = parcelsOf(shipment);
  return {
    accountNumber: { value: account },
    rateRequestControlParameters: { returnTransitTimes: true },
    requestedShipment: {
      shipper: { address: addressOf(shipment.from) },
      recipient: { address: { ...addressOf(shipment.to), residential: true } },
      preferredCurrency: shipment.currency,
      rateRequestType: ['ACCOUNT', 'PREFERRED'],
      pickupType: 'USE_SCHEDULED_PICKUP',
      packagingType: 'YOUR_PACKAGING',
      totalPackageCount: count,
      requestedPackageLineItems: [
        { groupPackageCount: count, weight: { units: 'LB', value: pounds } },
      ],
    },
  };
}

function addressOf({ street, city, state, zip, country }: Address) {
  return {
    streetLines: [street],
    city,
    // FedEx takes states of two letters only, and needs them only where they are such.
    ...(state.length === 2 && { stateOrProvinceCode: state }),
    postalCode: zip,
    countryCode: country,
  };
}
