import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../lambdas/shared/clock.ts';
import type { Currency } from '../../lambdas/shared/money.ts';
import { fedexRates } from '../../lambdas/shipping/fedex-rates.ts';
import type { Rate, ShippingRates } from '../../lambdas/shipping/shipping-rates.ts';
import { upsRates } from '../../lambdas/shipping/ups-rates.ts';
import { uspsRates } from '../../lambdas/shipping/usps-rates.ts';
import { HOME, USD, WAREHOUSE } from './an-order.ts';
import { answering, type WireServer } from './wire-server.ts';

/** The answers here have the shapes and the oddities of the providers' documents, which no local provider shows. */
const CARRIERS = { fedex: fedexRates, ups: upsRates, usps: uspsRates };
const shipment = { from: WAREHOUSE, to: HOME, weight_grams: 65_000, currency: USD };
const signal = new AbortController().signal;

let server: WireServer;
afterEach(() => server.stop());

async function carrierAnswering(
  name: keyof typeof CARRIERS,
  body: unknown,
): Promise<ShippingRates> {
  server = await answering(({ url }) => ({
    status: 200,
    body: url.endsWith('/token') ? { access_token: 'token', expires_in: '3599' } : body,
  }));
  return CARRIERS[name]({
    baseUrl: server.baseUrl,
    clock: systemClock,
    credentials: async () => ({ id: 'id', secret: 'secret', account: 'A12B34' }),
  });
}

async function quotes(name: keyof typeof CARRIERS, body: unknown): Promise<Rate[]> {
  return (await carrierAnswering(name, body)).quote(shipment, signal);
}

const asked = (): unknown => JSON.parse(server.requests.at(-1)?.body ?? 'null');

describe('fedex', () => {
  const detail = (serviceType: string, ...priced: object[]) => ({
    serviceType,
    ratedShipmentDetails: priced.map((rated) => ({ rateType: 'ACCOUNT', ...rated })),
    operationalDetail: { transitTime: 'TWO_DAYS' },
  });
  const answer = (...rateReplyDetails: object[]) => ({ output: { rateReplyDetails } });

  it("takes the price in the order's currency from among several", async () => {
    const rates = await quotes(
      'fedex',
      answer(
        detail(
          'FEDEX_2_DAY',
          { totalNetCharge: 445.54, currency: 'CAD' },
          { rateType: 'PREFERRED_CURRENCY', totalNetCharge: 341.13, currency: 'USD' },
        ),
      ),
    );

    expect(rates).toEqual([
      {
        carrier: 'fedex',
        service: 'FEDEX_2_DAY',
        method: 'express',
        amount: 34_113,
        currency: 'USD',
        days: 2,
      },
    ]);
  });

  it('tells a price in another currency as what it is', async () => {
    const rates = await quotes(
      'fedex',
      answer(detail('FEDEX_GROUND', { totalNetCharge: 10, currency: 'CAD' })),
    );

    expect(rates).toMatchObject([{ amount: 1000, currency: 'CAD' }]);
  });

  it('leaves out services that are not ours to offer', async () => {
    const freight = detail('FEDEX_1_DAY_FREIGHT', { totalNetCharge: 1, currency: 'USD' });

    expect(await quotes('fedex', answer(freight))).toEqual([]);
  });

  it('is asked for as many parcels as the weight needs', async () => {
    await quotes('fedex', answer());

    expect(asked()).toMatchObject({
      accountNumber: { value: 'A12B34' },
      requestedShipment: {
        totalPackageCount: 3,
        requestedPackageLineItems: [{ groupPackageCount: 3, weight: { units: 'LB', value: 47.8 } }],
      },
    });
  });
});

describe('ups', () => {
  const rated = (Code: string, extra: object = {}) => ({
    Service: { Code, Description: '' },
    TotalCharges: { CurrencyCode: 'USD', MonetaryValue: '12.48' },
    ...extra,
  });
  const answer = (RatedShipment: unknown) => ({ RateResponse: { RatedShipment } });

  it('reads charges and days that are written as text', async () => {
    const fast = rated('01', { GuaranteedDelivery: { BusinessDaysInTransit: '1' } });

    expect(await quotes('ups', answer([rated('03'), fast]))).toEqual([
      { carrier: 'ups', service: 'UPS Ground', method: 'standard', amount: 1248, currency: 'USD' },
      {
        carrier: 'ups',
        service: 'UPS Next Day Air',
        method: 'overnight',
        amount: 1248,
        currency: 'USD',
        days: 1,
      },
    ]);
  });

  it('takes the price that our account has negotiated', async () => {
    const NegotiatedRateCharges = { TotalCharge: { CurrencyCode: 'USD', MonetaryValue: '9.99' } };

    expect(await quotes('ups', answer([rated('03', { NegotiatedRateCharges })]))).toMatchObject([
      { amount: 999 },
    ]);
  });

  it('takes a lone service without its array', async () => {
    expect(await quotes('ups', answer(rated('03')))).toHaveLength(1);
  });

  it('is asked with one package for each parcel, and not for more than it takes', async () => {
    const ups = await carrierAnswering('ups', answer([]));
    await ups.quote(shipment, signal);

    expect(asked()).toHaveProperty('RateRequest.Shipment.Package.length', 3);
    await expect(ups.quote({ ...shipment, weight_grams: 10 ** 7 }, signal)).rejects.toMatchObject({
      name: 'InvalidOrder',
    });
  });
});

