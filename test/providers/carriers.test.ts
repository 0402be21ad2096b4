import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, type Running, start } from './local-providers.ts';

let running: Running;

beforeAll(async () => {
  running = await start();
});
afterAll(() => running.stop());

interface Token {
  access_token: string;
  expires_in: number | string;
}

async function tokenOf(url: string, init: RequestInit): Promise<{ status: number; body: Token }> {
  const response = await fetch(url, { method: 'POST', ...init });
  return { status: response.status, body: (await response.json()) as Token };
}

const form = (id: string, secret: string, grant = 'client_credentials') => ({
  body: new URLSearchParams({ grant_type: grant, client_id: id, client_secret: secret }),
});

describe('FedEx', () => {
  const url = () => running.baseUrls.fedex;
  const question = (pounds: number, to = '10001', account = '000000001') => ({
    accountNumber: { value: account },
    rateRequestControlParameters: { returnTransitTimes: true },
    requestedShipment: {
      shipper: { address: { postalCode: '94105', countryCode: 'US' } },
      recipient: { address: { postalCode: to, countryCode: 'US' } },
      pickupType: 'USE_SCHEDULED_PICKUP',
      rateRequestType: ['ACCOUNT'],
      requestedPackageLineItems: [{ weight: { units: 'LB', value: pounds } }],
    },
  });
  interface Rates {
    output: {
      rateReplyDetails: {
        serviceType: string;
        ratedShipmentDetails: { rateType: string; totalNetCharge: number; currency: string }[];
        operationalDetail: { transitTime?: string };
      }[];
    };
    errors?: { code: string }[];
  }
  const quote = async (body: unknown, authorization?: string) => {
    const granted = await tokenOf(
      `${url()}/oauth/token`,
      form('fedex_local', 'fedex_local_secret'),
    );
    return ask<Rates>('POST', `${url()}/rate/v1/rates/quotes`, body, {
      authorization: authorization ?? `Bearer ${granted.body.access_token}`,
    });
  };

  test('quotes ground, two days and overnight, always the same, more for heavier and farther', async () => {
    const near = await quote(question(2, '94107'));
    expect(near.status).toBe(200);
    const details = near.body.output.rateReplyDetails;
    expect(
      details.map(({ serviceType, operationalDetail }) => [
        serviceType,
        operationalDetail.transitTime,
      ]),
    ).toEqual([
      ['FEDEX_GROUND', 'TWO_DAYS'],
      ['FEDEX_2_DAY', 'TWO_DAYS'],
      ['STANDARD_OVERNIGHT', 'ONE_DAY'],
    ]);
    const prices = (rates: Rates) =>
      rates.output.rateReplyDetails.map(
        ({ ratedShipmentDetails }) => ratedShipmentDetails[0]?.totalNetCharge ?? 0,
      );
    expect(prices((await quote(question(2, '94107'))).body)).toEqual(prices(near.body));
    for (const dearer of [await quote(question(9, '94107')), await quote(question(2, '10001'))]) {
      for (const [index, price] of prices(dearer.body).entries()) {
        expect(price).toBeGreaterThan(prices(near.body)[index] ?? 0);
      }
    }
  });

  test('lets in with a token that has not expired', async () => {
    const refused = await tokenOf(`${url()}/oauth/token`, form('fedex_local', 'wrong'));
    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject({ errors: [{ code: 'NOT.AUTHORIZED.ERROR' }] });
    const other = await tokenOf(`${url()}/oauth/token`, form('fedex_local', 'x', 'password'));
    expect(other.status).toBe(400);

    const granted = await tokenOf(
      `${url()}/oauth/token`,
      form('fedex_local', 'fedex_local_secret'),
    );
    expect(granted.body.expires_in).toBe(3599);
    const bearer = `Bearer ${granted.body.access_token}`;
    expect((await quote(question(1), bearer)).status).toBe(200);
    running.clock.advance(3_600_000);
    const late = await quote(question(1), bearer);
    expect(late.status).toBe(401);
    expect(late.body.errors?.[0]?.code).toBe('NOT.AUTHORIZED.ERROR');
    expect((await quote(question(1), 'Bearer forged.token')).status).toBe(401);
    const [payload] = granted.body.access_token.split('.');
    expect((await quote(question(1), `Bearer ${payload}.`)).status).toBe(401);
  });

  test('says what it can’t quote', async () => {
    expect((await quote(question(1, '10001', '999999999'))).body.errors?.[0]?.code).toBe(
      'ACCOUNT.NUMBER.MISMATCH',
    );
    expect((await quote(question(151))).status).toBe(400);
    expect((await quote(question(1, 'nowhere'))).status).toBe(400);
  });
});

