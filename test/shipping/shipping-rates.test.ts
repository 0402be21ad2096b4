import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../lambdas/shared/clock.ts';
import { fedexRates } from '../../lambdas/shipping/fedex-rates.ts';
import { flatRate } from '../../lambdas/shipping/flat-rate.ts';
import { upsRates } from '../../lambdas/shipping/ups-rates.ts';
import { uspsRates } from '../../lambdas/shipping/usps-rates.ts';
import { USD } from './an-order.ts';
import { type LocalProviders, localCredentials, startLocalProviders } from './local-providers.ts';
import { describeRemoteRates, describeShippingRates } from './shipping-rates.conformance.ts';

let providers: LocalProviders;
beforeAll(async () => {
  providers = await startLocalProviders();
});
afterAll(() => providers.stop());

const CARRIERS = {
  fedex: { rates: fedexRates, tokenPath: '/oauth/token', ratesPath: '/rate/v1/rates/quotes' },
  ups: {
    rates: upsRates,
    tokenPath: '/security/v1/oauth/token',
    ratesPath: '/api/rating/v2409/Shop',
  },
  usps: {
    rates: uspsRates,
    tokenPath: '/oauth2/v3/token',
    ratesPath: '/shipments/v3/options/search',
  },
};

for (const name of ['fedex', 'ups', 'usps'] as const) {
  const { rates, tokenPath, ratesPath } = CARRIERS[name];
  const baseUrl = () => providers.baseUrls[name];
  const credentials = localCredentials(name);
  const make = (url: string) => rates({ baseUrl: url, clock: systemClock, credentials });
  describeShippingRates(name, () => make(baseUrl()));
  describeRemoteRates(name, { baseUrl, make, tokenPath, ratesPath });
}

describeShippingRates('flat_rate', () => flatRate({ [USD]: 795 }));
