import type { Json, JsonObject } from '../contracts.ts';
import { parseResource } from './definition.ts';
import { isExpression } from './evaluate.ts';
import { MAX_SECONDS } from './limits.ts';
import { type Checking, checkMachine } from './validate-definition.ts';
import { checkCatch, checkRetry } from './validate-guards.ts';

const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const STEP = ['Next', 'End', 'Output', 'Assign'];
const GUARDS = ['Retry', 'Catch'];

// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html: the fields of each type with JSONata.
const FIELDS: Record<string, readonly string[]> = {
  Pass: STEP,
  Task: [...STEP, ...GUARDS, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Choice: ['Choices', 'Default', 'Output', 'Assign'],
  Wait: [...STEP, 'Seconds', 'Timestamp'],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
  Parallel: [...STEP, ...GUARDS, 'Branches', 'Arguments'],
  Map: [
    ...STEP,
    ...GUARDS,
    'Items',
    'ItemSelector',
    'ItemProcessor',
    'MaxConcurrency',
    'ToleratedFailureCount',
    'ToleratedFailurePercentage',
  ],
};

const JSONPATH_FIELDS = [
  'InputPath',
  'OutputPath',
  'Parameters',
  'Result',
  'ResultPath',
  'ResultSelector',
  'ItemsPath',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'MaxConcurrencyPath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
  'ErrorPath',
  'CausePath',
];

/** Checks one state: only fields that its type has and the engine knows, each of the right kind. */
export function checkState(
  name: string,
  state: JsonObject,
  path: string,
  checking: Checking,
): void {
  const check = new StateCheck(name, state, path, checking);
  const { Type: type } = state;
  const fields = typeof type === 'string' ? FIELDS[type] : undefined;
  if (typeof type !== 'string' || !fields) {
    check.fault('Type', `type ${JSON.stringify(type ?? null)} is not supported`);
    return;
  }
  for (const field of Object.keys(state)) {
    if (COMMON.includes(field) || fields.includes(field)) continue;
    const why = JSONPATH_FIELDS.includes(field)
      ? ' with QueryLanguage JSONata'
      : ` in a ${type} state`;
    check.fault('', `field '${field}' is not supported${why}`);
  }
  if (state.QueryLanguage !== undefined && state.QueryLanguage !== 'JSONata')
    check.fault(
      '',
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    );
  check.run(type, fields);
}

class StateCheck {
  readonly #name: string;
  readonly #state: JsonObject;
  readonly #path: string;
  readonly #checking: Checking;

  constructor(name: string, state: JsonObject, path: string, checking: Checking) {
    this.#name = name;
    this.#state = state;
    this.#path = path;
    this.#checking = checking;
  }

  fault(field: string, message: string): void {
    const at = field ? `${this.#path}/${field}` : this.#path;
    this.#checking.found.error(at, `state '${this.#name}': ${message}`);
  }

  run(type: string, fields: readonly string[]): void {
    if (fields.includes('Next')) this.#checkEnd();
    this.#checkAssign(this.#state, '');
    if (fields.includes('Retry')) {
      checkRetry(this.#state, (field, message) => this.fault(field, message));
      checkCatch(this.#state, (field, message) => this.fault(field, message));
      for (const [at, catcher] of this.#objects('Catch').entries())
        this.#checkAssign(catcher, `Catch[${at}]/`);
    }
    if (type === 'Task') this.#checkTask();
    if (type === 'Choice') this.#checkChoice();
    if (type === 'Wait') this.#checkWait();
    if (type === 'Fail') this.#checkFail();
    if (type === 'Parallel') this.#checkParallel();
    if (type === 'Map') this.#checkMap();
  }

  #objects(field: string): JsonObject[] {
    const value = this.#state[field];
    return Array.isArray(value) ? value.filter((one) => isObject(one)) : [];
  }

  #checkEnd(): void {
    const { Next: next, End: end } = this.#state;
    if ((next === undefined) === (end === undefined))
      return this.fault('', "exactly one of 'Next' and 'End' is required");
    if (next !== undefined && typeof next !== 'string') this.fault('Next', 'Next must be a string');
    if (end !== undefined && end !== true) this.fault('End', 'End must be true');
  }

  #checkAssign(holder: JsonObject, prefix: string): void {
    const { Assign: assign } = holder;
    if (assign === undefined) return;
    if (!isObject(assign)) return this.fault(`${prefix}Assign`, 'Assign must be an object');
    for (const name of Object.keys(assign)) {
      if (name === 'states')
        this.fault(`${prefix}Assign`, "'states' is reserved and can't be assigned");
      else if (!/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name))
        this.fault(`${prefix}Assign`, `'${name}' is not a variable name`);
    }
  }

  #checkTask(): void {
    const { Resource: resource, Arguments: args } = this.#state;
    if (typeof resource !== 'string') return this.fault('Resource', 'Resource must be a string');
    const parsed = parseResource(resource);
    const known =
      parsed &&
      (parsed.sync
        ? parsed.action === 'states:startExecution'
        : parsed.action === 'states:startExecution' ||
          this.#checking.abilities.supports(parsed.action));
    if (!known) this.fault('Resource', `resource '${resource}' is not supported`);
    if (args !== undefined && !parsed?.lambda && !isObject(args) && !isExpressionValue(args))
      this.fault('Arguments', 'Arguments must be an object or a JSONata expression');
    this.#checkSeconds('TimeoutSeconds', 1);
    this.#checkSeconds('HeartbeatSeconds', 1);
    const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = this.#state;
    if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout)
      this.fault('HeartbeatSeconds', 'HeartbeatSeconds must be smaller than TimeoutSeconds');
  }

  #checkChoice(): void {
    const { Choices: choices, Default: fallback } = this.#state;
    if (!Array.isArray(choices) || choices.length === 0)
      return this.fault('Choices', 'Choices must be an array with at least one rule');
    if (fallback !== undefined && typeof fallback !== 'string')
      this.fault('Default', 'Default must be a string');
    choices.forEach((rule, at) => {
      const field = `Choices[${at}]`;
      if (!isObject(rule)) return this.fault(field, 'a rule must be an object');
      for (const key of Object.keys(rule))
        if (!['Condition', 'Next', 'Output', 'Assign', 'Comment'].includes(key))
          this.fault(field, `field '${key}' is not supported with QueryLanguage JSONata`);
      if (typeof rule.Condition !== 'boolean' && !isExpressionValue(rule.Condition))
        this.fault(`${field}/Condition`, 'Condition must be a JSONata expression or a boolean');
      if (typeof rule.Next !== 'string') this.fault(`${field}/Next`, 'Next must be a string');
      this.#checkAssign(rule, `${field}/`);
    });
  }

  #checkWait(): void {
    const { Seconds: seconds, Timestamp: timestamp } = this.#state;
    if ((seconds === undefined) === (timestamp === undefined))
      return this.fault('', "exactly one of 'Seconds' and 'Timestamp' is required");
    this.#checkSeconds('Seconds', 0);
    if (timestamp === undefined || isExpressionValue(timestamp)) return;
    if (typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp)))
      this.fault('Timestamp', 'Timestamp must be an ISO 8601 time or a JSONata expression');
  }

  #checkFail(): void {
    for (const field of ['Error', 'Cause']) {
      const value = this.#state[field];
      if (value !== undefined && typeof value !== 'string')
        this.fault(field, `${field} must be a string`);
    }
  }

  #checkParallel(): void {
    const { Branches: branches } = this.#state;
    if (!Array.isArray(branches) || branches.length === 0)
      return this.fault('Branches', 'Branches must be an array with at least one branch');
    branches.forEach((branch, at) => {
      const path = `${this.#path}/Branches[${at}]`;
      if (isObject(branch)) checkMachine(branch, path, [], this.#checking);
      else this.fault(`Branches[${at}]`, 'a branch must be an object');
    });
  }

  #checkMap(): void {
    const { ItemProcessor: processor, Items: items, MaxConcurrency: most } = this.#state;
    if (!isObject(processor)) return this.fault('ItemProcessor', 'ItemProcessor must be an object');
    const { ProcessorConfig: config } = processor;
    if (config !== undefined && !(isObject(config) && (config.Mode ?? 'INLINE') === 'INLINE'))
      this.fault('ItemProcessor/ProcessorConfig', 'only Mode INLINE is supported');
    if (
      items !== undefined &&
      !Array.isArray(items) &&
      !isObject(items) &&
      !isExpressionValue(items)
    )
      this.fault('Items', 'Items must be an array, an object or a JSONata expression');
    this.#checkNumber('MaxConcurrency', most, 0, Number.MAX_SAFE_INTEGER);
    this.#checkNumber(
      'ToleratedFailureCount',
      this.#state.ToleratedFailureCount,
      0,
      Number.MAX_SAFE_INTEGER,
    );
    this.#checkNumber('ToleratedFailurePercentage', this.#state.ToleratedFailurePercentage, 0, 100);
    checkMachine(processor, `${this.#path}/ItemProcessor`, ['ProcessorConfig'], this.#checking);
  }

  #checkSeconds(field: string, least: number): void {
    this.#checkNumber(field, this.#state[field], least, MAX_SECONDS);
  }

  #checkNumber(field: string, value: Json | undefined, least: number, most: number): void {
    if (value === undefined || isExpressionValue(value)) return;
    const whole = field === 'ToleratedFailurePercentage' || Number.isInteger(value);
    if (typeof value !== 'number' || !whole || value < least || value > most)
      this.fault(
        field,
        `${field} must be a number from ${least} to ${most} or a JSONata expression`,
      );
  }
}

function isExpressionValue(value: Json | undefined): boolean {
  return typeof value === 'string' && isExpression(value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
