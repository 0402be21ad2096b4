import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { parseForm } from '../http/form.ts';
import { type Answer, json, type Provider, type ProviderRequest } from '../http/message.ts';
import { routed } from '../http/router.ts';
import { AccessTokens } from './access-tokens.ts';
import {
  fieldsOf,
  type Place,
  type Price,
  parseObject,
  priceServices,
  type Service,
} from './price-list.ts';

const SERVICES: readonly Service[] = [
  {
    code: 'FEDEX_GROUND',
    name: 'FedEx Ground®',
    base: 780,
    perPound: 62,
    perZone: 58,
    days: [2, 4],
  },
  { code: 'FEDEX_2_DAY', name: 'FedEx 2Day®', base: 1490, perPound: 145, perZone: 160, days: 2 },
  {
    code: 'STANDARD_OVERNIGHT',
    name: 'FedEx Standard Overnight®',
    base: 2980,
    perPound: 210,
    perZone: 265,
    days: 1,
  },
  {
    code: 'INTERNATIONAL_ECONOMY',
    name: 'FedEx International Economy®',
    base: 4150,
    perPound: 390,
    perZone: 120,
    days: 5,
    international: true,
  },
  {
    code: 'FEDEX_INTERNATIONAL_PRIORITY',
    name: 'FedEx International Priority®',
    base: 5890,
    perPound: 470,
    perZone: 150,
    days: 3,
    international: true,
  },
];
const DAYS = ['', 'ONE_DAY', 'TWO_DAYS', 'THREE_DAYS', 'FOUR_DAYS', 'FIVE_DAYS'];
const POUNDS_PER_KILOGRAM = 2.204_622_6;
const LIST_OVER_ACCOUNT = 1.25;

/**
 * FedEx's REST API: `POST /oauth/token` (developer.fedex.com/api/en-us/catalog/authorization/v1/docs.html) and
 * `POST /rate/v1/rates/quotes` (developer.fedex.com/api/en-us/catalog/rate/v1/docs.html). Prices in US dollars;
 * transit times only when `returnTransitTimes` asks for them. A token lives an hour.
 */
export function createFedex(options: {
  clock: Clock;
  clientId: string;
  clientSecret: string;
  account: string;
}): Provider {
  const tokens = new AccessTokens({ ...options, lifetimeSeconds: 3_599 });
  const handle = routed({
    routes: [
      { method: 'POST', pattern: '/oauth/token', handle: (request) => grant(request, tokens) },
      {
        method: 'POST',
        pattern: '/rate/v1/rates/quotes',
        handle: (request) => quote(request, options.account, options.clock),
      },
    ],
    refuse: (request) =>
      request.path === '/oauth/token' || tokens.accepts(request.headers.authorization)
        ? undefined
        : refusal(
            401,
            'NOT.AUTHORIZED.ERROR',
            'Access token expired. Please modify your request and try again.',
          ),
    notFound: () =>
      refusal(404, 'NOT.FOUND.ERROR', 'The resource you requested is no longer available.'),
  });
  return {
    handle,
    errorBody: (status) =>
      errorBody(
        status === 503 ? 'SERVICE.UNAVAILABLE.ERROR' : 'INTERNAL.SERVER.ERROR',
        'We encountered an unexpected error and are working to resolve the issue.',
      ),
  };
}

function grant(request: ProviderRequest, tokens: AccessTokens): Answer {
  const form = parseForm(request.body);
  if (form['grant_type'] !== 'client_credentials') {
    return refusal(
      400,
      'BAD.REQUEST.ERROR',
      'Missing or invalid grant_type: client_credentials is needed.',
    );
  }
  const token = tokens.grant(form['client_id'], form['client_secret']);
  if (!token) {
    return refusal(
      401,
      'NOT.AUTHORIZED.ERROR',
      'The given client credentials were not valid. Please modify your request and try again.',
    );
  }
  return json(200, {
    access_token: token,
    token_type: 'bearer',
    expires_in: tokens.lifetimeSeconds,
    scope: 'CXS',
  });
}

