import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../contracts.ts';
import { invalidParameter } from './errors.ts';
import { isObject } from './input.ts';

/** A message attribute as on the wire; `BinaryValue` is base64. */
export interface MessageAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}
export type MessageAttributes = Record<string, MessageAttribute>;

const MAX_ATTRIBUTES = 10;
// SQS developer guide, message metadata: names of 1-256 of these characters, no dots at the ends or in a row.
const NAME = /^(?!(?:aws|amazon)\.)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/i;
const DATA_TYPE = /^(String|Number|Binary)(\.[A-Za-z0-9_.-]+)?$/;

/** The `MessageAttributes` of a request. @throws InvalidParameterValueException naming the first fault. */
export function parseMessageAttributes(input: JsonObject): MessageAttributes {
  const entries = Object.entries(input);
  if (entries.length > MAX_ATTRIBUTES) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`,
    );
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, parseAttribute(name, value)]));
}

function parseAttribute(name: string, value: Json): MessageAttribute {
  if (name.length > 256 || !NAME.test(name)) {
    throw invalidParameter(`Message attribute name '${name}' is invalid.`);
  }
  if (!isObject(value) || typeof value['DataType'] !== 'string') {
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty attribute type.`,
    );
  }
  const type = DATA_TYPE.exec(value['DataType'])?.[1];
  if (!type || value['DataType'].length > 256) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const field = type === 'Binary' ? 'BinaryValue' : 'StringValue';
  const content = value[field];
  if (typeof content !== 'string' || content === '') {
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute value in ${field}.`,
    );
  }
  if (type === 'Number' && (content.trim() === '' || !Number.isFinite(Number(content)))) {
    throw invalidParameter(
      `Can't cast the value of message (user) attribute '${name}' to a number.`,
    );
  }
  return { DataType: value['DataType'], [field]: content };
}

/** Bytes that the attributes add to a message's size: names, types and values. */
export function attributesSize(attributes: MessageAttributes): number {
  let size = 0;
  for (const [name, attribute] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType);
    size += contentOf(attribute).length;
  }
  return size;
}

/**
 * The MD5 that SQS gives for message attributes, or `undefined` when there are none: over each attribute by name,
 * length-prefixed name and type, one byte for the kind of value (1 string, 2 binary) and the length-prefixed value.
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const update = (part: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (!attribute) continue;
    update(Buffer.from(name));
    update(Buffer.from(attribute.DataType));
    hash.update(Buffer.of(attribute.BinaryValue === undefined ? 1 : 2));
    update(contentOf(attribute));
  }
  return hash.digest('hex');
}

/** The attributes that `MessageAttributeNames` asks for: names, `prefix.*`, or `All` / `.*`. */
export function selectAttributes(
  attributes: MessageAttributes,
  wanted: readonly string[],
): MessageAttributes {
  if (wanted.includes('All') || wanted.includes('.*')) return attributes;
  const prefixes = wanted.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1));
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => wanted.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  );
}

function contentOf(attribute: MessageAttribute): Buffer {
  return attribute.BinaryValue === undefined
    ? Buffer.from(attribute.StringValue ?? '')
    : Buffer.from(attribute.BinaryValue, 'base64');
}
