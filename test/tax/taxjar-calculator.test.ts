import { fc } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Currency, fromDecimal, type MinorUnits } from '../../lambdas/shared/money.ts';
import { taxJarCalculator } from '../../lambdas/tax/taxjar-calculator.ts';
import { aLine, HOME, WAREHOUSE } from '../shipping/an-order.ts';
import {
  type LocalProviders,
  localSecret,
  startLocalProviders,
} from '../shipping/local-providers.ts';
import { answering, type WireServer } from '../shipping/wire-server.ts';
import { describeTaxCalculator, SALE } from './tax-calculator.conformance.ts';

const apiKey = async () => localSecret('TAXJAR_API_KEY');
const signal = new AbortController().signal;
const amount = (value: number) => value as MinorUnits;

describe('against the local provider', () => {
  let providers: LocalProviders;
  beforeAll(async () => {
    providers = await startLocalProviders();
  });
  afterAll(() => providers.stop());

  describeTaxCalculator('taxjar', {
    baseUrl: () => providers.baseUrls.taxjar,
    make: (baseUrl) => taxJarCalculator({ baseUrl, apiKey }),
    path: '/v2/taxes',
  });
});

describe('what TaxJar is asked', () => {
  let server: WireServer;
  beforeAll(async () => {
    server = await answering(() => ({
      status: 200,
      body: { tax: { order_total_amount: 0, amount_to_collect: 0 } },
    }));
  });
  afterAll(() => server.stop());

  async function asked(sale: Partial<typeof SALE>): Promise<string> {
    await taxJarCalculator({ baseUrl: server.baseUrl, apiKey }).taxOf({ ...SALE, ...sale }, signal);
    return server.requests.at(-1)?.body ?? '';
  }

  it('is the whole sale, with the discount on its lines and shipping beside', async () => {
    const body = await asked({
      to: HOME,
      lines: [aLine({ tax_code: '20010' })],
      shipping: amount(0),
    });

    expect(JSON.parse(body)).toEqual({
      from_country: 'US',
      from_zip: WAREHOUSE.zip,
      from_state: 'CA',
      from_city: WAREHOUSE.city,
      from_street: WAREHOUSE.street,
      to_country: 'US',
      to_zip: HOME.zip,
      to_state: 'NY',
      to_city: HOME.city,
      to_street: HOME.street,
      amount: 49.98,
      shipping: 0,
      line_items: [
        {
          id: 'TSHIRT-BLU-M',
          quantity: 2,
          unit_price: 29.99,
          discount: 10,
          product_tax_code: '20010',
        },
      ],
    });
    expect(server.requests.at(-1)?.headers).toMatchObject({
      authorization: 'Bearer taxjar_local',
      'x-api-version': '2022-01-24',
    });
  });

  it("is written in the amounts' own digits", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 10 ** 12 }),
        fc.constantFrom('USD', 'JPY', 'KWD'),
        async (price, code) => {
          const currency = code as Currency;
          const lines = [aLine({ quantity: 1, unit_price: amount(price) })];
          const body = await asked({ currency, lines, discount: amount(0) });

          const [, digits = ''] = /"unit_price":([^,]+),/.exec(body) ?? [];
          expect(fromDecimal(digits, currency)).toBe(price);
        },
      ),
      { numRuns: 50 },
    );
  });
});
