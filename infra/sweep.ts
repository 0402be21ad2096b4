import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Checkout } from './checkout.ts';
import { grantPayments } from './grant-payments.ts';
import { grantIndex, grantTable } from './grants.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { SharedProps } from './shared-props.ts';

/** Every minute, the orders that stand still though they should not get their push. */
export class Sweep extends Construct {
  readonly sweeper: LambdaFunction;

  constructor(scope: Construct, id: string, props: SharedProps & { checkout: Checkout }) {
    super(scope, id);
    const { tables, checkout, events } = props;
    this.sweeper = lambdaFunction(this, 'sweep-orders', {
      timeoutSeconds: 55,
      environment: {
        ORDERS_TABLE: tables.orders.tableName,
        CHECKOUT_STATE_MACHINE_ARN: checkout.stateMachine.stateMachineArn,
        UNDO_STATE_MACHINE_ARN: checkout.undo.stateMachineArn,
      },
    });
    grantTable(this.sweeper, tables.orders, 'GetItem', 'UpdateItem');
    grantIndex(this.sweeper, tables.orders, 'open-orders');
    checkout.stateMachine.grantStartExecution(this.sweeper);
    checkout.stateMachine.grantTaskResponse(this.sweeper);
    checkout.undo.grantStartExecution(this.sweeper);
    grantPayments(this.sweeper, props);
    new Rule(this, 'EveryMinute', {
      description: 'Push the orders that stand still',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(this.sweeper, { deadLetterQueue: events.undelivered })],
    });
  }
}
