import type { Json, JsonObject } from '../contracts.ts';
import { TemplateError } from './template-error.ts';

/** A value as people read it: text as it is, anything else as JSON. */
export function showJson(value: Json | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}

/**
 * A property that has to be there and be text.
 *
 * @throws TemplateError naming the resource, the property and what is there instead.
 */
export function requiredText(
  { logicalId, properties }: { logicalId: string; properties: JsonObject },
  name: string,
): string {
  const value = properties[name];
  if (typeof value === 'string') return value;
  throw new TemplateError(`${logicalId}: ${name} must be text, not ${showJson(value)}`);
}

/** A property that is an object, or an empty one where it isn't there. */
export function objectOf(properties: JsonObject, name: string): JsonObject {
  const value = properties[name];
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? value : {};
}
