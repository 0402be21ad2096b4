import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dynamoOrders } from '../../lambdas/orders/order-store.ts';
import { systemClock } from '../../lambdas/shared/clock.ts';
import type { Currency } from '../../lambdas/shared/money.ts';
import type { Order, OrderNumber } from '../../lambdas/shared/order.ts';
import { fedexRates } from '../../lambdas/shipping/fedex-rates.ts';
import { flatRate } from '../../lambdas/shipping/flat-rate.ts';
import {
  FLAT_RATE_WARNING,
  type QuoteShippingDeps,
  quoteShipping,
} from '../../lambdas/shipping/quote-shipping.ts';
import { upsRates } from '../../lambdas/shipping/ups-rates.ts';
import { uspsRates } from '../../lambdas/shipping/usps-rates.ts';
import type { RealDynamoDb } from '../support/real-dynamodb.ts';
import { anOrder, HOME, USD, WAREHOUSE } from './an-order.ts';
import { type LocalProviders, localCredentials, startLocalProviders } from './local-providers.ts';
import { ORDERS, putOrder, startTables } from './order-table.ts';
import { inject, reset } from './provider-faults.ts';
import { silent } from './wire-server.ts';

const CARRIERS = ['fedex', 'ups', 'usps'] as const;
const MAKE = { fedex: fedexRates, ups: upsRates, usps: uspsRates };
const TIMEOUT_MS = 300;

let db: RealDynamoDb;
let providers: LocalProviders;
let deps: QuoteShippingDeps;
let logged: unknown[];

beforeAll(async () => {
  [db, providers] = await Promise.all([startTables(), startLocalProviders()]);
});
afterAll(async () => {
  await Promise.all([db.stop(), providers.stop()]);
});

const baseUrl = (carrier: (typeof CARRIERS)[number]) => providers.baseUrls[carrier];

beforeEach(async () => {
  await Promise.all(CARRIERS.map((carrier) => reset(baseUrl(carrier))));
  logged = [];
  deps = {
    orders: dynamoOrders(ORDERS, db.client),
    carriers: CARRIERS.map((carrier) =>
      MAKE[carrier]({
        baseUrl: baseUrl(carrier),
        clock: systemClock,
        credentials: localCredentials(carrier),
      }),
    ),
    flatRate: flatRate({ [USD]: { standard: 795 } }),
    shipFrom: WAREHOUSE,
    timeoutMs: TIMEOUT_MS,
    logger: { warn: (message, details) => logged.push({ message, ...details }) },
  };
});

async function quote(changes: Partial<Order> = {}) {
  const order = anOrder(changes);
  await putOrder(db, order);
  return quoteShipping(deps, { order_number: order.order_number });
}

describe('quoteShipping', () => {
  it.each(['standard', 'express', 'overnight'] as const)(
    'takes the cheapest %s rate of the three carriers',
    async (method) => {
      const { shipping, warnings } = await quote({ shipping_method: method });

      const shipment = {
        from: WAREHOUSE,
        to: HOME,
        weight_grams: 400,
        currency: anOrder().currency,
      };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const all = await Promise.all(deps.carriers.map((rates) => rates.quote(shipment, signal)));
      const prices = all.flat().filter((rate) => rate.method === method);
      expect(shipping.amount).toBe(Math.min(...prices.map(({ amount }) => amount)));
      expect(shipping).toMatchObject({ method });
      expect(CARRIERS).toContain(shipping.carrier);
      expect(warnings).toEqual([]);
      expect(logged).toEqual([]);
    },
  );

  it('goes on without a carrier that fails, one that is silent and one that talks nonsense', async () => {
    const { shipping } = await quote();
    const others = CARRIERS.filter((carrier) => carrier !== shipping.carrier);
    const faults = {
      fedex: '/rate/v1/rates/quotes',
      ups: '/api/rating/v2409/Shop',
      usps: '/shipments/v3/options/search',
    };
    for (const [i, carrier] of [shipping.carrier as 'ups', ...others].entries()) {
      if (i === 0) await inject(baseUrl(carrier), { match: faults[carrier], kind: 'timeout' });
      if (i === 1) {
        const garbage = { kind: 'status', status: 200, body: '<html>' } as const;
        await inject(baseUrl(carrier), { match: faults[carrier], ...garbage });
      }
    }

    const again = await quote();

    expect(again.shipping.carrier).toBe(others[1]);
    expect(again.warnings).toEqual([]);
    expect(logged).toHaveLength(2);
  });

  it('charges the flat rate, and says so, when none answers', async () => {
    for (const carrier of CARRIERS) {
      await inject(baseUrl(carrier), { match: 'POST', kind: 'timeout', times: 9 });
    }

    expect(await quote()).toEqual({
      shipping: { method: 'standard', carrier: 'flat_rate', service: 'Flat rate', amount: 795 },
      warnings: [FLAT_RATE_WARNING],
    });
    expect(logged).toHaveLength(3);
  });

  it('asks all carriers at once, and leaves no connection to a late one open', async () => {
    const servers = await Promise.all(CARRIERS.map(() => silent()));
    const open = () => servers.map((server) => server.openConnections());
    deps = {
      ...deps,
      timeoutMs: 1000,
      carriers: CARRIERS.map((carrier, i) =>
        MAKE[carrier]({
          baseUrl: servers[i]?.baseUrl ?? '',
          clock: systemClock,
          credentials: localCredentials(carrier),
        }),
      ),
    };
    const quoted = quote();

    await vi.waitFor(() => expect(open()).toEqual([1, 1, 1]), { interval: 5 });
    expect((await quoted).shipping.carrier).toBe('flat_rate');
    await vi.waitFor(() => expect(open()).toEqual([0, 0, 0]));
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('waits no longer for a carrier whose credentials are not to be had', async () => {
    const { promise } = Promise.withResolvers<never>();
    deps = {
      ...deps,
      carriers: [
        upsRates({ baseUrl: baseUrl('ups'), clock: systemClock, credentials: () => promise }),
      ],
    };

    expect((await quote()).shipping.carrier).toBe('flat_rate');
  });

  it('is unavailable when none answers and no flat rate fits', async () => {
    for (const carrier of CARRIERS) {
      await inject(baseUrl(carrier), { match: 'POST', kind: 'reset', times: 9 });
    }

    await expect(quote({ shipping_method: 'overnight' })).rejects.toMatchObject({
      name: 'ShippingUnavailable',
    });
  });

  it('is unavailable in a currency that neither the carriers nor we speak', async () => {
    await expect(quote({ currency: 'BHD' as Currency })).rejects.toMatchObject({
      name: 'ShippingUnavailable',
    });
  });

  it('refuses an order that does not exist', async () => {
    const order_number = 'ORD-2026-000000' as OrderNumber;

    await expect(quoteShipping(deps, { order_number })).rejects.toMatchObject({
      name: 'InvalidOrder',
    });
  });

  it('logs which carrier failed and nothing of the customer', async () => {
    for (const carrier of CARRIERS) {
      await inject(baseUrl(carrier), { match: 'POST', kind: 'status', status: 500, times: 9 });
    }
    await quote();

    const log = JSON.stringify(logged);
    expect(log).toContain('ORD-2026-7K3QX9');
    for (const { street, city, zip } of [HOME, WAREHOUSE]) {
      for (const secret of [street, city, zip, 'Lovelace', 'example.com']) {
        expect(log).not.toContain(secret);
      }
    }
  });
});
