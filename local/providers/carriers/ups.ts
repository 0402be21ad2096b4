import type { Clock } from '../../clock.ts';
import { parseForm } from '../http/form.ts';
import { type Answer, json, type Provider, type ProviderRequest } from '../http/message.ts';
import { routed } from '../http/router.ts';
import { newId } from '../ids.ts';
import { AccessTokens } from './access-tokens.ts';
import {
  dollars,
  fieldsOf,
  type Place,
  type Price,
  parseObject,
  priceServices,
  type Service,
} from './price-list.ts';

const SERVICES: readonly Service[] = [
  { code: '03', name: 'UPS Ground', base: 810, perPound: 58, perZone: 61, days: [2, 4] },
  { code: '02', name: 'UPS 2nd Day Air', base: 1555, perPound: 139, perZone: 155, days: 2 },
  { code: '13', name: 'UPS Next Day Air Saver', base: 2890, perPound: 205, perZone: 270, days: 1 },
  {
    code: '08',
    name: 'UPS Worldwide Expedited',
    base: 4310,
    perPound: 370,
    perZone: 130,
    days: 5,
    international: true,
  },
  {
    code: '65',
    name: 'UPS Worldwide Saver',
    base: 5720,
    perPound: 455,
    perZone: 160,
    days: 3,
    international: true,
  },
];
const POUNDS_PER_KILOGRAM = 2.204_622_6;
const NEGOTIATED = 0.85;
const MAX_PACKAGES = 200;

/**
 * UPS's REST API: `POST /security/v1/oauth/token` (developer.ups.com/tag/OAuthClientCredentials) and
 * `POST /api/rating/{version}/Shop` and `/Rate` (developer.ups.com/tag/Rating), version v2409. Prices in US dollars;
 * negotiated ones too when `NegotiatedRatesIndicator` asks for them. A token lives four hours.
 */
export function createUps(options: {
  clock: Clock;
  clientId: string;
  clientSecret: string;
  account: string;
}): Provider {
  const tokens = new AccessTokens({ ...options, lifetimeSeconds: 14_399 });
  const handle = routed({
    routes: [
      {
        method: 'POST',
        pattern: '/security/v1/oauth/token',
        handle: (request) => grant(request, tokens, options.clock),
      },
      {
        method: 'POST',
        pattern: '/api/rating/:version/:option',
        handle: (request) => rate(request, options.account),
      },
    ],
    refuse: (request) =>
      request.path === '/security/v1/oauth/token' || tokens.accepts(request.headers.authorization)
        ? undefined
        : refusal(401, '250002', 'Invalid Authentication Information.'),
    notFound: () => refusal(404, '10404', 'Invalid resource path.'),
  });
  return {
    handle,
    errorBody: (status) =>
      status === 429
        ? errorBody('10429', 'Too Many Requests')
        : errorBody('10500', 'Internal Server Error'),
  };
}