describe('usps', () => {
  const option = (rateIndicator: string, totalBasePrice: number, name?: string) => ({
    totalBasePrice,
    rates: [{ rateIndicator }],
    ...(name && { commitment: { name } }),
  });
  const answer = (...shippingOptions: object[]) => ({ pricingOptions: [{ shippingOptions }] });
  const mail = (mailClass: string, ...rateOptions: object[]) => ({ mailClass, rateOptions });

  it('multiplies the price of one parcel', async () => {
    const rates = await quotes(
      'usps',
      answer(mail('USPS_GROUND_ADVANTAGE', option('SP', 9.01, '3 Days'))),
    );

    expect(rates).toMatchObject([{ method: 'standard', amount: 2703, days: 3 }]);
  });

  it('calls Priority Mail Express overnight only where it takes one day', async () => {
    const rates = await quotes(
      'usps',
      answer(
        mail(
          'PRIORITY_MAIL_EXPRESS',
          option('SP', 30, '1-Day'),
          option('SP', 31, '2-Day'),
          option('SP', 32),
        ),
      ),
    );

    expect(rates.map(({ method }) => method)).toEqual(['overnight', 'express', 'express']);
  });

  it('leaves out flat-rate boxes and mail for books', async () => {
    const rates = await quotes(
      'usps',
      answer(mail('PRIORITY_MAIL', option('FB', 19)), mail('MEDIA_MAIL', option('SP', 4))),
    );

    expect(rates).toEqual([]);
  });

  it('is not asked about what leaves the country', async () => {
    const usps = await carrierAnswering('usps', answer());
    const abroad = { ...HOME, country: 'DE' };

    expect(await usps.quote({ ...shipment, to: abroad }, signal)).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe.each([
  [
    'fedex',
    'output.rateReplyDetails.0.ratedShipmentDetails.0.totalNetCharge',
    (price: unknown) => ({
      output: {
        rateReplyDetails: [
          {
            serviceType: 'FEDEX_GROUND',
            ratedShipmentDetails: [{ rateType: 'ACCOUNT', currency: 'USD', totalNetCharge: price }],
          },
        ],
      },
    }),
  ],
  [
    'ups',
    'RateResponse.RatedShipment.0.TotalCharges.MonetaryValue',
    (price: unknown) => ({
      RateResponse: {
        RatedShipment: [
          { Service: { Code: '03' }, TotalCharges: { CurrencyCode: 'USD', MonetaryValue: price } },
        ],
      },
    }),
  ],
  [
    'usps',
    'pricingOptions.0.shippingOptions.0.rateOptions.0.totalBasePrice',
    (price: unknown) => ({
      pricingOptions: [
        {
          shippingOptions: [
            {
              mailClass: 'PRIORITY_MAIL',
              rateOptions: [{ totalBasePrice: price, rates: [{ rateIndicator: 'SP' }] }],
            },
          ],
        },
      ],
    }),
  ],
] as const)('a price of %s', (name, where, answerWith) => {
  it.each([-5, 0, 'free', null, '1e3', Number.MAX_SAFE_INTEGER, '', undefined, '12.5 USD'])(
    'that is %j is malformed, and the message says where without the value',
    async (price) => {
      await expect(quotes(name, answerWith(price))).rejects.toMatchObject({
        name: 'Transient',
        message: `${name} sent a malformed answer: wrong at ${where}`,
      });
    },
  );

  it('is read to the cent', async () => {
    expect((await quotes(name, answerWith(19.99)))[0]?.amount).toBe(name === 'usps' ? 5997 : 1999);
  });
});

it('knows a currency without decimals', async () => {
  const body = {
    RateResponse: {
      RatedShipment: [
        { Service: { Code: '08' }, TotalCharges: { CurrencyCode: 'JPY', MonetaryValue: '4500' } },
      ],
    },
  };

  expect(await quotes('ups', body)).toMatchObject([{ amount: 4500, currency: 'JPY' as Currency }]);
});
