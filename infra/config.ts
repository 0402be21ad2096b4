import type { Node } from 'constructs';
import * as z from 'zod';

const address = z.strictObject({
  street: z.string().min(1),
  city: z.string().min(1),
  state: z.string().min(1),
  zip: z.string().min(1),
  country: z.string().regex(/^[A-Z]{2}$/),
});

/** What a shop that sells for real has to say for itself. */
const NO_DEFAULT_IN_PROD = ['paymentReturnUrl', 'emailFrom', 'shipFrom'];

const configSchema = z.object({
  stage: z.enum(['dev', 'prod']).default('dev'),
  /** How long a customer may take to pay, in seconds. The checkout's own time limit leaves room for an hour. */
  paymentWaitSeconds: z.coerce.number().int().min(60).max(3600).default(900),
  /** Where the bank's page sends the customer after a 3DS challenge. */
  paymentReturnUrl: z.url().default('https://example.com/checkout/complete'),
  emailFrom: z.email().default('orders@example.com'),
  /** Who is told of alarms; more can subscribe to the topic. */
  alarmEmail: z.email().optional(),
  shipFrom: address.default({
    street: '410 Terry Ave N',
    city: 'Seattle',
    state: 'WA',
    zip: '98109',
    country: 'US',
  }),
  /** What shipping costs when no carrier answers, in minor units: one amount per currency, or one per method. */
  flatRate: z
    .record(
      z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, as USD'),
      z.union([
        z.int().min(0),
        z.partialRecord(z.enum(['standard', 'express', 'overnight']), z.int().min(0)),
      ]),
    )
    .default({ USD: { standard: 795, express: 1995, overnight: 3995 }, THB: 3500 }),
});

/** What a deployment chooses, by CDK context (`cdk.json` or `-c name=value`; objects as JSON). */
export type Config = z.output<typeof configSchema>;

/** @throws Error naming every context value that is not as it should be */
export function readConfig(node: Node): Config {
  const given = Object.fromEntries(
    Object.keys(configSchema.shape).map((name) => [name, parsed(name, node.tryGetContext(name))]),
  );
  const config = configSchema.safeParse(given);
  const missing = NO_DEFAULT_IN_PROD.filter((name) => given[name] === undefined);
  if (config.data?.stage === 'prod' && missing.length > 0) {
    throw new Error(`CDK context is not valid:\nstage prod needs ${missing.join(', ')}`);
  }
  if (config.success) return config.data;
  throw new Error(`CDK context is not valid:\n${z.prettifyError(config.error)}`);
}

function parsed(name: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new Error(`CDK context is not valid:\n${name} is not JSON: ${value}`);
  }
}
