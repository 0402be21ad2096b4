import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Shop } from '../support/shop.ts';

/** How often functions were invoked, and by what. */
export interface Invocations {
  api: number;
  saga: number;
  webhooks: number;
  email: number;
}

/** State transitions as AWS bills them: every state that was entered, and every retry. */
export async function countTransitions(shop: Shop, orders: readonly string[]): Promise<number> {
  let transitions = 0;
  for (const events of await histories(shop, orders)) {
    const entered = events.filter(({ type }) => type?.endsWith('StateEntered')).length;
    const tasks = events.filter(({ type }) => type === 'TaskStateEntered').length;
    const tries = events.filter(({ type }) => type === 'TaskScheduled').length;
    transitions += entered + Math.max(0, tries - tasks);
  }
  return transitions;
}

/** The invocations for orders that were placed once each and have ended, with their e-mails in `logs`. */
export async function countInvocations(
  shop: Shop,
  logs: string,
  orders: readonly string[],
): Promise<Invocations> {
  const tasks = (await histories(shop, orders)).flat().filter(isLambdaTask);
  return {
    api: orders.length,
    saga: tasks.length,
    webhooks: await countWebhooks(shop, orders),
    email: emailInvocations(logs, orders).size,
  };
}

/** The request ids of the invocations that say in their logs that they sent an e-mail for one of `orders`. */
export function emailInvocations(logs: string, orders: readonly string[]): Set<string> {
  const requests = new Set<string>();
  for (const name of readdirSync(logs)) {
    if (!name.includes('SendEmail')) continue;
    for (const line of readFileSync(join(logs, name), 'utf8').split('\n')) {
      if (!orders.some((order) => line.includes(order))) continue;
      requests.add((JSON.parse(line) as { request_id: string }).request_id);
    }
  }
  return requests;
}

function isLambdaTask({ type, taskScheduledEventDetails }: HistoryEvent): boolean {
  return type === 'TaskScheduled' && taskScheduledEventDetails?.resourceType === 'lambda';
}

/** Deliveries of the provider's events to the endpoints that want them. */
async function countWebhooks(shop: Shop, orders: readonly string[]): Promise<number> {
  const { data: endpoints } = await shop.stripe.webhookEndpoints.list();
  const wanting = (type: string) =>
    endpoints.filter(({ enabled_events: enabled }) => enabled.includes(type) || enabled[0] === '*');
  const known = new Set(orders);
  let deliveries = 0;
  for await (const { type, data } of shop.stripe.events.list({ limit: 100 })) {
    const { metadata } = data.object as { metadata?: Record<string, string> };
    if (known.has(metadata?.['order_number'] ?? '')) deliveries += wanting(type).length;
  }
  return deliveries;
}

function histories(shop: Shop, orders: readonly string[]): Promise<HistoryEvent[][]> {
  return Promise.all(orders.map((order) => shop.history('-dev-checkout', order)));
}
