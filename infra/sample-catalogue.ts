import { CustomResource } from 'aws-cdk-lib';
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
    new CustomResource(this, 'Samples', {
      serviceToken: loader.functionArn,
      resourceType: 'Custom::SampleCatalogue',
    });
  }
}
