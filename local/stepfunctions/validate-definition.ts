import type { Json, JsonObject } from '../contracts.ts';
import { checkReferences } from './check-references.ts';
import { checkTransitions } from './check-transitions.ts';
import type { Machine } from './definition.ts';
import { type Diagnostic, Diagnostics, SCHEMA } from './diagnostics.ts';
import { JsonataSyntaxError } from './evaluate.ts';
import { MAX_DEFINITION_BYTES, MAX_SECONDS } from './limits.ts';
import { compileMachine } from './parse-definition.ts';
import { checkState } from './validate-state.ts';

/** What the engine needs to know of the world to say whether it can run a definition. */
export interface Abilities {
  /** Whether the integrations can call `action`, such as `lambda:invoke`. */
  supports(action: string): boolean;
  now(): number;
}

/**
 * Checks a definition and compiles it.
 * Nothing is passed over: a field, a type, a resource that the engine doesn't have is a fault that names it.
 * `machine` is there when no diagnostic is an ERROR.
 */
export function parseDefinition(
  text: string,
  abilities: Abilities,
): { machine?: Machine; diagnostics: Diagnostic[] } {
  const found = new Diagnostics();
  const definition = parseJson(text, found);
  if (definition) checkTop(definition, found, abilities);
  if (!definition || found.failed) return { diagnostics: found.all };
  try {
    const machine = compileMachine(definition, () => abilities.now());
    checkReferences(machine, found);
    return found.failed ? { diagnostics: found.all } : { machine, diagnostics: found.all };
  } catch (error) {
    if (!(error instanceof JsonataSyntaxError)) throw error;
    found.error(error.location, error.message);
    return { diagnostics: found.all };
  }
}

function parseJson(text: string, found: Diagnostics): JsonObject | undefined {
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES) {
    found.all.push({
      severity: 'ERROR',
      code: SCHEMA,
      message: `The definition is larger than ${MAX_DEFINITION_BYTES} bytes`,
    });
    return undefined;
  }
  try {
    const value = JSON.parse(text || 'null') as Json;
    if (isObject(value)) return value;
    found.all.push({
      severity: 'ERROR',
      code: SCHEMA,
      message: 'Definition must be a valid JSON object',
    });
  } catch (error) {
    found.all.push({
      severity: 'ERROR',
      code: 'INVALID_JSON_DESCRIPTION',
      message: error instanceof Error ? error.message : String(error),
    });
  }
  return undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkTop(definition: JsonObject, found: Diagnostics, abilities: Abilities): void {
  if (definition.QueryLanguage !== 'JSONata')
    found.error(
      '/QueryLanguage',
      `QueryLanguage must be 'JSONata' for the whole state machine; ${
        definition.QueryLanguage === undefined
          ? "it is missing, which means 'JSONPath'"
          : JSON.stringify(definition.QueryLanguage)
      } is not supported`,
    );
  if (definition.Version !== undefined && definition.Version !== '1.0')
    found.error('/Version', "Version must be '1.0'");
  const { TimeoutSeconds: timeout } = definition;
  if (timeout !== undefined && !(Number.isInteger(timeout) && inRange(timeout, 1, MAX_SECONDS)))
    found.error('/TimeoutSeconds', `TimeoutSeconds must be an integer from 1 to ${MAX_SECONDS}`);
  const names = new Map<string, string>();
  checkMachine(definition, '', ['Version', 'TimeoutSeconds'], { found, abilities, names });
}

function inRange(value: Json, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high;
}

/** What goes down through nested machines: state names must be unique over all of them. */
export interface Checking {
  found: Diagnostics;
  abilities: Abilities;
  names: Map<string, string>;
}

/** Checks a machine, a branch or an item processor at `path`; `more` are the fields that only this kind has. */
export function checkMachine(
  machine: JsonObject,
  path: string,
  more: readonly string[],
  checking: Checking,
): void {
  const { found, names } = checking;
  const known = ['Comment', 'StartAt', 'States', 'QueryLanguage', ...more];
  for (const field of Object.keys(machine))
    if (!known.includes(field)) found.error(path, `field '${field}' is not supported`);
  const missing = ['States', 'StartAt'].filter((field) => machine[field] === undefined);
  if (missing.length > 0)
    return found.error(path, `These fields are required: [${missing.join(', ')}]`);
  const { States: states, StartAt: startAt } = machine;
  if (!isObject(states) || Object.keys(states).length === 0)
    return found.error(`${path}/States`, 'States must be an object with at least one state');
  if (typeof startAt !== 'string')
    return found.error(`${path}/StartAt`, 'StartAt must be a string');
  for (const [name, state] of Object.entries(states)) {
    const at = `${path}/States/${name}`;
    if (name.length > 80) found.error(at, 'A state name can have at most 80 characters');
    const other = names.get(name);
    if (other) found.error(at, `The state name '${name}' is used already at ${other}`);
    names.set(name, at);
    if (isObject(state)) checkState(name, state, at, checking);
    else found.error(at, `state '${name}' must be an object`);
  }
  if (!found.failed) checkTransitions(startAt, states as Record<string, JsonObject>, path, found);
}
