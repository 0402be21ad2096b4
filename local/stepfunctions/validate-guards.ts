import type { Json, JsonObject } from '../contracts.ts';
import { MAX_SECONDS } from './limits.ts';

type Fault = (field: string, message: string) => void;

const RETRY = [
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
  'Comment',
];
const CATCH = ['ErrorEquals', 'Next', 'Output', 'Assign', 'Comment'];

/** `MaxDelaySeconds` must be less than this, a year of seconds. */
const MAX_DELAY = 31_622_400;

/** Checks `Retry`: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
export function checkRetry(state: JsonObject, fault: Fault): void {
  eachGuard(state, 'Retry', RETRY, fault, (retrier, at) => {
    const number = (field: string, least: number, most: number, whole = true): void => {
      const value = retrier[field];
      if (value === undefined) return;
      const fits = typeof value === 'number' && value >= least && value <= most;
      if (!fits || (whole && !Number.isInteger(value)))
        fault(`${at}/${field}`, `${field} must be a number from ${least} to ${most}`);
    };
    number('IntervalSeconds', 1, MAX_SECONDS);
    number('MaxAttempts', 0, MAX_SECONDS);
    number('BackoffRate', 1, Number.MAX_VALUE, false);
    number('MaxDelaySeconds', 1, MAX_DELAY - 1);
    const { JitterStrategy: jitter, MaxDelaySeconds: most, IntervalSeconds: first } = retrier;
    if (jitter !== undefined && jitter !== 'FULL' && jitter !== 'NONE')
      fault(`${at}/JitterStrategy`, "JitterStrategy must be 'FULL' or 'NONE'");
    if (typeof most === 'number' && most <= (typeof first === 'number' ? first : 1))
      fault(`${at}/MaxDelaySeconds`, 'MaxDelaySeconds must be greater than IntervalSeconds');
  });
}

/** Checks `Catch`. */
export function checkCatch(state: JsonObject, fault: Fault): void {
  eachGuard(state, 'Catch', CATCH, fault, (catcher, at) => {
    if (typeof catcher.Next !== 'string') fault(`${at}/Next`, 'Next must be a string');
  });
}

function eachGuard(
  state: JsonObject,
  field: 'Retry' | 'Catch',
  known: readonly string[],
  fault: Fault,
  check: (guard: JsonObject, at: string) => void,
): void {
  const guards = state[field];
  if (guards === undefined) return;
  if (!Array.isArray(guards)) return fault(field, `${field} must be an array`);
  guards.forEach((guard, index) => {
    const at = `${field}[${index}]`;
    if (typeof guard !== 'object' || guard === null || Array.isArray(guard))
      return fault(at, `an entry of ${field} must be an object`);
    for (const key of Object.keys(guard))
      if (!known.includes(key))
        fault(at, `field '${key}' is not supported with QueryLanguage JSONata`);
    checkErrorEquals(guard.ErrorEquals, at, index === guards.length - 1, fault);
    check(guard, at);
  });
}

function checkErrorEquals(names: Json | undefined, at: string, last: boolean, fault: Fault): void {
  const field = `${at}/ErrorEquals`;
  if (!Array.isArray(names) || names.length === 0 || names.some((one) => typeof one !== 'string'))
    return fault(field, 'ErrorEquals must be an array with at least one error name');
  if (!names.includes('States.ALL')) return;
  if (names.length > 1) fault(field, "'States.ALL' must stand alone in its ErrorEquals");
  if (!last) fault(field, "'States.ALL' must be in the last entry");
}
