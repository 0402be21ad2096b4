/**
 * AWS list prices of us-east-1 in US dollars per million, without free tiers and discounts for volume, as of
 * November 2026: the services' own pages, aws.amazon.com/<service>/pricing.
 */
export const PRICES = {
  asOf: 'us-east-1, November 2026',
  /** Standard workflows; a retry is a transition, too. */
  stateTransition: 25,
  lambdaRequest: 0.2,
  /** GB-seconds on arm64, first tier. */
  lambdaGbSecond: 13.3334,
  /** On demand, since its price was halved in November 2024. */
  dynamodbWriteUnit: 0.625,
  dynamodbReadUnit: 0.125,
  /** API Gateway HTTP API, first 300 million a month, 512 KB a request. */
  httpApiRequest: 1,
  sqsRequest: 0.4,
  /** Custom events; events of AWS's own services are free. */
  eventBridgeEvent: 1,
};

/** What can't be measured here, and is assumed. */
export const ASSUMED = {
  /** Memory of a function in GB, as the template says. */
  lambdaGb: 0.5,
  /** Seconds of an invocation: most call DynamoDB or a provider once or twice. */
  lambdaSeconds: 0.1,
  /** The e-mail and the order for fulfilment: each sent, received and deleted, none of it batched. */
  sqsRequests: 6,
  /** OrderConfirmed. */
  eventBridgeEvents: 1,
};

/** What an order uses. */
export interface Usage {
  transitions: number;
  lambdaInvocations: number;
  /** The order itself, and the payment provider's webhooks. */
  apiRequests: number;
  readUnits: number;
  writeUnits: number;
}

/** US dollars per million orders, by service. Without logs, traces, looks at orders, alarms and what is stored. */
export function pricePerMillion(usage: Usage): Record<string, number> {
  const { lambdaInvocations: invocations } = usage;
  const gbSeconds = invocations * ASSUMED.lambdaSeconds * ASSUMED.lambdaGb;
  return {
    'Step Functions': usage.transitions * PRICES.stateTransition,
    Lambda: invocations * PRICES.lambdaRequest + gbSeconds * PRICES.lambdaGbSecond,
    DynamoDB:
      usage.writeUnits * PRICES.dynamodbWriteUnit + usage.readUnits * PRICES.dynamodbReadUnit,
    SQS: ASSUMED.sqsRequests * PRICES.sqsRequest,
    'API Gateway': usage.apiRequests * PRICES.httpApiRequest,
    EventBridge: ASSUMED.eventBridgeEvents * PRICES.eventBridgeEvent,
  };
}