describe('UPS', () => {
  const url = () => running.baseUrls.ups;
  const basic = (secret = 'ups_local_secret') => ({
    headers: {
      authorization: `Basic ${Buffer.from(`ups_local:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const parcel = {
    PackagingType: { Code: '02' },
    PackageWeight: { UnitOfMeasurement: { Code: 'LBS' }, Weight: '3' },
  };
  const question = (change: object = {}) => ({
    RateRequest: {
      Request: { RequestOption: 'Shop' },
      Shipment: {
        Shipper: { ShipperNumber: 'LOCAL1', Address: { PostalCode: '94105', CountryCode: 'US' } },
        ShipTo: { Address: { PostalCode: '98101', CountryCode: 'US' } },
        Package: [parcel],
        ...change,
      },
    },
  });
  interface Rates {
    RateResponse?: {
      RatedShipment: {
        Service: { Code: string };
        TotalCharges: { CurrencyCode: string; MonetaryValue: string };
        NegotiatedRateCharges?: { TotalCharge: { MonetaryValue: string } };
        GuaranteedDelivery: { BusinessDaysInTransit: string };
      }[];
    };
    response?: { errors: { code: string; message: string }[] };
  }
  const rate = async (body: unknown, path = '/api/rating/v2409/Shop') => {
    const granted = await tokenOf(`${url()}/security/v1/oauth/token`, basic());
    return ask<Rates>('POST', `${url()}${path}`, body, {
      authorization: `Bearer ${granted.body.access_token}`,
    });
  };

  test('shops all services, with negotiated rates when asked', async () => {
    const plain = (await rate(question())).body.RateResponse?.RatedShipment ?? [];
    expect(
      plain.map(({ Service, GuaranteedDelivery }) => [
        Service.Code,
        GuaranteedDelivery.BusinessDaysInTransit,
      ]),
    ).toEqual([
      ['03', '2'],
      ['02', '2'],
      ['13', '1'],
    ]);
    expect(plain[0]?.TotalCharges).toEqual({ CurrencyCode: 'USD', MonetaryValue: '11.67' });
    expect(plain[0]?.NegotiatedRateCharges).toBeUndefined();
    const two = await rate(
      question({
        Package: [parcel, parcel],
        ShipmentRatingOptions: { NegotiatedRatesIndicator: 'Y' },
      }),
    );
    const ground = two.body.RateResponse?.RatedShipment[0];
    expect(ground?.TotalCharges.MonetaryValue).toBe('23.34');
    expect(ground?.NegotiatedRateCharges?.TotalCharge.MonetaryValue).toBe('19.84');
    const lone = await rate(question({ Service: { Code: '02' } }), '/api/rating/v2409/Rate');
    expect(lone.body.RateResponse?.RatedShipment).toHaveLength(1);
  });

  test('refuses wrong credentials, unknown accounts and packages without weight', async () => {
    expect((await tokenOf(`${url()}/security/v1/oauth/token`, basic('wrong'))).status).toBe(401);
    const noToken = await ask<Rates>('POST', `${url()}/api/rating/v2409/Shop`, question());
    expect(noToken.status).toBe(401);
    expect(noToken.body.response?.errors).toEqual([
      { code: '250002', message: 'Invalid Authentication Information.' },
    ]);
    const account = await rate(question({ Shipper: { ShipperNumber: 'OTHER1' } }));
    expect(account.body.response?.errors[0]?.message).toBe('Missing or invalid shipper number.');
    expect((await rate(question({ Package: [{}] }))).status).toBe(400);
  });

  test('its token lives four hours', async () => {
    const granted = await tokenOf(`${url()}/security/v1/oauth/token`, basic());
    const headers = { authorization: `Bearer ${granted.body.access_token}` };
    expect(granted.body.expires_in).toBe('14399');
    running.clock.advance(14_400_000);
    const late = await ask('POST', `${url()}/api/rating/v2409/Shop`, question(), headers);
    expect(late.status).toBe(401);
  });
});

describe('USPS', () => {
  const url = () => running.baseUrls.usps;
  const question = (change: object = {}) => ({
    pricingOptions: [{ priceType: 'RETAIL' }],
    originZIPCode: '94105',
    destinationZIPCode: '10001',
    packageDescription: { mailClass: 'ALL_OUTBOUND', weight: 2, length: 12, width: 9, height: 6 },
    ...change,
  });
  interface Options {
    pricingOptions: {
      shippingOptions: {
        mailClass: string;
        rateOptions: { totalBasePrice: number; commitment: { name: string } }[];
      }[];
    }[];
    error?: { errors: { detail: string }[] };
  }
  const search = async (body: unknown, authorization?: string) => {
    const granted = await tokenOf(
      `${url()}/oauth2/v3/token`,
      form('usps_local', 'usps_local_secret'),
    );
    return ask<Options>('POST', `${url()}/shipments/v3/options/search`, body, {
      authorization: authorization ?? `Bearer ${granted.body.access_token}`,
    });
  };

  test('offers its mail classes with price and days', async () => {
    const { status, body } = await search(question());
    expect(status).toBe(200);
    const options = body.pricingOptions[0]?.shippingOptions ?? [];
    expect(
      options.map(({ mailClass, rateOptions }) => [mailClass, rateOptions[0]?.commitment.name]),
    ).toEqual([
      ['USPS_GROUND_ADVANTAGE', '5 Days'],
      ['PRIORITY_MAIL', '3 Days'],
      ['PRIORITY_MAIL_EXPRESS', '2 Days'],
    ]);
    expect(options[0]?.rateOptions[0]?.totalBasePrice).toBe(9.92);
  });

  test('takes credentials as JSON too, and refuses others', async () => {
    const body = JSON.stringify({
      grant_type: 'client_credentials',
      client_id: 'usps_local',
      client_secret: 'usps_local_secret',
    });
    const headers = { 'content-type': 'application/json' };
    const granted = await tokenOf(`${url()}/oauth2/v3/token`, { headers, body });
    expect(granted.status).toBe(200);
    expect((await tokenOf(`${url()}/oauth2/v3/token`, form('usps_local', 'no'))).status).toBe(401);
    expect((await search(question(), 'Bearer x')).status).toBe(401);
    running.clock.advance(28_800_000);
    expect((await search(question(), `Bearer ${granted.body.access_token}`)).status).toBe(401);
  });

  test('names every fault of a package', async () => {
    const { status, body } = await search(
      question({ destinationZIPCode: '1', packageDescription: { mailClass: 'ALL', weight: 71 } }),
    );
    expect(status).toBe(400);
    expect(body.error?.errors[0]?.detail).toBe(
      'destinationZIPCode must be a ZIP code of 5 digits; weight must be above 0 and at most 70 pounds; length must be above 0 inches; width must be above 0 inches; height must be above 0 inches',
    );
  });
});
