import { readFileSync } from 'node:fs';
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { grantPayments } from './grant-payments.ts';
import { allow, grantInvoke, grantTable } from './grants.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { SharedProps } from './shared-props.ts';

/** The two state machines, their functions, and the rules that undo what they could not catch themselves. */
export class Checkout extends Construct {
  readonly stateMachine: StateMachine;
  readonly undo: StateMachine;

  constructor(scope: Construct, id: string, props: SharedProps) {
    super(scope, id);
    const steps = this.#steps(props);
    const { ConfirmOrder, BeginUndo, UndoPayment, UndoStock, FailOrder, ParkOrder, ...forward } =
      steps;

    this.undo = this.#machine(
      'UndoCheckout',
      machineName(props.config, 'undo-checkout'),
      'undo-checkout',
      {
        BeginUndo,
        UndoPayment,
        UndoStock,
        FailOrder,
        ConfirmOrder,
        ParkOrder,
      },
    );
    this.stateMachine = this.#machine(
      'Checkout',
      machineName(props.config, 'checkout'),
      'checkout',
      { ...forward, ConfirmOrder },
      {
        UndoCheckoutArn: this.undo.stateMachineArn,
        PaymentWaitSeconds: String(props.config.paymentWaitSeconds),
      },
    );
    this.undo.grantStartExecution(this.stateMachine);
    this.#grantCompletingItself(steps.AuthorizePayment, props);
    this.#undoWhatNoCatchCaught(props);
  }

  #steps(props: SharedProps) {
    const { config, tables, secrets, events, email } = props;
    const orders = { ORDERS_TABLE: tables.orders.tableName };
    const stock = { STOCK_TABLE: tables.stock.tableName };
    const step = (handler: string, environment: Record<string, string> = {}) =>
      lambdaFunction(this, handler, { environment });

    const reads = (fn: LambdaFunction) => grantTable(fn, tables.orders, 'GetItem');
    const writes = (fn: LambdaFunction) => grantTable(fn, tables.orders, 'GetItem', 'UpdateItem');
    const counts = (fn: LambdaFunction) =>
      grantTable(fn, tables.stock, 'GetItem', 'PutItem', 'UpdateItem');
    const announces = (fn: LambdaFunction) => {
      events.grantPut(fn);
      email.grantSend(fn);
    };

    const ReserveStock = step('reserve-stock', { ...orders, ...stock });
    reads(ReserveStock);
    counts(ReserveStock);

    const QuoteShipping = step('quote-shipping', {
      ...orders,
      SHIP_FROM: JSON.stringify(config.shipFrom),
      FLAT_RATE: JSON.stringify(config.flatRate),
    });
    reads(QuoteShipping);
    secrets.grant(QuoteShipping, 'fedex', 'ups', 'usps');

    const ComputeTax = step('compute-tax', {
      ...orders,
      SHIP_FROM: JSON.stringify(config.shipFrom),
    });
    reads(ComputeTax);
    secrets.grant(ComputeTax, 'taxjar');

    const AuthorizePayment = step('authorize-payment', orders);
    writes(AuthorizePayment);
    grantPayments(AuthorizePayment, props);

    const CommitStock = step('commit-stock', stock);
    grantTable(CommitStock, tables.stock, 'GetItem', 'UpdateItem');

    const CapturePayment = step('capture-payment');
    grantPayments(CapturePayment, props);

    const ConfirmOrder = step('confirm-order', orders);
    writes(ConfirmOrder);
    announces(ConfirmOrder);

    const BeginUndo = step('begin-undo', orders);
    writes(BeginUndo);

    const UndoPayment = step('undo-payment', orders);
    reads(UndoPayment);
    grantPayments(UndoPayment, props);

    const UndoStock = step('undo-stock', stock);
    counts(UndoStock);

    const FailOrder = step('fail-order', orders);
    writes(FailOrder);
    announces(FailOrder);

    const ParkOrder = step('park-order', orders);
    writes(ParkOrder);
    events.grantPut(ParkOrder);

    return {
      ReserveStock,
      QuoteShipping,
      ComputeTax,
      AuthorizePayment,
      CommitStock,
      CapturePayment,
      ConfirmOrder,
      BeginUndo,
      UndoPayment,
      UndoStock,
      FailOrder,
      ParkOrder,
    };
  }

  /** The machine of `statemachines/<file>.asl.json`; `${<Step>Arn}` in it stands for each step's function. */
  #machine(
    id: string,
    name: string,
    file: string,
    steps: Record<string, LambdaFunction>,
    substitutions: Record<string, string> = {},
  ): StateMachine {
    const machine = new StateMachine(this, id, {
      stateMachineName: name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(
        readFileSync(`statemachines/${file}.asl.json`, 'utf8'),
      ),
      definitionSubstitutions: {
        ...Object.fromEntries(
          Object.entries(steps).map(([name, fn]) => [`${name}Arn`, fn.functionArn]),
        ),
        ...substitutions,
      },
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, `${id}Log`, {
          logGroupName: `/aws/vendedlogs/states/${id}-${this.node.addr.slice(-8)}`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        // A failure's cause may quote a provider; the history keeps it, the log does not need it.
        includeExecutionData: false,
      },
    });
    for (const fn of Object.values(steps)) grantInvoke(machine, fn);
    Validations.of(machine).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason:
        'X-Ray and the delivery of vended logs have no resources to name (Step Functions, logging)',
    });
    return machine;
  }

  /** By the machine's name and not by reference: the machine refers to the function already. */
  #grantCompletingItself(fn: LambdaFunction, { config }: SharedProps): void {
    const machine = Stack.of(this).formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: machineName(config, 'checkout'),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    allow(fn, ['states:SendTaskSuccess', 'states:SendTaskFailure'], machine);
  }

  #undoWhatNoCatchCaught(props: SharedProps): void {
    const ended = (machine: StateMachine) => ({
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: [machine.stateMachineArn],
      },
    });
    const delivery = {
      deadLetterQueue: props.events.undelivered,
      maxEventAge: Duration.hours(24),
      retryAttempts: 185,
    };

    new Rule(this, 'CheckoutEndedUncaught', {
      description: 'A checkout that no Catch could end is undone',
      eventPattern: ended(this.stateMachine),
      targets: [
        new SfnStateMachine(this.undo, {
          ...delivery,
          input: RuleTargetInput.fromObject({
            order_number: EventField.fromPath('$.detail.name'),
            failure: { step: 'Checkout', error: EventField.fromPath('$.detail.status'), cause: '' },
          }),
        }),
      ],
    });

    const park = lambdaFunction(this, 'park-failed-undo', {
      environment: { ORDERS_TABLE: props.tables.orders.tableName },
    });
    grantTable(park, props.tables.orders, 'GetItem', 'UpdateItem');
    props.events.grantPut(park);
    // EventBridge answers for the delivery only: what the function fails to do itself goes where it alarms.
    park.configureAsyncInvoke({
      retryAttempts: 2,
      onFailure: new SqsDestination(props.events.undelivered),
    });
    new Rule(this, 'UndoEndedUncaught', {
      description: 'An order whose undo ended without ending waits for a person',
      eventPattern: ended(this.undo),
      targets: [
        new LambdaTarget(park, {
          ...delivery,
          // The detail as it is: EventBridge would not escape the JSON text in it (Input transformation).
          event: RuleTargetInput.fromEventPath('$.detail'),
        }),
      ],
    });
  }
}

function machineName({ stage }: Config, machine: string): string {
  return `fastcart-${stage}-${machine}`;
}
