import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { Journal } from '../journal.ts';
import { createFedex } from './carriers/fedex.ts';
import { createUps } from './carriers/ups.ts';
import { createUsps } from './carriers/usps.ts';
import {
  type ProviderDeclaration,
  type ProviderName,
  providerDeclarations,
} from './declarations.ts';
import type { Provider } from './http/message.ts';
import { type Listening, listen } from './http/server.ts';
import { createSendGrid } from './sendgrid/provider.ts';
import { createShippo } from './shippo/provider.ts';
import { createStripe, type StripeProvider } from './stripe/provider.ts';
import { createTaxJar } from './taxjar/provider.ts';

export { type ProviderName, providerDeclarations } from './declarations.ts';

interface StartedProvider extends ProviderDeclaration {
  /** Without a slash at its end, such as `http://127.0.0.1:4010`. */
  baseUrl: string;
}

export interface Providers {
  /** In the order of `providerDeclarations`. */
  started: StartedProvider[];
  /** By name. */
  baseUrls: Record<ProviderName, string>;
  /**
   * Where a provider's webhooks go in this run; those that waited for it are sent. `enabledEvents` are those that the
   * endpoint wants, `['*']` unless told. Only Stripe sends any.
   */
  setWebhookUrl(name: 'stripe', url: string, enabledEvents?: string[]): Promise<void>;
  stop(): Promise<void>;
}

export interface ProvidersOptions {
  /** The folder of `providers.sqlite`, made if need be; `:memory:` for providers that forget. */
  dataDir: string;
  clock: Clock;
  /** A free port for each that is left out. */
  ports?: Partial<Record<ProviderName, number>>;
  webhookUrls?: { stripe?: string };
  /** Values of secrets by their keys, where they are to differ from `secretDefaults`. */
  secrets?: Readonly<Record<string, string>>;
}

/**
 * Starts every local provider on 127.0.0.1. What they know is on disk: after kill -9 they start with the same
 * payments, mails, labels and transactions, and with the webhooks that were not delivered yet.
 *
 * @throws Error EADDRINUSE when a port is taken; then none is left running.
 */
export async function startProviders(options: ProvidersOptions): Promise<Providers> {
  const { clock, dataDir, ports = {} } = options;
  const secrets: Record<string, string> = {};
  for (const { secretDefaults } of providerDeclarations) Object.assign(secrets, secretDefaults);
  Object.assign(secrets, options.secrets);
  const secret = (key: string) => secrets[key] ?? '';

  if (dataDir !== ':memory:') await mkdir(dataDir, { recursive: true });
  const journal = new Journal(dataDir === ':memory:' ? dataDir : join(dataDir, 'providers.sqlite'));
  let stripe: StripeProvider | undefined;
  const make: Record<ProviderName, (baseUrl: string) => Provider> = {
    stripe: (baseUrl) => {
      stripe = createStripe({ journal, clock, baseUrl, secretKey: secret('STRIPE_SECRET_KEY') });
      return stripe;
    },
    taxjar: () => createTaxJar({ journal, apiKey: secret('TAXJAR_API_KEY') }),
    fedex: () =>
      createFedex({
        clock,
        clientId: secret('FEDEX_CLIENT_ID'),
        clientSecret: secret('FEDEX_CLIENT_SECRET'),
        account: secret('FEDEX_ACCOUNT_NUMBER'),
      }),
    ups: () =>
      createUps({
        clock,
        clientId: secret('UPS_CLIENT_ID'),
        clientSecret: secret('UPS_CLIENT_SECRET'),
        account: secret('UPS_ACCOUNT_NUMBER'),
      }),
    usps: () =>
      createUsps({
        clock,
        clientId: secret('USPS_CLIENT_ID'),
        clientSecret: secret('USPS_CLIENT_SECRET'),
      }),
    shippo: (baseUrl) =>
      createShippo({ journal, clock, baseUrl, token: secret('SHIPPO_API_TOKEN') }),
    sendgrid: () => createSendGrid({ journal, clock, apiKey: secret('SENDGRID_API_KEY') }),
  };

  const listening: Listening[] = [];
  const started: StartedProvider[] = [];
  const stop = async () => {
    await Promise.all(listening.map((one) => one.stop()));
    journal.close();
  };
  try {
    for (const declaration of providerDeclarations) {
      const { name } = declaration;
      const one = await listen(make[name], { clock, port: ports[name] ?? 0 });
      listening.push(one);
      started.push({ ...declaration, baseUrl: one.baseUrl });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const setWebhookUrl: Providers['setWebhookUrl'] = async (_name, url, enabledEvents = ['*']) => {
    await stripe?.desk.webhooks.setLocalEndpoint(
      url,
      secret('STRIPE_WEBHOOK_SECRET'),
      enabledEvents,
    );
  };
  if (options.webhookUrls?.stripe) await setWebhookUrl('stripe', options.webhookUrls.stripe);
  return {
    started,
    baseUrls: Object.fromEntries(started.map(({ name, baseUrl }) => [name, baseUrl])) as Record<
      ProviderName,
      string
    >,
    setWebhookUrl,
    stop,
  };
}
