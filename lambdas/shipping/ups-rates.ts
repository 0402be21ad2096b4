import * as z from 'zod';
import type { Clock } from '../shared/clock.ts';
import { InvalidOrder } from '../shared/errors.ts';
import { fromDecimal } from '../shared/money.ts';
import type { Address, ShippingMethod } from '../shared/order.ts';
import { askCarrier } from './ask-carrier.ts';
import { carrierCurrencySchema, priceSchema } from './carrier-schemas.ts';
import { type OAuthCredentials, oauthToken } from './oauth-token.ts';
import { parcelsOf } from './parcels.ts';
import type { Rate, Shipment, ShippingRates } from './shipping-rates.ts';

const CARRIER = 'ups';

/** UPS, Rating API, "Service Codes". */
const SERVICES: Partial<Record<string, { name: string; method: ShippingMethod }>> = {
  '03': { name: 'UPS Ground', method: 'standard' },
  '11': { name: 'UPS Standard', method: 'standard' },
  '93': { name: 'UPS Ground Saver', method: 'standard' },
  '08': { name: 'UPS Worldwide Expedited', method: 'standard' },
  '12': { name: 'UPS 3 Day Select', method: 'express' },
  '02': { name: 'UPS 2nd Day Air', method: 'express' },
  '59': { name: 'UPS 2nd Day Air A.M.', method: 'express' },
  '65': { name: 'UPS Worldwide Saver', method: 'express' },
  '07': { name: 'UPS Worldwide Express', method: 'express' },
  '13': { name: 'UPS Next Day Air Saver', method: 'overnight' },
  '01': { name: 'UPS Next Day Air', method: 'overnight' },
  '14': { name: 'UPS Next Day Air Early', method: 'overnight' },
};

/** UPS, Rating API: a shipment has at most 200 packages. */
const MAX_PACKAGES = 200;

const chargeSchema = z.object({
  CurrencyCode: carrierCurrencySchema,
  MonetaryValue: priceSchema,
});

const ratedSchema = z.object({
  Service: z.object({ Code: z.string() }),
  TotalCharges: chargeSchema,
  /** Our account's own price; there only if the account has negotiated one. */
  NegotiatedRateCharges: z.object({ TotalCharge: chargeSchema }).optional(),
  GuaranteedDelivery: z
    .object({ BusinessDaysInTransit: z.coerce.number().int().positive().optional() })
    .optional(),
});

/** Versions before v2409 give a lone service without its array. */
const answerSchema = z.object({
  RateResponse: z.object({
    RatedShipment: z.preprocess(
      (rated) => (Array.isArray(rated) ? rated : [rated]),
      z.array(ratedSchema),
    ),
  }),
});

export interface UpsConfig {
  /** `https://onlinetools.ups.com` or what stands in for it. */
  baseUrl: string;
  credentials: () => Promise<OAuthCredentials & { account: string }>;
  clock: Clock;
}

/**
 * UPS's rates for our account.
 * @see https://developer.ups.com/tag/Rating?loc=en_US (Rating API, `POST /api/rating/v2409/Shop`)
 * @see https://developer.ups.com/tag/OAuthClientCredentials?loc=en_US (`POST /security/v1/oauth/token`)
 */
export function upsRates({ baseUrl, credentials, clock }: UpsConfig): ShippingRates {
  const tokenUrl = `${baseUrl}/security/v1/oauth/token`;
  const token = oauthToken(CARRIER, tokenUrl, 'header', credentials, clock);
  return {
    carrier: CARRIER,
    async quote(shipment, signal) {
      const { account } = await credentials();
      const url = `${baseUrl}/api/rating/v2409/Shop`;
      const body = question(shipment, account);
      const { RateResponse } = await askCarrier(
        { carrier: CARRIER, url, token, body, answer: answerSchema },
        signal,
      );
      return RateResponse.RatedShipment.flatMap(rateOf);
    },
  };
}

function rateOf(rated: z.output<typeof ratedSchema>): Rate[] {
  const service = SERVICES[rated.Service.Code];
  if (!service) return [];
  const charge = rated.NegotiatedRateCharges?.TotalCharge ?? rated.TotalCharges;
  const days = rated.GuaranteedDelivery?.BusinessDaysInTransit;
  return [
    {
      carrier: CARRIER,
      service: service.name,
      method: service.method,
      amount: fromDecimal(charge.MonetaryValue, charge.CurrencyCode),
      currency: charge.CurrencyCode,
      ...(days !== undefined && { days }),
    },
  ];
}

function question(shipment: Shipment, account: string) {
  const { count, pounds } = parcelsOf(shipment);
  if (count > MAX_PACKAGES) throw new InvalidOrder(`ups takes at most ${MAX_PACKAGES} packages`);
  const from = addressOf(shipment.from);
  const parcel = {
    PackagingType: { Code: '02' },
    PackageWeight: { UnitOfMeasurement: { Code: 'LBS' }, Weight: String(pounds) },
  };
  return {
    RateRequest: {
      Request: { RequestOption: 'Shop' },
      Shipment: {
        Shipper: { ShipperNumber: account, Address: from },
        ShipFrom: { Address: from },
        ShipTo: { Address: { ...addressOf(shipment.to), ResidentialAddressIndicator: 'Y' } },
        ShipmentRatingOptions: { NegotiatedRatesIndicator: 'Y' },
        NumOfPieces: String(count),
        Package: Array.from({ length: count }, () => parcel),
      },
    },
  };
}

function addressOf({ street, city, state, zip, country }: Address) {
  return {
    AddressLine: [street],
    City: city,
    StateProvinceCode: state,
    PostalCode: zip,
    CountryCode: country,
  };
}
