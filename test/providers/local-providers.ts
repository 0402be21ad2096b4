import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { VirtualClock } from '../../local/clock.ts';
import { type ProviderName, type Providers, startProviders } from '../../local/providers/index.ts';

export const WEBHOOK_SECRET = 'whsec_local_cloud_only';

export interface Running {
  providers: Providers;
  baseUrls: Record<ProviderName, string>;
  clock: VirtualClock;
  stripe: Stripe;
  dataDir: string;
  /** Stops the providers and starts them again on the same data, at other ports. */
  restart(): Promise<Running>;
  stop(): Promise<void>;
}

/** Providers on free ports and virtual time, whose data goes when they stop. */
export async function start(): Promise<Running> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fastcart-providers-'));
  return run(dataDir, new VirtualClock());
}

async function run(dataDir: string, clock: VirtualClock): Promise<Running> {
  const providers = await startProviders({ dataDir, clock });
  return {
    providers,
    baseUrls: providers.baseUrls,
    clock,
    dataDir,
    stripe: stripeAt(providers.baseUrls.stripe),
    async restart() {
      await providers.stop();
      return run(dataDir, clock);
    },
    async stop() {
      await providers.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The real client, as the shop sets it up: it tells unknown outcomes apart and never tries again by itself. */
export function stripeAt(baseUrl: string, key = 'sk_test_local', timeout = 10_000): Stripe {
  const { hostname, port } = new URL(baseUrl);
  return new Stripe(key, {
    host: hostname,
    port,
    protocol: 'http',
    timeout,
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

export interface JsonAnswer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** One call with JSON in and out; `body` undefined sends none. */
export async function ask<T>(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<JsonAnswer<T>> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? undefined : JSON.parse(text)) as T,
  };
}

/** The error that `promise` rejects with, as Stripe's client throws it. */
export async function stripeError(
  promise: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error(`expected an error of Stripe, got ${String(error)}`);
}

export interface Received {
  body: string;
  signature: string;
  event: Stripe.EventBase;
}

/** A webhook endpoint that keeps what it gets; `answer` decides the status. */
export async function startReceiver(answer: (received: Received) => number = () => 200) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const one = {
        body,
        signature: String(request.headers['stripe-signature']),
        event: JSON.parse(body) as Stripe.EventBase,
      };
      received.push(one);
      response.writeHead(answer(one)).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks/stripe`,
    received,
    types: () => received.map(({ event }) => event.type),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A payment that is authorized first and captured later. */
export const MANUAL: Pick<
  Stripe.PaymentIntentCreateParams,
  'currency' | 'capture_method' | 'allowed_payment_method_types'
> = { currency: 'usd', capture_method: 'manual', allowed_payment_method_types: ['card'] };

/** The id in a field that holds an id or, expanded, the object. */
export function idOf(field: string | { id: string } | null): string {
  return typeof field === 'string' ? field : (field?.id ?? '');
}
