import type { Clock } from '../../clock.ts';
import { parseForm } from '../http/form.ts';
import { type Answer, json, type Provider, type ProviderRequest } from '../http/message.ts';
import { routed } from '../http/router.ts';
import { AccessTokens } from './access-tokens.ts';
import { fieldsOf, type Price, parseObject, priceServices, type Service } from './price-list.ts';

const SERVICES: readonly Service[] = [
  {
    code: 'USPS_GROUND_ADVANTAGE',
    name: 'USPS Ground Advantage',
    base: 520,
    perPound: 68,
    perZone: 42,
    days: [3, 5],
  },
  {
    code: 'PRIORITY_MAIL',
    name: 'Priority Mail',
    base: 860,
    perPound: 98,
    perZone: 75,
    days: [2, 3],
  },
  {
    code: 'PRIORITY_MAIL_EXPRESS',
    name: 'Priority Mail Express',
    base: 2840,
    perPound: 225,
    perZone: 190,
    days: [1, 2],
  },
];
const ZIP = /^\d{5}([- ]\d{4})?$/;
const MAX_POUNDS = 70;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Commercial prices lie below the retail ones. */
const COMMERCIAL = 0.82;

/**
 * USPS's REST API: `POST /oauth2/v3/token` (developers.usps.com/Oauth) and Shipping Options 3.0,
 * `POST /shipments/v3/options/search` (developers.usps.com/shippingoptionsv3), which gives price and days of every
 * mail class in one answer; Domestic Prices 3.0 gives no days, so it is not here. Dollars; a token lives eight hours.
 */
export function createUsps(options: {
  clock: Clock;
  clientId: string;
  clientSecret: string;
}): Provider {
  const tokens = new AccessTokens({ ...options, lifetimeSeconds: 28_799 });
  const handle = routed({
    routes: [
      {
        method: 'POST',
        pattern: '/oauth2/v3/token',
        handle: (request) => grant(request, tokens, options),
      },
      {
        method: 'POST',
        pattern: '/shipments/v3/options/search',
        handle: (request) => search(request, options.clock),
      },
    ],
    refuse: (request) =>
      request.path === '/oauth2/v3/token' || tokens.accepts(request.headers.authorization)
        ? undefined
        : refusal(401, 'Unauthorized', 'The access token is missing, invalid or expired.'),
    notFound: () => refusal(404, 'Not Found', 'There is no such resource.'),
  });
  return { handle, errorBody: (status) => errorBody(status, 'Error', 'The request failed.') };
}

/** USPS takes the credentials as a form or as JSON. */
function grant(
  request: ProviderRequest,
  tokens: AccessTokens,
  { clock, clientId }: { clock: Clock; clientId: string },
): Answer {
  const form = parseObject(request.body) ?? parseForm(request.body);
  if (form['grant_type'] !== 'client_credentials') {
    return json(400, {
      error: 'unsupported_grant_type',
      error_description: 'grant_type must be client_credentials',
    });
  }
  const token = tokens.grant(form['client_id'], form['client_secret']);
  if (!token) {
    return json(401, {
      error: 'invalid_client',
      error_description: 'The client credentials are invalid',
      error_uri: '',
    });
  }
  return json(200, {
    access_token: token,
    token_type: 'Bearer',
    issued_at: clock.now(),
    expires_in: tokens.lifetimeSeconds,
    status: 'approved',
    scope: 'prices shipments',
    issuer: 'https://keyc.usps.com/realms/USPS',
    client_id: clientId,
    application_name: 'FastCart',
    api_products: '[Shipping Options]',
    public_key: '',
  });
}

function search(request: ProviderRequest, clock: Clock): Answer {
  const body = parseObject(request.body);
  if (!body) return refusal(400, 'Bad Request', 'The request body is not valid JSON.');
  const { originZIPCode: origin, destinationZIPCode: destination } = body;
  const parcel = fieldsOf(body['packageDescription']);
  const pounds = Number(parcel['weight']);
  const faults = [
    ...(isZip(origin) ? [] : ['originZIPCode must be a ZIP code of 5 digits']),
    ...(isZip(destination) ? [] : ['destinationZIPCode must be a ZIP code of 5 digits']),
    ...(pounds > 0 && pounds <= MAX_POUNDS ? [] : ['weight must be above 0 and at most 70 pounds']),
    ...['length', 'width', 'height']
      .filter((side) => !(Number(parcel[side]) > 0))
      .map((side) => `${side} must be above 0 inches`),
  ];
  if (faults.length > 0) return refusal(400, 'Bad Request', faults.join('; '));

  const from = { zip: String(origin), country: 'US' };
  const to = { zip: String(destination), country: 'US' };
  const wanted = textIn(parcel, 'mailClass') ?? 'ALL';
  const prices = priceServices(SERVICES, from, to, pounds).filter(
    ({ service }) => wanted.startsWith('ALL') || service.code === wanted,
  );
  if (prices.length === 0) {
    return refusal(400, 'Bad Request', `mailClass ${wanted} has no price for this package`);
  }
  const options = Array.isArray(body['pricingOptions']) ? body['pricingOptions'] : [{}];
  return json(200, {
    originZIPCode: origin,
    destinationZIPCode: destination,
    pricingOptions: options.map((option: unknown) => {
      const priceType = textIn(fieldsOf(option), 'priceType') ?? 'RETAIL';
      return {
        priceType,
        shippingOptions: prices.map((price) => shippingOption(price, priceType, pounds, clock)),
      };
    }),
  });
}

function shippingOption(
  { service, cents, days, zone }: Price,
  priceType: string,
  pounds: number,
  clock: Clock,
): object {
  const price = (priceType === 'RETAIL' ? cents : Math.round(cents * COMMERCIAL)) / 100;
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  return {
    mailClass: service.code,
    rateOptions: [
      {
        commitment: {
          name: days === 1 ? '1 Day' : `${days} Days`,
          scheduleDeliveryDate: new Date(clock.now() + days * DAY_MS).toISOString().slice(0, 10),
          guaranteedDelivery: service.code === 'PRIORITY_MAIL_EXPRESS',
        },
        totalPrice: price,
        totalBasePrice: price,
        rates: [
          {
            description: `${service.name} Machinable Single-piece`,
            priceType,
            price,
            weight: pounds,
            dimWeight: 0,
            fees: [],
            startDate: today,
            endDate: '',
            mailClass: service.code,
            zone: String(zone).padStart(2, '0'),
            productName: service.name,
            productDefinition: '',
            processingCategory: 'MACHINABLE',
            rateIndicator: 'SP',
            destinationEntryFacilityType: 'NONE',
            SKU: `LOCAL-${service.code}-${zone}`,
          },
        ],
        extraServices: [],
      },
    ],
  };
}

function textIn(fields: Record<string, unknown>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

function isZip(value: unknown): value is string {
  return typeof value === 'string' && ZIP.test(value);
}

function refusal(status: number, title: string, detail: string): Answer {
  return json(status, errorBody(status, title, detail));
}

function errorBody(status: number, title: string, detail: string): object {
  return {
    apiVersion: 'v3',
    error: {
      code: String(status),
      message: title,
      errors: [{ status: String(status), code: String(status), title, detail }],
    },
  };
}
