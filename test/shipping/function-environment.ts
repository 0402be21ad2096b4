import { vi } from 'vitest';
import { listenAwsJson } from '../../local/aws-json.ts';
import { VirtualClock } from '../../local/clock.ts';
import { Journal } from '../../local/journal.ts';
import { createSecrets } from '../../local/secrets/service.ts';
import type { RealDynamoDb } from '../support/real-dynamodb.ts';
import { WAREHOUSE } from './an-order.ts';
import { type LocalProviders, localSecret, startLocalProviders } from './local-providers.ts';
import { ORDERS, RECORDS, startTables } from './order-table.ts';

export interface FunctionEnvironment {
  db: RealDynamoDb;
  providers: LocalProviders;
  stop(): Promise<void>;
}

const SECRETS = {
  TAXJAR: ['TAXJAR_API_KEY'],
  FEDEX: ['FEDEX_CLIENT_ID', 'FEDEX_CLIENT_SECRET', 'FEDEX_ACCOUNT_NUMBER'],
  UPS: ['UPS_CLIENT_ID', 'UPS_CLIENT_SECRET', 'UPS_ACCOUNT_NUMBER'],
  USPS: ['USPS_CLIENT_ID', 'USPS_CLIENT_SECRET'],
  SENDGRID: ['SENDGRID_API_KEY'],
} as const;

/** All that a function finds around it: its environment variables, tables, secrets and providers. */
export async function startFunctionEnvironment(): Promise<FunctionEnvironment> {
  const journal = new Journal(':memory:');
  const services = [createSecrets({ journal, clock: new VirtualClock() })];
  const [db, providers, aws] = await Promise.all([
    startTables(),
    startLocalProviders(),
    listenAwsJson({ services, port: 0 }),
  ]);

  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', db.endpoint);
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  vi.stubEnv('ORDERS_TABLE', ORDERS);
  vi.stubEnv('RECORDS_TABLE', RECORDS);
  vi.stubEnv('SHIP_FROM', JSON.stringify(WAREHOUSE));
  vi.stubEnv('FLAT_RATE', JSON.stringify({ USD: 795 }));
  vi.stubEnv('EMAIL_FROM', 'orders@example.com');
  for (const [provider, keys] of Object.entries(SECRETS)) {
    const name = provider.toLowerCase() as 'taxjar' | 'fedex' | 'ups' | 'usps' | 'sendgrid';
    const SecretString = JSON.stringify(Object.fromEntries(keys.map((k) => [k, localSecret(k)])));
    const signal = new AbortController().signal;
    await services[0]?.handle('CreateSecret', { Name: name, SecretString }, signal);
    vi.stubEnv(`${provider}_SECRET_ARN`, name);
    vi.stubEnv(`${provider}_API_BASE`, providers.baseUrls[name]);
  }

  return {
    db,
    providers,
    async stop() {
      vi.unstubAllEnvs();
      await Promise.all([db.stop(), providers.stop(), aws.close()]);
      journal.close();
    },
  };
}

/** The context of an invocation, as far as ours read it. */
export const CONTEXT = {
  functionName: 'function',
  memoryLimitInMB: '512',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:function',
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e812345678',
  functionVersion: '$LATEST',
  callbackWaitsForEmptyEventLoop: false,
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 28_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};
