import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { Checkout } from './checkout.ts';
import type { Config } from './config.ts';
import { Email } from './email.ts';
import { Events } from './events.ts';
import { ProviderSecrets } from './provider-secrets.ts';
import { SampleCatalogue } from './sample-catalogue.ts';
import { Sweep } from './sweep.ts';
import { Tables } from './tables.ts';

/** The whole checkout of one stage, in one AWS account. */
export class FastCartStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { config: Config }) {
    super(scope, id, props);
    const { config } = props;
    const tables = new Tables(this, 'Tables', { config });
    const secrets = new ProviderSecrets(this, 'Secrets');
    const events = new Events(this, 'Events', { config });
    const email = new Email(this, 'Email', { config, tables, secrets });
    const shared = { config, tables, secrets, events, email };
    const checkout = new Checkout(this, 'Checkout', shared);
    const sweep = new Sweep(this, 'Sweep', { ...shared, checkout });
    const api = new Api(this, 'Api', { ...shared, checkout });
    if (config.stage === 'dev') new SampleCatalogue(this, 'SampleCatalogue', shared);
    new Alarms(this, 'Alarms', { config, checkout, email, events, sweep, api });
  }
}
