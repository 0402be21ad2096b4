import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Api } from './api.ts';
import type { Checkout } from './checkout.ts';
import type { Config } from './config.ts';
import type { Email } from './email.ts';
import type { Events } from './events.ts';
import type { Sweep } from './sweep.ts';

interface AlarmsProps {
  config: Config;
  checkout: Checkout;
  email: Email;
  events: Events;
  sweep: Sweep;
  api: Api;
}

/** What a person must hear of. Subscribe to the topic to hear it. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { config, checkout, email, events, sweep, api } = props;
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    // A topic with a policy of its own has lost SNS's default one, by which alarms may publish.
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (config.alarmEmail) topic.addSubscription(new EmailSubscription(config.alarmEmail));
    const period = Duration.minutes(1);

    const alarms: Record<string, { metric: IMetric; description: string; threshold?: number }> = {
      OrdersNeedAttention: {
        metric: ofOurs('OrdersNeedingAttention'),
        description: 'An undo failed: an order waits for a person',
      },
      RefundsFailed: {
        metric: ofOurs('RefundsFailed'),
        description: 'Stripe could not give money back: see the failed refunds in its dashboard',
      },
      UndoFailed: {
        metric: checkout.undo.metricFailed({ period }),
        description: 'An undo ended without ending its order',
      },
      UndoTimedOut: {
        metric: checkout.undo.metricTimedOut({ period }),
        description: 'An undo did not end in its time',
      },
      UndoAborted: {
        metric: checkout.undo.metricAborted({ period }),
        description: 'Somebody stopped an undo',
      },
      CheckoutFailed: {
        metric: checkout.stateMachine.metricFailed({ period }),
        description: 'A checkout failed in a way that it could not catch; it is being undone',
      },
      CheckoutTimedOut: {
        metric: checkout.stateMachine.metricTimedOut({ period }),
        description: 'A checkout did not end in its time; it is being undone',
      },
      CheckoutAborted: {
        metric: checkout.stateMachine.metricAborted({ period }),
        description: 'Somebody stopped a checkout; it is being undone',
      },
      EmailsDead: {
        metric: email.deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
        description: 'E-mails could not be sent',
      },
      EventsUndelivered: {
        metric: events.undelivered.metricApproximateNumberOfMessagesVisible({ period }),
        description: 'Events could not be delivered',
      },
      SweepFailed: {
        metric: sweep.sweeper.metricErrors({ period }),
        description: 'The sweep of open orders fails',
      },
      WebhooksUnsigned: {
        metric: ofOurs('WebhookSignatureFailures'),
        description: 'Webhooks came whose signature does not verify',
      },
      ApiErrors: {
        metric: api.httpApi.metricServerError({ period, statistic: 'Sum' }),
        description: 'The API answers 5xx',
        threshold: 5,
      },
    };

    for (const [name, { metric, description, threshold = 1 }] of Object.entries(alarms)) {
      new Alarm(this, name, {
        metric,
        alarmDescription: description,
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(topic));
    }
  }
}

/** A count of `lambdas/shared/metrics.ts`. */
function ofOurs(metricName: string): Metric {
  return new Metric({
    namespace: 'FastCart',
    metricName,
    dimensionsMap: { service: 'checkout' },
    statistic: 'Sum',
    period: Duration.minutes(1),
  });
}
