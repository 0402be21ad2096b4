import type { Json, JsonObject } from '../contracts.ts';
import { invalidPattern } from './errors.ts';
import { compileElement, soleEntry, type ValueTest } from './pattern-operators.ts';

/** Tests whether an event matches. */
export type EventTest = (event: JsonObject) => boolean;

/** Tests the value of a field, `undefined` when the event has no such field. */
interface FieldTest {
  (value: Json | undefined): boolean;
  /** True of `exists: false`: of a list of objects, none may have the field. */
  absence: boolean;
}

/**
 * Compiles an event pattern (EventBridge user guide, "Creating event patterns"): every field of the pattern must
 * match, a field by any element of its list, and a list in the event by any of its elements. Objects in a list
 * match as wholes: conditions on several of their fields must hold for one and the same object.
 *
 * @throws InvalidEventPatternException naming what is wrong.
 */
export function compilePattern(text: string): EventTest {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw invalidPattern(`it is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(pattern as Json)) throw invalidPattern('Filter is not an object');
  return compileObject(pattern as JsonObject);
}

function compileObject(pattern: JsonObject): FieldTest {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalidPattern('Empty objects are not allowed');
  const tests = entries.map(([name, value]) => compileEntry(name, value));
  const absence = tests.every((test) => test.absence);
  const matches = (value: Json | undefined): boolean => {
    if (Array.isArray(value)) {
      return absence ? value.every(matches) : value.some(matches);
    }
    const object = isObject(value) ? value : {};
    return tests.every((test) => test(object));
  };
  return Object.assign(matches, { absence });
}

/** The test that an object passes when its field `name`, or one of the alternatives in `$or`, is as it should be. */
function compileEntry(name: string, value: Json): FieldTest {
  if (name === '$or' && isAlternatives(value)) {
    const alternatives = value.map(compileObject);
    return Object.assign(
      (object: Json | undefined) => alternatives.some((matches) => matches(object)),
      { absence: alternatives.every(({ absence }) => absence) },
    );
  }
  const field = compileField(name, value);
  return Object.assign(
    (object: Json | undefined) =>
      field(isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined),
    { absence: field.absence },
  );
}

function compileField(name: string, value: Json): FieldTest {
  if (Array.isArray(value)) return compileList(value);
  if (isObject(value)) return compileObject(value);
  throw invalidPattern(`"${name}" must be an object or an array`);
}

function compileList(list: Json[]): FieldTest {
  if (list.length === 0) throw invalidPattern('Empty arrays are not allowed');
  const tests: ValueTest[] = [];
  let absence = false;
  for (const element of list) {
    const exists = existence(element);
    if (exists === false) absence = true;
    else tests.push(exists === true ? () => true : compileElement(element));
  }
  const matches = (value: Json | undefined): boolean => {
    const values = leaves(value);
    if (values.length === 0) return absence;
    return values.some((leaf) => tests.some((test) => test(leaf)));
  };
  return Object.assign(matches, { absence: absence && tests.length === 0 });
}

function existence(element: Json): boolean | undefined {
  if (!isObject(element)) return undefined;
  const [name, argument] = soleEntry(element);
  if (name !== 'exists') return undefined;
  if (typeof argument === 'boolean') return argument;
  throw invalidPattern('exists match pattern must be either true or false.');
}

/** The values that operators see: an object is none, as `exists` and the others work on leaf nodes only. */
function leaves(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return isObject(value) ? [] : [value];
}

/** `$or` is an operator only with two or more objects; else it is a field that happens to have this name. */
function isAlternatives(value: Json): value is JsonObject[] {
  return Array.isArray(value) && value.length >= 2 && value.every(isAlternative);
}

const OPERATOR_NAMES = new Set([
  'exists',
  'prefix',
  'suffix',
  'numeric',
  'cidr',
  'wildcard',
  'anything-but',
  'equals-ignore-case',
]);

function isAlternative(value: Json): boolean {
  return isObject(value) && !Object.keys(value).some((name) => OPERATOR_NAMES.has(name));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
