import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'FastCart', serviceName: 'checkout' });

/** What is counted; the alarms in `infra/` name the same metrics. */
export type MetricName =
  | 'OrdersConfirmed'
  | 'OrdersFailed'
  | 'OrdersNeedingAttention'
  | 'RefundsFailed'
  | 'WebhookSignatureFailures';

/** Counts one, in CloudWatch's embedded metric format (one log line, no call). */
export function countMetric(name: MetricName): void {
  metrics.addMetric(name, MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}
