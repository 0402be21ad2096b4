import type Stripe from 'stripe';
import { env } from '../shared/environment.ts';
import { secret } from '../shared/secrets.ts';
import type { PaymentGateway } from './payment-gateway.ts';
import { stripeClient, stripeGateway } from './stripe-gateway.ts';

/** The Stripe gateway of a handler, from its environment. The client is made anew when the key was rotated. */
export function wireStripe(): PaymentGateway {
  const arn = env('STRIPE_SECRET_ARN');
  const baseUrl = env('STRIPE_API_BASE');
  let current: { key: string; client: Stripe } | undefined;
  return stripeGateway({
    shop: env('SHOP'),
    returnUrl: env('PAYMENT_RETURN_URL'),
    async stripe() {
      const { STRIPE_SECRET_KEY: key = '' } = await secret(arn);
      if (current?.key !== key) current = { key, client: stripeClient(key, baseUrl) };
      return current.client;
    },
  });
}
