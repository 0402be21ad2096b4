import { SecretValue, Validations } from 'aws-cdk-lib';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/**
 * Each provider's address, and the names in its secret. The values are put in by hand after the first deploy.
 *
 * The names of a secret are for ever: CloudFormation writes a secret anew, empty, when its names change. A further
 * key of a provider gets a further secret.
 */
const PROVIDERS = {
  stripe: {
    api: 'https://api.stripe.com',
    keys: ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
  },
  taxjar: { api: 'https://api.taxjar.com', keys: ['TAXJAR_API_KEY'] },
  fedex: {
    api: 'https://apis.fedex.com',
    keys: ['FEDEX_CLIENT_ID', 'FEDEX_CLIENT_SECRET', 'FEDEX_ACCOUNT_NUMBER'],
  },
  ups: {
    api: 'https://onlinetools.ups.com',
    keys: ['UPS_CLIENT_ID', 'UPS_CLIENT_SECRET', 'UPS_ACCOUNT_NUMBER'],
  },
  usps: { api: 'https://apis.usps.com', keys: ['USPS_CLIENT_ID', 'USPS_CLIENT_SECRET'] },
  sendgrid: { api: 'https://api.sendgrid.com', keys: ['SENDGRID_API_KEY'] },
} as const;

export type Provider = keyof typeof PROVIDERS;

/** One secret a provider: a JSON object of its keys, empty until they are set. */
export class ProviderSecrets extends Construct {
  readonly #secrets = new Map<Provider, Secret>();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const [name, { keys }] of Object.entries(PROVIDERS)) {
      const empty = Object.fromEntries(keys.map((key) => [key, SecretValue.unsafePlainText('')]));
      const secret = new Secret(this, name, {
        description: `FastCart's keys at ${name}: ${keys.join(', ')}`,
        secretObjectValue: empty,
      });
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions::AwsSolutions-SMG4',
        reason:
          'The provider issues the key: it is rotated there and put in here, and picked up in minutes',
      });
      this.#secrets.set(name as Provider, secret);
    }
  }

  /** Lets `fn` call `providers`: their addresses and their secrets' ARNs in its environment, and the right to read. */
  grant(fn: LambdaFunction, ...providers: Provider[]): void {
    for (const provider of providers) {
      const prefix = provider.toUpperCase();
      fn.addEnvironment(`${prefix}_API_BASE`, PROVIDERS[provider].api);
      fn.addEnvironment(`${prefix}_SECRET_ARN`, this.#grantRead(fn, provider));
    }
  }

  #grantRead(fn: IFunction, provider: Provider): string {
    const secret = this.#secrets.get(provider);
    if (!secret) throw new Error(`there is no secret for ${provider}`);
    secret.grantRead(fn);
    return secret.secretArn;
  }
}
