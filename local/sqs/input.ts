import type { Json, JsonObject } from '../contracts.ts';
import { invalidParameter, missingParameter } from './errors.ts';

/** A required string of a request. @throws MissingRequiredParameterException when it is absent or empty. */
export function requiredText(input: JsonObject, name: string): string {
  const value = input[name];
  if (value === undefined || value === null || value === '') throw missingParameter(name);
  if (typeof value !== 'string') throw invalidParameter(`${name} must be a string.`);
  return value;
}

/** A whole number of a request within `[min, max]`, or `undefined` when it is absent. */
export function optionalInteger(
  input: JsonObject,
  name: string,
  [min, max]: readonly [number, number],
): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw invalidParameter(
      `Value ${JSON.stringify(value)} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
    );
  }
  return value;
}

/** A list of strings of a request; empty when it is absent. */
export function textList(input: JsonObject, name: string): string[] {
  const value = input[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw invalidParameter(`${name} must be a list of strings.`);
  }
  return value;
}

/** An object of a request; empty when it is absent. */
export function optionalObject(input: JsonObject, name: string): JsonObject {
  const value = input[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalidParameter(`${name} must be an object.`);
  return value;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
