import type { Json, JsonObject } from '../contracts.ts';
import { validationError } from './errors.ts';
import { busName, checkName, optionalText, page, requiredText } from './input.ts';
import { type Rule, type RuleRecord, recordOf } from './rules.ts';
import type { EventBridgeParts } from './service.ts';

/**
 * PutRule: makes a rule or changes it; what is left out is taken away, targets stay. A schedule that stays the
 * same keeps its rhythm.
 */
export async function putRule(parts: EventBridgeParts, input: JsonObject): Promise<JsonObject> {
  const record = readRule(input);
  const rule = await parts.journal.write(() => {
    const before = parts.rules.find(record.bus, record.name);
    return save(parts, before, { ...record, targets: before?.targets ?? [] });
  });
  parts.scheduler.arm(rule);
  return { RuleArn: rule.arn };
}

/** EnableRule and DisableRule. */
export function setState(state: RuleRecord['state']) {
  return async (parts: EventBridgeParts, input: JsonObject): Promise<JsonObject> => {
    const rule = await parts.journal.write(() => {
      const before = ruleOf(parts, input);
      return save(parts, before, { ...recordOf(before), state });
    });
    parts.scheduler.arm(rule);
    return {};
  };
}

/** DeleteRule: one that is not there is no error, as on AWS; one with targets is. */
export async function deleteRule(parts: EventBridgeParts, input: JsonObject): Promise<JsonObject> {
  const removed = await parts.journal.write(() => {
    const name = requiredText(input, 'Name');
    const rule = parts.rules.find(busName(input['EventBusName']), name);
    if (rule && rule.targets.length > 0) {
      throw validationError("Rule can't be deleted since it has targets.");
    }
    if (rule) parts.rules.remove(rule);
    return rule;
  });
  if (removed) parts.scheduler.disarm(removed.arn);
  return {};
}

/** DescribeRule. */
export async function describeRule(
  parts: EventBridgeParts,
  input: JsonObject,
): Promise<JsonObject> {
  return describe(ruleOf(parts, input));
}

/** ListRules. */
export async function listRules(parts: EventBridgeParts, input: JsonObject): Promise<JsonObject> {
  const prefix = optionalText(input, 'NamePrefix') ?? '';
  const rules = parts.rules
    .list(busName(input['EventBusName']))
    .filter(({ name }) => name.startsWith(prefix));
  const { shown, next } = page(rules, ({ name }) => name, input);
  return { Rules: shown.map(describe), ...next };
}

/** ListRuleNamesByTarget. */
export async function listRuleNamesByTarget(
  parts: EventBridgeParts,
  input: JsonObject,
): Promise<JsonObject> {
  const arn = requiredText(input, 'TargetArn');
  const names = parts.rules
    .list(busName(input['EventBusName']))
    .filter(({ targets }) => targets.some((target) => target.Arn === arn))
    .map(({ name }) => name);
  const { shown, next } = page(names, (name) => name, input);
  return { RuleNames: shown, ...next };
}

/** The rule that `Rule` or `Name` and `EventBusName` mean. @throws ResourceNotFoundException */
export function ruleOf({ rules }: EventBridgeParts, input: JsonObject, key = 'Name'): Rule {
  return rules.get(busName(input['EventBusName']), requiredText(input, key));
}

function readRule(input: JsonObject): Omit<RuleRecord, 'targets'> {
  const bus = busName(input['EventBusName']);
  const record: Omit<RuleRecord, 'targets'> = {
    name: checkName(requiredText(input, 'Name'), 64),
    bus,
    state: readState(input['State']),
  };
  const description = optionalText(input, 'Description');
  const roleArn = optionalText(input, 'RoleArn');
  const eventPattern = optionalText(input, 'EventPattern');
  const scheduleExpression = optionalText(input, 'ScheduleExpression');
  if (!eventPattern && !scheduleExpression) {
    throw validationError('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (scheduleExpression && bus !== 'default') {
    throw validationError('ScheduleExpression is supported only on the default event bus.');
  }
  if (description) record.description = description;
  if (roleArn) record.roleArn = roleArn;
  if (eventPattern) record.eventPattern = eventPattern;
  if (scheduleExpression) record.scheduleExpression = scheduleExpression;
  return record;
}

function readState(value: Json | undefined): RuleRecord['state'] {
  if (value === 'DISABLED') return 'DISABLED';
  // The third state concerns events that CloudTrail records, of which there are none here.
  const enabled = ['ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'];
  if (value === undefined || value === null || enabled.includes(value as string)) return 'ENABLED';
  throw validationError(`State ${JSON.stringify(value)} is neither ENABLED nor DISABLED.`);
}

function save(parts: EventBridgeParts, before: Rule | undefined, record: RuleRecord): Rule {
  const rule = parts.rules.put(record);
  const keepsRhythm =
    before?.state === 'ENABLED' &&
    rule.state === 'ENABLED' &&
    before.scheduleExpression === rule.scheduleExpression;
  if (!keepsRhythm) {
    const next = rule.state === 'ENABLED' ? rule.nextTime?.(parts.clock.now()) : undefined;
    parts.rules.setDueAt(rule, next);
  }
  return rule;
}

function describe(rule: Rule): JsonObject {
  const output: JsonObject = {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: rule.bus,
    State: rule.state,
  };
  if (rule.description !== undefined) output['Description'] = rule.description;
  if (rule.roleArn !== undefined) output['RoleArn'] = rule.roleArn;
  if (rule.eventPattern !== undefined) output['EventPattern'] = rule.eventPattern;
  if (rule.scheduleExpression !== undefined) {
    output['ScheduleExpression'] = rule.scheduleExpression;
  }
  return output;
}
