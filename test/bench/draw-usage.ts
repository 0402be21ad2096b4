import { ASSUMED, PRICES } from './aws-prices.ts';
import type { Results } from './results.ts';
import { drawTable, drawTitle, number } from './table.ts';

/** What an order uses, and what AWS takes for it. */
export function drawUsage({ usage }: Results): string {
  const { invocations, dynamodb, price } = usage;
  const dollars = Object.values(price).reduce((sum, one) => sum + one, 0);
  const operations = Object.entries(dynamodb).map(
    ([name, { calls }]) => `${number(calls)} ${name}`,
  );
  const why = {
    'Step Functions': `${number(usage.transitions)} transitions`,
    Lambda:
      `${number(usage.lambdaInvocations)} invocations: ${number(invocations.saga)} saga, ${number(invocations.api)} API, ` +
      `${number(invocations.webhooks)} webhooks, ${number(invocations.email)} e-mail; ` +
      `assumed ${ASSUMED.lambdaSeconds * 1000} ms at ${ASSUMED.lambdaGb * 1024} MB each`,
    DynamoDB: `${number(usage.writeUnits)} write and ${number(usage.readUnits)} read units: ${operations.join(', ')}`,
    'API Gateway': `${number(usage.apiRequests)} requests`,
    SQS: `${ASSUMED.sqsRequests} requests, by design`,
    EventBridge: `${ASSUMED.eventBridgeEvents} event, by design`,
  };
  return [
    drawTitle('A paid order of two lines on AWS', `list prices, ${PRICES.asOf}`),
    drawTable(
      ['', '$ per million', 'for an order '],
      [
        ...Object.entries(price).map(([service, cost]) => [
          service,
          number(cost, 2),
          why[service as keyof typeof why],
        ]),
        [
          'All',
          { text: number(dollars, 2), style: 'bold' },
          'without logs, traces, looks at orders and storage',
        ],
      ],
    ),
  ].join('\n');
}
