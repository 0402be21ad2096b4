import { type JsonObject, ServiceError } from '../contracts.ts';
import { validationError } from './errors.ts';
import { busName, checkName, optionalText, page, requiredText } from './input.ts';
import { busArn } from './rules.ts';
import type { EventBridgeParts } from './service.ts';

/** CreateEventBus. */
export async function createEventBus(
  parts: EventBridgeParts,
  input: JsonObject,
): Promise<JsonObject> {
  const name = checkName(requiredText(input, 'Name'), 256);
  await parts.journal.write(() => {
    if (parts.rules.hasBus(name)) {
      throw new ServiceError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    }
    parts.rules.putBus(name, parts.clock.now());
  });
  return { EventBusArn: busArn(name) };
}

/** DeleteEventBus: one that is not there is no error, as on AWS. */
export async function deleteEventBus(
  parts: EventBridgeParts,
  input: JsonObject,
): Promise<JsonObject> {
  const name = requiredText(input, 'Name');
  if (name === 'default') throw validationError('Cannot delete event bus default.');
  await parts.journal.write(() => {
    if (parts.rules.hasBus(name)) parts.rules.removeBus(name);
  });
  return {};
}

/** DescribeEventBus. */
export async function describeEventBus(
  parts: EventBridgeParts,
  input: JsonObject,
): Promise<JsonObject> {
  return describe(parts, busName(input['Name']));
}

/** ListEventBuses. */
export async function listEventBuses(
  parts: EventBridgeParts,
  input: JsonObject,
): Promise<JsonObject> {
  const prefix = optionalText(input, 'NamePrefix') ?? '';
  const names = parts.rules.busNames().filter((name) => name.startsWith(prefix));
  const { shown, next } = page(names, (name) => name, input);
  return { EventBuses: shown.map((name) => describe(parts, name)), ...next };
}

function describe({ rules }: EventBridgeParts, name: string): JsonObject {
  const createdAt = rules.createdAt(name) / 1000;
  return { Name: name, Arn: busArn(name), CreationTime: createdAt, LastModifiedTime: createdAt };
}
