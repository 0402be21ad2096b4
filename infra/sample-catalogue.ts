import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { grantTable } from './grants.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { SharedProps } from './shared-props.ts';

/** A few products to try the checkout with; not in production. */
export class SampleCatalogue extends Construct {
  constructor(scope: Construct, id: string, { tables }: Pick<SharedProps, 'tables'>) {
    super(scope, id);
    const loader = lambdaFunction(this, 'load-sample-catalogue', {
      environment: {
        CATALOGUE_TABLE: tables.catalogue.tableName,
        STOCK_TABLE: tables.stock.tableName,
      },
    });
    grantTable(loader, tables.catalogue, 'PutItem');
    grantTable(loader, tables.stock, 'PutItem');
    // The samples are in the bundle: a changed bundle loads what is new in them.
    const bundle = readFileSync('dist/load-sample-catalogue/index.mjs');
    const digest = createHash('sha256').update(bundle).digest('hex');
    new CustomResource(this, 'Samples', {
      serviceToken: loader.functionArn,
      resourceType: 'Custom::SampleCatalogue',
      serviceTimeout: Duration.minutes(2),
      properties: { samples: digest },
    });
  }
}
