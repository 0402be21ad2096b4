import type { Json, JsonObject } from '../contracts.ts';
import { invalidPattern } from './errors.ts';
import { isObject, requiredText } from './input.ts';
import { compilePattern } from './pattern.ts';

const REQUIRED = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

/** TestEventPattern: the event must have the fields that every event has. */
export async function testEventPattern(_parts: unknown, input: JsonObject): Promise<JsonObject> {
  const matches = compilePattern(requiredText(input, 'EventPattern'));
  const event = parseEvent(requiredText(input, 'Event'));
  const missing = REQUIRED.filter((name) => event[name] === undefined);
  if (missing.length > 0) {
    throw invalidPattern(`the event lacks ${missing.join(', ')}`);
  }
  return { Result: matches(event) };
}

function parseEvent(text: string): JsonObject {
  try {
    const event = JSON.parse(text) as Json;
    if (isObject(event)) return event;
  } catch {
    // Said below.
  }
  throw invalidPattern('the event is not a JSON object');
}
