import { ACCOUNT_ID, type JsonObject, REGION } from '../contracts.ts';
import type { Delivery } from './outbox.ts';
import type { Rule, Rules } from './rules.ts';

/** An event as targets and patterns see it. */
export function envelope(event: {
  id: string;
  source: string;
  detailType: string;
  resources: readonly string[];
  detail: JsonObject;
  /** ms since the epoch; targets see whole seconds. */
  at: number;
}): JsonObject {
  return {
    version: '0',
    id: event.id,
    'detail-type': event.detailType,
    source: event.source,
    account: ACCOUNT_ID,
    time: isoSeconds(event.at),
    region: REGION,
    resources: [...event.resources],
    detail: event.detail,
  };
}

/** The deliveries that `event` causes on `bus`: one for each target of each enabled rule that it matches. */
export function route(rules: Rules, bus: string, event: JsonObject, now: number): Delivery[] {
  return rules
    .list(bus)
    .filter((rule) => rule.state === 'ENABLED' && rule.matches(event))
    .flatMap((rule) => deliveriesOf(rule, event, now));
}

/** The deliveries of `event` to all targets of `rule`. */
export function deliveriesOf(rule: Rule, event: JsonObject, now: number): Delivery[] {
  const context = {
    ruleArn: rule.arn,
    ruleName: rule.name,
    ingestionTime: new Date(now).toISOString(),
  };
  return rule.inputs.map(({ target, render }) => ({
    ruleArn: rule.arn,
    target,
    payload: render(event, context),
  }));
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
