import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { grantTable } from './grants.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { ProviderSecrets } from './provider-secrets.ts';
import type { Tables } from './tables.ts';

const SENDER_TIMEOUT_S = 60;

/** E-mail leaves through a queue: three tries each, then the dead letters, which alarm. */
export class Email extends Construct {
  readonly deadLetters: Queue;
  readonly #queue: Queue;

  constructor(
    scope: Construct,
    id: string,
    { config, tables, secrets }: { config: Config; tables: Tables; secrets: ProviderSecrets },
  ) {
    super(scope, id);
    const kept = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...kept,
      retentionPeriod: Duration.days(14),
    });
    this.#queue = new Queue(this, 'Queue', {
      ...kept,
      retentionPeriod: Duration.days(4),
      // Six times the function's timeout, as AWS advises for Lambda event sources.
      visibilityTimeout: Duration.seconds(6 * SENDER_TIMEOUT_S),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 3 },
    });
    const sender = lambdaFunction(this, 'send-email', {
      timeoutSeconds: SENDER_TIMEOUT_S,
      environment: { EMAIL_FROM: config.emailFrom },
    });
    sender.addEventSource(
      new SqsEventSource(this.#queue, { batchSize: 10, reportBatchItemFailures: true }),
    );
    sender.addEnvironment('ORDERS_TABLE', tables.orders.tableName);
    sender.addEnvironment('RECORDS_TABLE', tables.records.tableName);
    grantTable(sender, tables.orders, 'GetItem');
    grantTable(sender, tables.records, 'GetItem', 'PutItem', 'UpdateItem');
    secrets.grant(sender, 'sendgrid');
  }

  /** Lets `fn` queue e-mails. */
  grantSend(fn: LambdaFunction): void {
    this.#queue.grantSendMessages(fn);
    fn.addEnvironment('EMAIL_QUEUE_URL', this.#queue.queueUrl);
  }
}