function grant(request: ProviderRequest, tokens: AccessTokens, clock: Clock): Answer {
  const form = parseForm(request.body);
  if (form['grant_type'] !== 'client_credentials') {
    return refusal(400, '10400', 'Invalid/Missing Grant Type.');
  }
  const basic = /^Basic (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [clientId, clientSecret] = Buffer.from(basic, 'base64').toString().split(':');
  const token = tokens.grant(clientId, clientSecret);
  if (!token) return refusal(401, '10401', 'ClientId is Invalid');
  return json(200, {
    token_type: 'Bearer',
    issued_at: String(clock.now()),
    client_id: clientId,
    access_token: token,
    scope: '',
    expires_in: String(tokens.lifetimeSeconds),
    refresh_count: '0',
    status: 'approved',
  });
}

function rate(request: ProviderRequest, account: string): Answer {
  const option = request.params[1]?.toLowerCase();
  if (option !== 'shop' && option !== 'rate') {
    return refusal(400, '110112', 'The request option must be Rate or Shop.');
  }
  const question = fieldsOf(parseObject(request.body)?.['RateRequest']);
  const shipment = fieldsOf(question['Shipment']);
  const shipper = fieldsOf(shipment['Shipper']);
  if (shipper['ShipperNumber'] !== account) {
    return refusal(400, '111580', 'Missing or invalid shipper number.');
  }
  const from = placeOf(shipment['ShipFrom'] ?? shipper);
  const to = placeOf(shipment['ShipTo']);
  if (!from) return refusal(400, '111286', 'Missing or invalid ship from postal code.');
  if (!to) return refusal(400, '111285', 'Missing or invalid ship to postal code.');
  const packages = packagesOf(shipment['Package']);
  if (!packages) {
    return refusal(
      400,
      '111031',
      'Each package needs a weight above 0 and of at most 150 LBS, and a shipment at most 200 packages.',
    );
  }
  const wanted = fieldsOf(shipment['Service'])['Code'];
  const prices = priceServices(SERVICES, from, to, packages.pounds, packages.count).filter(
    ({ service }) => option === 'shop' || service.code === wanted,
  );
  if (prices.length === 0) {
    return refusal(
      400,
      '111210',
      'The requested service is unavailable between the selected locations.',
    );
  }
  const negotiated = 'NegotiatedRatesIndicator' in fieldsOf(shipment['ShipmentRatingOptions']);
  return json(200, {
    RateResponse: {
      Response: {
        ResponseStatus: { Code: '1', Description: 'Success' },
        Alert: [
          {
            Code: '110971',
            Description: 'Your invoice may vary from the displayed reference rates',
          },
        ],
        TransactionReference: { TransactionIdentifier: newId('', 22) },
      },
      RatedShipment: prices.map((price) => rated(price, packages, negotiated)),
    },
  });
}

function rated(
  { service, cents, days }: Price,
  { count, pounds }: { count: number; pounds: number },
  negotiated: boolean,
): object {
  const money = (amount: number) => ({ CurrencyCode: 'USD', MonetaryValue: dollars(amount) });
  const weight = {
    UnitOfMeasurement: { Code: 'LBS', Description: 'Pounds' },
    Weight: (Math.ceil(pounds) * count).toFixed(1),
  };
  return {
    Service: { Code: service.code, Description: '' },
    RatedShipmentAlert: [
      { Code: '110971', Description: 'Your invoice may vary from the displayed reference rates' },
    ],
    BillingWeight: weight,
    TransportationCharges: money(cents),
    BaseServiceCharge: money(cents),
    ServiceOptionsCharges: money(0),
    TotalCharges: money(cents),
    ...(negotiated
      ? { NegotiatedRateCharges: { TotalCharge: money(Math.round(cents * NEGOTIATED)) } }
      : {}),
    GuaranteedDelivery: { BusinessDaysInTransit: String(days) },
    RatedPackage: Array.from({ length: count }, () => ({
      TransportationCharges: money(cents / count),
      ServiceOptionsCharges: money(0),
      TotalCharges: money(cents / count),
      Weight: Math.ceil(pounds).toFixed(1),
    })),
  };
}

function placeOf(party: unknown): Place | undefined {
  const address = fieldsOf(fieldsOf(party)['Address']);
  const country = address['CountryCode'];
  const zip = address['PostalCode'];
  if (typeof country !== 'string' || typeof zip !== 'string' || zip === '') return undefined;
  return country === 'US' && !/^\d{5}(-?\d{4})?$/.test(zip) ? undefined : { country, zip };
}

/** UPS takes one package with or without its array. */
function packagesOf(value: unknown): { count: number; pounds: number } | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  let heaviest = 0;
  for (const item of list) {
    const weight = fieldsOf(fieldsOf(item)['PackageWeight']);
    const amount = Number(weight['Weight']);
    const unit = fieldsOf(weight['UnitOfMeasurement'])['Code'];
    const pounds = unit === 'KGS' ? amount * POUNDS_PER_KILOGRAM : amount;
    if (!(pounds > 0 && pounds <= 150)) return undefined;
    heaviest = Math.max(heaviest, pounds);
  }
  return list.length > MAX_PACKAGES ? undefined : { count: list.length, pounds: heaviest };
}

function refusal(status: number, code: string, message: string): Answer {
  return json(status, errorBody(code, message));
}

function errorBody(code: string, message: string): object {
  return { response: { errors: [{ code, message }] } };
}
