import { type Json, type JsonObject, ServiceError } from '../contracts.ts';
import { validationError } from './errors.ts';
import { page } from './input.ts';
import { ruleOf } from './manage-rules.ts';
import { recordOf } from './rules.ts';
import type { EventBridgeParts } from './service.ts';
import { parseTarget, type Target } from './target.ts';

/** EventBridge quotas: targets of a rule. */
const MAX_TARGETS = 5;

/** PutTargets: adds targets, or replaces those of the same id. What is wrong with one refuses the request. */
export async function putTargets(parts: EventBridgeParts, input: JsonObject): Promise<JsonObject> {
  const given = list(input, 'Targets').map(parseTarget);
  const rule = await parts.journal.write(() => {
    const before = ruleOf(parts, input, 'Rule');
    const targets = new Map<string, Target>(before.targets.map((target) => [target.Id, target]));
    for (const target of given) targets.set(target.Id, target);
    if (targets.size > MAX_TARGETS) {
      throw new ServiceError(
        'LimitExceededException',
        `The requested resource exceeds the maximum number allowed: ${MAX_TARGETS} targets.`,
      );
    }
    return parts.rules.put({ ...recordOf(before), targets: [...targets.values()] });
  });
  parts.scheduler.arm(rule);
  return { FailedEntryCount: 0, FailedEntries: [] };
}

/** RemoveTargets. */
export async function removeTargets(
  parts: EventBridgeParts,
  input: JsonObject,
): Promise<JsonObject> {
  const ids = list(input, 'Ids');
  const { rule, unknown } = await parts.journal.write(() => {
    const before = ruleOf(parts, input, 'Rule');
    const targets = before.targets.filter(({ Id }) => !ids.includes(Id));
    const unknown = ids.filter((id) => !before.targets.some(({ Id }) => Id === id));
    return { rule: parts.rules.put({ ...recordOf(before), targets }), unknown };
  });
  parts.scheduler.arm(rule);
  const FailedEntries = unknown.map((id) => ({
    TargetId: id,
    ErrorCode: 'ResourceNotFoundException',
    ErrorMessage: `Rule ${rule.name} does not have target with ID: ${JSON.stringify(id)}.`,
  }));
  return { FailedEntryCount: FailedEntries.length, FailedEntries };
}

/** ListTargetsByRule. */
export async function listTargetsByRule(
  parts: EventBridgeParts,
  input: JsonObject,
): Promise<JsonObject> {
  const { targets } = ruleOf(parts, input, 'Rule');
  const sorted = [...targets].sort((a, b) => (a.Id < b.Id ? -1 : 1));
  const { shown, next } = page(sorted, ({ Id }) => Id, input);
  return { Targets: shown as unknown as Json[], ...next };
}

function list(input: JsonObject, name: string): Json[] {
  const value = input[name];
  if (Array.isArray(value) && value.length > 0 && value.length <= 100) return value;
  throw validationError(`Parameter ${name} is not valid. Reason: it must be a list of 1 to 100.`);
}