function quote(request: ProviderRequest, account: string, clock: Clock): Answer {
  const body = parseObject(request.body);
  if (!body) return refusal(400, 'INVALID.INPUT.EXCEPTION', 'The request body is not valid JSON.');
  const shipment = fieldsOf(body['requestedShipment']);
  if (fieldsOf(body['accountNumber'])['value'] !== account) {
    return refusal(
      400,
      'ACCOUNT.NUMBER.MISMATCH',
      'Account number does not match the account of the API key.',
    );
  }
  const from = placeOf(shipment['shipper']);
  const to = placeOf(shipment['recipient']);
  if (!from)
    return refusal(
      400,
      'SHIPPER.POSTALCODE.REQUIRED',
      'Shipper postal code or country code is missing or invalid.',
    );
  if (!to)
    return refusal(
      400,
      'RECIPIENTS.POSTALCODE.REQUIRED',
      'Recipient postal code or country code is missing or invalid.',
    );
  const packages = packagesOf(shipment);
  if (!packages) {
    return refusal(
      400,
      'REQUESTEDPACKAGELINEITEMS.WEIGHT.INVALID',
      'Package weight is missing, or above the limit of 150 LB.',
    );
  }
  const wanted = shipment['serviceType'];
  const prices = priceServices(SERVICES, from, to, packages.pounds, packages.count).filter(
    ({ service }) => wanted === undefined || service.code === wanted,
  );
  if (prices.length === 0) {
    return refusal(
      400,
      'SERVICE.PACKAGECOMBINATION.INVALID',
      'Invalid service and packaging combination.',
    );
  }
  const withTimes = fieldsOf(body['rateRequestControlParameters'])['returnTransitTimes'] === true;
  const list =
    Array.isArray(shipment['rateRequestType']) && shipment['rateRequestType'].includes('LIST');
  return json(200, {
    transactionId: randomUUID(),
    output: {
      rateReplyDetails: prices.map((price) => rateReply(price, withTimes, list)),
      quoteDate: new Date(clock.now()).toISOString().slice(0, 10),
      encoded: false,
    },
  });
}

function rateReply(price: Price, withTimes: boolean, list: boolean): object {
  const { service, cents, days, zone } = price;
  const details = [rated('ACCOUNT', cents, zone)];
  if (list) details.push(rated('LIST', Math.round(cents * LIST_OVER_ACCOUNT), zone));
  return {
    serviceType: service.code,
    serviceName: service.name,
    packagingType: 'YOUR_PACKAGING',
    ratedShipmentDetails: details,
    operationalDetail: {
      ineligibleForMoneyBackGuarantee: false,
      astraDescription: service.name,
      ...(withTimes ? { transitTime: DAYS[days] } : {}),
    },
    signatureOptionType: 'SERVICE_DEFAULT',
    serviceDescription: { serviceType: service.code, description: service.name },
  };
}

function rated(rateType: string, cents: number, zone: number): object {
  const amount = cents / 100;
  return {
    rateType,
    ratedWeightMethod: 'ACTUAL',
    totalDiscounts: 0,
    totalBaseCharge: amount,
    totalNetCharge: amount,
    totalNetFedExCharge: amount,
    shipmentRateDetail: {
      rateZone: String(zone),
      dimDivisor: 0,
      fuelSurchargePercent: 0,
      totalSurcharges: 0,
      totalFreightDiscount: 0,
      currency: 'USD',
    },
    currency: 'USD',
  };
}

function placeOf(party: unknown): Place | undefined {
  const address = fieldsOf(fieldsOf(party)['address']);
  const country = address['countryCode'];
  const zip = address['postalCode'];
  if (typeof country !== 'string' || typeof zip !== 'string' || zip === '') return undefined;
  return country === 'US' && !/^\d{5}(-?\d{4})?$/.test(zip) ? undefined : { country, zip };
}

function packagesOf(
  shipment: Record<string, unknown>,
): { count: number; pounds: number } | undefined {
  const items = shipment['requestedPackageLineItems'];
  if (!Array.isArray(items) || items.length === 0) return undefined;
  let count = 0;
  let heaviest = 0;
  for (const item of items) {
    const fields = fieldsOf(item);
    const weight = fieldsOf(fields['weight']);
    const value = Number(weight['value']);
    const pounds = weight['units'] === 'KG' ? value * POUNDS_PER_KILOGRAM : value;
    if (!(pounds > 0 && pounds <= 150)) return undefined;
    count += Number(fields['groupPackageCount'] ?? 1);
    heaviest = Math.max(heaviest, pounds);
  }
  return { count, pounds: heaviest };
}

function refusal(status: number, code: string, message: string): Answer {
  return json(status, errorBody(code, message));
}

function errorBody(code: string, message: string): object {
  return { transactionId: randomUUID(), errors: [{ code, message }] };
}
