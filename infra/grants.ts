import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/** What a function may do to a table, by DynamoDB's names. */
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'DescribeTable';

/** Allows `actions` on the table itself; the CDK's own grant would add its indexes. */
export function grantTable(fn: LambdaFunction, table: Table, ...actions: TableAction[]): void {
  allow(
    fn,
    actions.map((action) => `dynamodb:${action}`),
    table.tableArn,
  );
}

/** Allows queries of one index, and nothing of its table. */
export function grantIndex(fn: LambdaFunction, table: Table, index: string): void {
  allow(fn, ['dynamodb:Query'], `${table.tableArn}/index/${index}`);
}

/** Allows to invoke `fn`; the CDK's own grant would add its versions. */
export function grantInvoke(grantee: IGrantable, fn: LambdaFunction): void {
  allow(grantee, ['lambda:InvokeFunction'], fn.functionArn);
}

/** Allows `actions` on `resource`. */
export function allow(grantee: IGrantable, actions: string[], resource: string): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions, resources: [resource] }),
  );
}
