import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Api } from './api.ts';
import type { Checkout } from './checkout.ts';
import type { Email } from './email.ts';
import type { Events } from './events.ts';
import type { Sweep } from './sweep.ts';

interface AlarmsProps {
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
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    const { checkout, email, events, sweep, api } = props;
    const period = Duration.minutes(1);

    const alarms: Record<string, { metric: IMetric; description: string; threshold?: number }> = {
      OrdersNeedAttention: {
        metric: ofOurs('OrdersNeedingAttention'),
        description: 'An undo failed: an order waits for a person',
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
