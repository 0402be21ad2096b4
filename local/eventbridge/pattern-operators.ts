import { BlockList, isIP } from 'node:net';
import type { Json, JsonObject } from '../contracts.ts';
import { invalidPattern } from './errors.ts';

/** Tests one value of an event that is neither an object nor a list. */
export type ValueTest = (value: Json) => boolean;

type Operator = (argument: Json) => ValueTest;

const OPERATORS = new Map<string, Operator>([
  ['prefix', affix('prefix', (text, part) => text.startsWith(part))],
  ['suffix', affix('suffix', (text, part) => text.endsWith(part))],
  ['equals-ignore-case', equalsIgnoreCase],
  ['wildcard', wildcard],
  ['anything-but', anythingBut],
  ['numeric', numeric],
  ['cidr', cidr],
]);

/** What `anything-but` takes as an object, and the same operator's list. */
const NEGATABLE = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);
/** EventBridge compares numbers within plus and minus five billion. */
const MAX_NUMBER = 5_000_000_000;

/**
 * The test for one element of a pattern's list: a literal or `{operator: argument}`.
 * `exists` is not here: it tests a field, not a value.
 *
 * @throws InvalidEventPatternException
 */
export function compileElement(element: Json): ValueTest {
  if (Array.isArray(element)) throw invalidPattern('A list may not hold a list.');
  if (typeof element !== 'object' || element === null) return (value) => value === element;
  const [name, argument] = soleEntry(element);
  const operator = OPERATORS.get(name);
  if (!operator) throw invalidPattern(`Unrecognized match type ${name}`);
  return operator(argument);
}

/** The one operator of `element`. */
export function soleEntry(element: JsonObject): [name: string, argument: Json] {
  const [entry, ...others] = Object.entries(element);
  if (!entry || others.length > 0) {
    throw invalidPattern('Only one key allowed in match expression');
  }
  return entry;
}

function affix(name: string, test: (text: string, part: string) => boolean): Operator {
  return (argument) => {
    if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
      const [modifier, part] = soleEntry(argument);
      if (modifier !== 'equals-ignore-case') {
        throw invalidPattern(`${name} takes a string or equals-ignore-case, not ${modifier}`);
      }
      const folded = text(part, `${name} equals-ignore-case`).toLowerCase();
      return (value) => typeof value === 'string' && test(value.toLowerCase(), folded);
    }
    const part = text(argument, name);
    return (value) => typeof value === 'string' && test(value, part);
  };
}

function equalsIgnoreCase(argument: Json): ValueTest {
  const folded = text(argument, 'equals-ignore-case').toLowerCase();
  return (value) => typeof value === 'string' && value.toLowerCase() === folded;
}

/** `*` stands for any characters; `\*` and `\\` for themselves. */
function wildcard(argument: Json): ValueTest {
  const [first = '', ...others] = literals(text(argument, 'wildcard'));
  const last = others.pop();
  return (value) => {
    if (typeof value !== 'string') return false;
    if (last === undefined) return value === first;
    if (!value.startsWith(first) || !value.endsWith(last)) return false;
    let from = first.length;
    for (const part of others) {
      const at = value.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return from <= value.length - last.length;
  };
}

/** The text between the asterisks of a wildcard. */
function literals(pattern: string): string[] {
  const parts = [''];
  for (let i = 0; i < pattern.length; i += 1) {
    let character = pattern.charAt(i);
    if (character === '*') {
      if (pattern.charAt(i + 1) === '*') throw invalidPattern('Consecutive wildcard characters');
      parts.push('');
      continue;
    }
    if (character === '\\') {
      i += 1;
      character = pattern.charAt(i);
      if (character !== '*' && character !== '\\') throw invalidPattern('Invalid escape character');
    }
    parts[parts.length - 1] += character;
  }
  return parts;
}

function anythingBut(argument: Json): ValueTest {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
    const [name, excluded] = soleEntry(argument);
    const operator = OPERATORS.get(name);
    if (!operator || !NEGATABLE.has(name)) {
      throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
    }
    const tests = listOf(excluded, name).map(operator);
    return (value) => !tests.some((test) => test(value));
  }
  const excluded = listOf(argument, 'anything-but');
  for (const value of excluded) {
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw invalidPattern('Inside anything-but there may be strings and numbers only.');
    }
  }
  return (value) => !excluded.includes(value);
}

function listOf(argument: Json, name: string): Json[] {
  const list = Array.isArray(argument) ? argument : [argument];
  if (list.length === 0) throw invalidPattern(`${name} must not be an empty list`);
  return list;
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(argument: Json): ValueTest {
  if (!Array.isArray(argument) || (argument.length !== 2 && argument.length !== 4)) {
    throw invalidPattern('numeric must be a list such as [">", 0, "<=", 5]');
  }
  const tests: ((value: number) => boolean)[] = [];
  for (let i = 0; i < argument.length; i += 2) {
    const [symbol, bound] = [argument[i], argument[i + 1]];
    const compare = typeof symbol === 'string' ? COMPARISONS[symbol] : undefined;
    if (!compare)
      throw invalidPattern(`Unrecognized numeric range operator: ${JSON.stringify(symbol)}`);
    if (typeof bound !== 'number' || Math.abs(bound) > MAX_NUMBER) {
      throw invalidPattern(
        `Value of numeric ${JSON.stringify(symbol)} must be a number within ±5e9`,
      );
    }
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function cidr(argument: Json): ValueTest {
  const [address = '', bits = ''] = text(argument, 'cidr').split('/');
  const family = isIP(address);
  const size = /^\d+$/.test(bits) ? Number(bits) : Number.NaN;
  if (family === 0 || !(size <= (family === 4 ? 32 : 128))) {
    throw invalidPattern('Malformed CIDR, one of a form such as 10.0.0.0/24 is required');
  }
  const name = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, size, name);
  return (value) => typeof value === 'string' && isIP(value) === family && block.check(value, name);
}

function text(argument: Json, name: string): string {
  if (typeof argument === 'string') return argument;
  throw invalidPattern(`${name} match pattern must be a string`);
}
