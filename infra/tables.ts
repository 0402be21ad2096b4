import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Config } from './config.ts';

/** The stores. On demand, encrypted, recoverable to any second of the last 35 days, kept in production. */
export class Tables extends Construct {
  readonly orders: Table;
  readonly catalogue: Table;
  readonly stock: Table;
  /** Idempotency records: request keys, webhook events, sent e-mails. */
  readonly records: Table;

  constructor(scope: Construct, id: string, { config }: { config: Config }) {
    super(scope, id);
    const isProd = config.stage === 'prod';
    const table = (name: string, key: string, more: Partial<TableProps> = {}) =>
      new Table(this, name, {
        partitionKey: { name: key, type: AttributeType.STRING },
        billingMode: BillingMode.PAY_PER_REQUEST,
        encryption: TableEncryption.AWS_MANAGED,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: isProd,
        removalPolicy: isProd ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        ...more,
      });

    this.orders = table('Orders', 'order_number');
    this.orders.addGlobalSecondaryIndex({
      indexName: 'open-orders',
      partitionKey: { name: 'saga', type: AttributeType.STRING },
      sortKey: { name: 'created_at', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.catalogue = table('Catalogue', 'sku');
    this.stock = table('Stock', 'id');
    this.records = table('Records', 'id', { timeToLiveAttribute: 'expires_at' });
  }
}
