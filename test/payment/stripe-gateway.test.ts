import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stripeClient, stripeGateway } from '../../lambdas/payment/stripe-gateway.ts';
import { VirtualClock } from '../../local/clock.ts';
import { type Providers, startProviders } from '../../local/providers/index.ts';
import { type GatewayUnderTest, paymentGatewayConformance } from './payment-gateway.conformance.ts';

const PATHS = {
  create: 'POST /v1/payment_intents',
  confirm: 'POST /v1/payment_intents/*/confirm',
  capture: 'POST /v1/payment_intents/*/capture',
  cancel: 'POST /v1/payment_intents/*/cancel',
  refund: 'POST /v1/refunds',
};

let providers: Providers;
let baseUrl: string;
let stripe: Stripe;

beforeAll(async () => {
  providers = await startProviders({ dataDir: ':memory:', clock: new VirtualClock() });
  baseUrl = providers.baseUrls['stripe'] ?? '';
  stripe = stripeClient('sk_test_local', baseUrl);
});

afterAll(() => providers.stop());

function gatewayOf(shop: string) {
  return stripeGateway({
    stripe: () => Promise.resolve(stripe),
    shop,
    returnUrl: 'https://shop.example/return',
  });
}

async function breakNext(call: keyof typeof PATHS, how: 'down' | 'lost'): Promise<void> {
  const kind = how === 'down' ? 'status' : 'after_effect_status';
  const fault = { match: PATHS[call], kind, status: 503 };
  await fetch(`${baseUrl}/_faults`, { method: 'POST', body: JSON.stringify(fault) });
}

async function kept(id: string): Promise<number> {
  const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  const charge = intent.latest_charge;
  if (intent.status !== 'succeeded' || charge === null || typeof charge === 'string') return 0;
  return intent.amount_received - charge.amount_refunded;
}

describe('Stripe', () => {
  paymentGatewayConformance(
    (): GatewayUnderTest => ({
      gateway: gatewayOf('a-shop'),
      methods: {
        good: 'pm_card_visa',
        declined: 'pm_card_visa_chargeDeclinedInsufficientFunds',
        challenged: 'pm_card_authenticationRequired',
        unknown: 'pm_nobody',
      },
      breakNext,
      kept,
    }),
  );

  test('another shop’s payment is nobody’s order here', async () => {
    const { id } = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      metadata: { order_number: 'ORD-2026-000000', shop: 'another-shop' },
    });
    expect(await gatewayOf('a-shop').retrieve(id as never)).not.toHaveProperty('order_number');
  });

  test('a key that was refused is no decline and no fault of the moment', async () => {
    const wrong = stripeGateway({
      stripe: () => Promise.resolve(stripeClient('sk_test_wrong', baseUrl)),
      shop: 'a-shop',
      returnUrl: 'https://shop.example/return',
    });
    await expect(wrong.retrieve('pi_1' as never)).rejects.toMatchObject({ name: 'Error' });
  });
});
