import type { AwsService, JsonObject } from '../contracts.ts';
import type { Resource, Stack } from '../template/read-stack.ts';
import { call } from './call-service.ts';

/** Creates the template's buses and rules with their targets, and takes away the rules that it has no more. */
export async function provisionRules(eventBridge: AwsService, stack: Stack): Promise<void> {
  const buses = stack.ofType('AWS::Events::EventBus');
  const existing = await call(eventBridge, 'ListEventBuses', {}, 'event buses');
  const known = (existing.EventBuses as { Name: string }[]).map(({ Name }) => Name);
  for (const { logicalId, ref } of buses) {
    if (!known.includes(ref)) await call(eventBridge, 'CreateEventBus', { Name: ref }, logicalId);
  }
  const rules = stack.ofType('AWS::Events::Rule');
  await Promise.all(rules.map((rule) => putRule(eventBridge, rule)));
  for (const bus of new Set([...known, ...buses.map(({ ref }) => ref)])) {
    await removeOthers(eventBridge, bus, new Set(rules.map(({ attributes }) => attributes.Arn)));
  }
}

/** The rule's name within its bus: a rule of another bus than the default one is `bus|rule` to `Ref`. */
function keyOf({ ref, properties }: Resource): { Name: string; EventBusName: string } {
  const bus = properties.EventBusName;
  return {
    Name: ref.split('|').at(-1) ?? ref,
    EventBusName: typeof bus === 'string' ? (bus.split('/').at(-1) ?? bus) : 'default',
  };
}

async function putRule(eventBridge: AwsService, rule: Resource): Promise<void> {
  const { logicalId, properties } = rule;
  const { EventPattern, ScheduleExpression, State, Description, Targets = [] } = properties;
  const key = keyOf(rule);
  await call(
    eventBridge,
    'PutRule',
    {
      ...key,
      ...(EventPattern !== undefined && { EventPattern: JSON.stringify(EventPattern) }),
      ...(ScheduleExpression !== undefined && { ScheduleExpression }),
      ...(State !== undefined && { State }),
      ...(Description !== undefined && { Description }),
    },
    logicalId,
  );
  const wanted = Targets as JsonObject[];
  const { Name: Rule, EventBusName } = key;
  const obsolete = (await targetIds(eventBridge, Rule, EventBusName, logicalId)).filter(
    (id) => !wanted.some(({ Id }) => Id === id),
  );
  if (obsolete.length > 0) {
    await call(eventBridge, 'RemoveTargets', { Rule, EventBusName, Ids: obsolete }, logicalId);
  }
  if (wanted.length > 0) {
    await call(eventBridge, 'PutTargets', { Rule, EventBusName, Targets: wanted }, logicalId);
  }
}

async function targetIds(
  eventBridge: AwsService,
  Rule: string,
  EventBusName: string,
  logicalId: string,
): Promise<string[]> {
  const input = { Rule, EventBusName };
  const { Targets = [] } = await call(eventBridge, 'ListTargetsByRule', input, logicalId);
  return (Targets as { Id: string }[]).map(({ Id }) => Id);
}

async function removeOthers(
  eventBridge: AwsService,
  EventBusName: string,
  wanted: ReadonlySet<string | undefined>,
): Promise<void> {
  const { Rules = [] } = await call(eventBridge, 'ListRules', { EventBusName }, EventBusName);
  for (const { Name, Arn } of Rules as { Name: string; Arn: string }[]) {
    if (wanted.has(Arn)) continue;
    const Ids = await targetIds(eventBridge, Name, EventBusName, Name);
    if (Ids.length > 0) {
      await call(eventBridge, 'RemoveTargets', { Rule: Name, EventBusName, Ids }, Name);
    }
    await call(eventBridge, 'DeleteRule', { Name, EventBusName }, Name);
  }
}
