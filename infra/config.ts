import type { Node } from 'constructs';
import * as z from 'zod';

const address = z.strictObject({
  street: z.string().min(1),
  city: z.string().min(1),
  state: z.string().min(1),
  zip: z.string().min(1),
  country: z.string().regex(/^[A-Z]{2}$/),
});

const configSchema = z.object({
  stage: z.enum(['dev', 'prod']).default('dev'),
  /** How long a customer may take to pay, in seconds. The checkout's own time limit leaves room for an hour. */
  paymentWaitSeconds: z.coerce.number().int().min(60).max(3600).default(900),
  /** Where the bank's page sends the customer after a 3DS challenge. */
  paymentReturnUrl: z.url().default('https://example.com/checkout/complete'),
  emailFrom: z.email().default('orders@example.com'),
  shipFrom: address.default({
    street: '410 Terry Ave N',
    city: 'Seattle',
    state: 'WA',
    zip: '98109',
    country: 'US',
  }),
  /** What shipping costs when no carrier answers, in minor units: one amount per currency, or one per method. */
  flatRate: z
    .record(z.string(), z.union([z.int().min(0), z.record(z.string(), z.int().min(0))]))
    .default({ USD: { standard: 795, express: 1995, overnight: 3995 }, THB: 3500 }),
});

/** What a deployment chooses, by CDK context (`cdk.json` or `-c name=value`; objects as JSON). */
export type Config = z.output<typeof configSchema>;

/** @throws Error naming every context value that is not as it should be */
export function readConfig(node: Node): Config {
  const given = Object.fromEntries(
    Object.keys(configSchema.shape).map((name) => [name, parsed(node.tryGetContext(name))]),
  );
  const config = configSchema.safeParse(given);
  if (config.success) return config.data;
  throw new Error(`CDK context is not valid:\n${z.prettifyError(config.error)}`);
}

function parsed(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value;
}
