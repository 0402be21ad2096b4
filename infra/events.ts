import { Duration } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';

/** The bus on which orders are announced, and the queue in which confirmed ones wait for fulfilment. */
export class Events extends Construct {
  readonly bus: EventBus;
  readonly fulfilment: Queue;
  /** What EventBridge could not deliver for a day. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { config }: { config: Config }) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { eventBusName: `fastcart-${config.stage}` });
    this.undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.fulfilment = new Queue(this, 'Fulfilment', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.undelivered, maxReceiveCount: 5 },
    });
    new Rule(this, 'ConfirmedToFulfilment', {
      description: 'Confirmed orders wait for fulfilment',
      eventBus: this.bus,
      eventPattern: { source: ['fastcart.checkout'], detailType: ['OrderConfirmed'] },
      targets: [new SqsQueue(this.fulfilment, { deadLetterQueue: this.undelivered })],
    });
  }

  /** Lets `fn` put events on the bus. */
  grantPut(fn: LambdaFunction): void {
    this.bus.grantPutEventsTo(fn);
    fn.addEnvironment('EVENT_BUS', this.bus.eventBusName);
  }
}
