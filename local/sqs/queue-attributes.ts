import type { Json, JsonObject } from '../contracts.ts';
import { invalidAttributeName, invalidAttributeValue, unsupported } from './errors.ts';

/** What can be set on a queue: seconds, except `MaximumMessageSize` in bytes. */
export interface QueueSettings {
  VisibilityTimeout: number;
  DelaySeconds: number;
  MaximumMessageSize: number;
  MessageRetentionPeriod: number;
  ReceiveMessageWaitTimeSeconds: number;
  RedrivePolicy?: RedrivePolicy;
  /** Kept and given back as they were set; nothing here acts on them. */
  stored: Record<string, string>;
}

/** After `maxReceiveCount` receipts a message goes to the dead-letter queue at its next receipt. */
export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

type NumericName = Exclude<keyof QueueSettings, 'RedrivePolicy' | 'stored'>;

// Ranges: SQS API reference, SetQueueAttributes. 1 MiB is the limit and the default since 2025.
const RANGES: Record<NumericName, readonly [min: number, max: number]> = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
};

const STORED = new Set([
  'Policy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'RedriveAllowPolicy',
]);

export function defaultSettings(): QueueSettings {
  return {
    VisibilityTimeout: 30,
    DelaySeconds: 0,
    MaximumMessageSize: 1_048_576,
    MessageRetentionPeriod: 345_600,
    ReceiveMessageWaitTimeSeconds: 0,
    stored: { SqsManagedSseEnabled: 'true' },
  };
}

/**
 * `settings` changed by the `Attributes` of CreateQueue or SetQueueAttributes, whose values are strings.
 *
 * @throws InvalidAttributeName or InvalidAttributeValue; UnsupportedOperation for FIFO attributes.
 */
export function changeSettings(settings: QueueSettings, attributes: JsonObject): QueueSettings {
  const changed: QueueSettings = { ...settings, stored: { ...settings.stored } };
  for (const [name, value] of Object.entries(attributes)) {
    if (name in RANGES) changed[name as NumericName] = numeric(name as NumericName, value);
    else if (name === 'RedrivePolicy') setRedrivePolicy(changed, value);
    else if (STORED.has(name)) changed.stored[name] = text(name, value);
    else if (name === 'FifoQueue' || name === 'ContentBasedDeduplication') refuseFifo(name);
    else throw invalidAttributeName(name);
  }
  return changed;
}

/** The settings as GetQueueAttributes gives them: all values are strings. */
export function settingsAsAttributes(settings: QueueSettings): Record<string, string> {
  const { RedrivePolicy, stored, ...numbers } = settings;
  const attributes: Record<string, string> = { ...stored };
  for (const [name, value] of Object.entries(numbers)) attributes[name] = String(value);
  if (RedrivePolicy) attributes['RedrivePolicy'] = JSON.stringify(RedrivePolicy);
  return attributes;
}

/** The local cloud has standard queues only. */
export function refuseFifo(what: string): never {
  throw unsupported(`${what}: the local SQS has standard queues only, no FIFO queues.`);
}

function numeric(name: NumericName, value: Json): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  const [min, max] = RANGES[name];
  if (!(number >= min && number <= max)) {
    throw invalidAttributeValue(name, `It must be a whole number from ${min} to ${max}.`);
  }
  return number;
}

function text(name: string, value: Json): string {
  if (typeof value !== 'string') throw invalidAttributeValue(name, 'It must be a string.');
  return value;
}

function setRedrivePolicy(settings: QueueSettings, value: Json): void {
  if (value === '') {
    delete settings.RedrivePolicy;
    return;
  }
  settings.RedrivePolicy = parseRedrivePolicy(text('RedrivePolicy', value));
}

function parseRedrivePolicy(value: string): RedrivePolicy {
  const reason =
    'It must be JSON with deadLetterTargetArn and maxReceiveCount, a whole number from 1 to 1000.';
  let policy: Json;
  try {
    policy = JSON.parse(value) as Json;
  } catch {
    throw invalidAttributeValue('RedrivePolicy', reason);
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) {
    throw invalidAttributeValue('RedrivePolicy', reason);
  }
  const count = Number(policy['maxReceiveCount']);
  const target = policy['deadLetterTargetArn'];
  if (typeof target !== 'string' || !Number.isInteger(count) || count < 1 || count > 1000) {
    throw invalidAttributeValue('RedrivePolicy', reason);
  }
  return { deadLetterTargetArn: target, maxReceiveCount: count };
}
