import type { Json, JsonObject } from '../contracts.ts';
import { validationError } from './errors.ts';

/** A required string of a request. @throws ValidationException */
export function requiredText(input: JsonObject, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined || value === '') {
    throw validationError(`Parameter ${name} is not valid. Reason: it is required.`);
  }
  return value;
}

/** @throws ValidationException when it is no string. */
export function optionalText(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw validationError(`Parameter ${name} is not valid. Reason: it must be a string.`);
}

/** The bus that a name or an ARN means; none means `default`. */
export function busName(value: Json | undefined): string {
  if (typeof value !== 'string' || value === '') return 'default';
  return value.startsWith('arn:') ? value.slice(value.lastIndexOf('/') + 1) : value;
}

/** @throws ValidationException when it is not 1 to `max` of the characters that names are made of. */
export function checkName(name: string, max: number): string {
  if (name.length <= max && /^[./\-_A-Za-z0-9]+$/.test(name)) return name;
  throw validationError(
    `Value '${name}' failed to satisfy constraint: 1 to ${max} of A-Z a-z 0-9 . - _`,
  );
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One page of `items` by name: `Limit` (1 to 100) of them after the `NextToken` of the page before. */
export function page<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  input: JsonObject,
): { shown: T[]; next: JsonObject } {
  const after = optionalText(input, 'NextToken');
  const rest = after === undefined ? items : items.filter((item) => nameOf(item) > after);
  const limit = typeof input['Limit'] === 'number' ? input['Limit'] : 100;
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return { shown, next: last && shown.length < rest.length ? { NextToken: nameOf(last) } : {} };
}
