import * as z from 'zod';
import { dynamoOrders } from '../orders/order-store.ts';
import { dynamodb } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { logger } from '../shared/logger.ts';
import { orderNumberSchema } from '../shared/parse.ts';
import { secret } from '../shared/secrets.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { fedexRates } from './fedex-rates.ts';
import { flatRate, flatRateTableSchema } from './flat-rate.ts';
import { quoteShipping } from './quote-shipping.ts';
import { upsRates } from './ups-rates.ts';
import { uspsRates } from './usps-rates.ts';

const fedexArn = env('FEDEX_SECRET_ARN');
const upsArn = env('UPS_SECRET_ARN');
const uspsArn = env('USPS_SECRET_ARN');

const fedexSecret = z.object({
  FEDEX_CLIENT_ID: z.string().min(1),
  FEDEX_CLIENT_SECRET: z.string().min(1),
  FEDEX_ACCOUNT_NUMBER: z.string().min(1),
});
const upsSecret = z.object({
  UPS_CLIENT_ID: z.string().min(1),
  UPS_CLIENT_SECRET: z.string().min(1),
  UPS_ACCOUNT_NUMBER: z.string().min(1),
});
const uspsSecret = z.object({
  USPS_CLIENT_ID: z.string().min(1),
  USPS_CLIENT_SECRET: z.string().min(1),
});

const carriers = [
  fedexRates({
    baseUrl: env('FEDEX_API_BASE'),
    clock: systemClock,
    credentials: async () => {
      const keys = fedexSecret.parse(await secret(fedexArn));
      return {
        id: keys.FEDEX_CLIENT_ID,
        secret: keys.FEDEX_CLIENT_SECRET,
        account: keys.FEDEX_ACCOUNT_NUMBER,
      };
    },
  }),
  upsRates({
    baseUrl: env('UPS_API_BASE'),
    clock: systemClock,
    credentials: async () => {
      const keys = upsSecret.parse(await secret(upsArn));
      return {
        id: keys.UPS_CLIENT_ID,
        secret: keys.UPS_CLIENT_SECRET,
        account: keys.UPS_ACCOUNT_NUMBER,
      };
    },
  }),
  uspsRates({
    baseUrl: env('USPS_API_BASE'),
    clock: systemClock,
    credentials: async () => {
      const keys = uspsSecret.parse(await secret(uspsArn));
      return { id: keys.USPS_CLIENT_ID, secret: keys.USPS_CLIENT_SECRET };
    },
  }),
];

const addressSchema = z.object({
  street: z.string(),
  city: z.string(),
  state: z.string(),
  zip: z.string(),
  country: z.string().length(2),
});

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  carriers,
  flatRate: flatRate(flatRateTableSchema.parse(JSON.parse(env('FLAT_RATE')))),
  shipFrom: addressSchema.parse(JSON.parse(env('SHIP_FROM'))),
  logger,
};

export const handler = stepHandler(z.object({ order_number: orderNumberSchema }), (input) =>
  quoteShipping(deps, input),
);
