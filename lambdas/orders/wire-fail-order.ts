import { systemClock } from '../shared/clock.ts';
import { dynamodb } from '../shared/dynamodb.ts';
import { env } from '../shared/environment.ts';
import { countMetric } from '../shared/metrics.ts';
import type { FailOrderDeps } from './fail-order.ts';
import { dynamoOrders } from './order-store.ts';
import { wireAnnouncements } from './wire-announcements.ts';

/** What ending an order needs, from a handler's environment. */
export function wireFailOrder(): FailOrderDeps {
  return {
    orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
    announcements: wireAnnouncements(),
    clock: systemClock,
    count: countMetric,
  };
}
