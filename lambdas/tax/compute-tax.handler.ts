import * as z from 'zod';
import { dynamoOrders } from '../orders/order-store.ts';
import { dynamodb } from '../shared/aws-clients.ts';
import { env } from '../shared/environment.ts';
import { orderNumberSchema, shippingQuoteSchema } from '../shared/parse.ts';
import { secret } from '../shared/secrets.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { computeTax } from './compute-tax.ts';
import { taxJarCalculator } from './taxjar-calculator.ts';

const taxJarArn = env('TAXJAR_SECRET_ARN');

const taxJarSecret = z.object({ TAXJAR_API_KEY: z.string().min(1) });

const addressSchema = z.object({
  street: z.string(),
  city: z.string(),
  state: z.string(),
  zip: z.string(),
  country: z.string().length(2),
});

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  taxes: taxJarCalculator({
    baseUrl: env('TAXJAR_API_BASE'),
    apiKey: async () => taxJarSecret.parse(await secret(taxJarArn)).TAXJAR_API_KEY,
  }),
  shipFrom: addressSchema.parse(JSON.parse(env('SHIP_FROM'))),
};

export const handler = stepHandler(
  z.object({ order_number: orderNumberSchema, shipping: shippingQuoteSchema }),
  (input) => computeTax(deps, input),
);
