import { CfnOutput, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type CfnStage, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Checkout } from './checkout.ts';
import { grantPayments } from './grant-payments.ts';
import { grantTable } from './grants.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { SharedProps } from './shared-props.ts';

/** What can happen to a payment while an order waits for it, or after the order has ended, and to a refund. */
const STRIPE_EVENTS = [
  'payment_intent.amount_capturable_updated',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.canceled',
  'payment_intent.succeeded',
  'refund.failed',
];

/** The shop's HTTP API, a function a route. */
export class Api extends Construct {
  readonly httpApi: HttpApi;

  constructor(scope: Construct, id: string, props: SharedProps & { checkout: Checkout }) {
    super(scope, id);
    this.httpApi = new HttpApi(this, 'Http', { description: `FastCart ${props.config.stage}` });
    this.#logAccess();
    Validations.of(this.httpApi).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason: 'Guests check out without an account; webhooks are verified by their signature',
    });
    this.#route(HttpMethod.POST, '/orders', this.#createOrder(props));
    this.#route(HttpMethod.GET, '/orders/{order_number}', this.#getOrder(props));
    this.#route(HttpMethod.POST, '/webhooks/stripe', this.#receiveStripeEvent(props));
    this.#route(HttpMethod.GET, '/health', this.#checkHealth(props));

    const { apiEndpoint } = this.httpApi;
    new CfnOutput(this, 'Url', { value: apiEndpoint }).overrideLogicalId('ApiUrl');
    new CfnOutput(this, 'StripeWebhook', {
      description:
        'Register this address for events at Stripe, and put its signing secret into the Stripe secret',
      value: `${apiEndpoint}/webhooks/stripe`,
    }).overrideLogicalId('StripeWebhookUrl');
    new CfnOutput(this, 'StripeEvents', {
      description: 'The events to register it for: the checkout acts on no others',
      value: STRIPE_EVENTS.join(','),
    }).overrideLogicalId('StripeWebhookEvents');
  }

  #createOrder({ tables, checkout }: SharedProps & { checkout: Checkout }): LambdaFunction {
    const fn = lambdaFunction(this, 'create-order', {
      environment: {
        ORDERS_TABLE: tables.orders.tableName,
        CATALOGUE_TABLE: tables.catalogue.tableName,
        RECORDS_TABLE: tables.records.tableName,
        CHECKOUT_STATE_MACHINE_ARN: checkout.stateMachine.stateMachineArn,
      },
    });
    grantTable(fn, tables.catalogue, 'BatchGetItem');
    grantTable(fn, tables.orders, 'GetItem', 'PutItem');
    grantTable(fn, tables.records, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    checkout.stateMachine.grantStartExecution(fn);
    return fn;
  }

  #getOrder({ tables }: SharedProps): LambdaFunction {
    const fn = lambdaFunction(this, 'get-order', {
      environment: { ORDERS_TABLE: tables.orders.tableName },
    });
    grantTable(fn, tables.orders, 'GetItem');
    return fn;
  }

  #receiveStripeEvent(props: SharedProps & { checkout: Checkout }): LambdaFunction {
    const { tables, checkout } = props;
    const fn = lambdaFunction(this, 'receive-stripe-event', {
      environment: {
        ORDERS_TABLE: tables.orders.tableName,
        RECORDS_TABLE: tables.records.tableName,
      },
    });
    grantTable(fn, tables.orders, 'GetItem', 'UpdateItem');
    grantTable(fn, tables.records, 'GetItem', 'PutItem', 'UpdateItem');
    checkout.stateMachine.grantTaskResponse(fn);
    grantPayments(fn, props);
    return fn;
  }

  #checkHealth({ tables }: SharedProps): LambdaFunction {
    const fn = lambdaFunction(this, 'check-health', {
      environment: { ORDERS_TABLE: tables.orders.tableName },
    });
    grantTable(fn, tables.orders, 'DescribeTable');
    return fn;
  }

  #route(method: HttpMethod, path: string, fn: LambdaFunction): void {
    const integration = new HttpLambdaIntegration(`${method}${path}`, fn);
    this.httpApi.addRoutes({ path, methods: [method], integration });
  }

  #logAccess(): void {
    const log = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = this.httpApi.defaultStage?.node.defaultChild as CfnStage;
    stage.accessLogSettings = {
      destinationArn: log.logGroupArn,
      format: JSON.stringify({
        at: '$context.requestTime',
        request: '$context.requestId',
        route: '$context.routeKey',
        status: '$context.status',
        latency_ms: '$context.responseLatency',
      }),
    };
    stage.defaultRouteSettings = { throttlingBurstLimit: 500, throttlingRateLimit: 300 };
  }
}
