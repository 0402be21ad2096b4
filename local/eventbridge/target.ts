import type { Json, JsonObject } from '../contracts.ts';
import { validationError } from './errors.ts';

/** A target of a rule, as PutTargets takes it. */
export interface Target {
  Id: string;
  Arn: string;
  RoleArn?: string;
  Input?: string;
  InputPath?: string;
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  /** ARN of an SQS queue. */
  DeadLetterConfig?: { Arn?: string };
}

const TEXT_FIELDS = ['Id', 'Arn', 'RoleArn', 'Input', 'InputPath'] as const;
const FIELDS = new Set<string>([
  ...TEXT_FIELDS,
  'InputTransformer',
  'RetryPolicy',
  'DeadLetterConfig',
]);

/**
 * Checks one of the `Targets` of PutTargets.
 *
 * @throws ValidationException naming the first fault; also for the parameters of targets that the local cloud
 * does not have, such as `EcsParameters`, and for another event bus as a target.
 */
export function parseTarget(input: Json): Target {
  if (!isObject(input)) throw validationError('Each of Targets must be an object.');
  const id = input['Id'];
  if (typeof id !== 'string' || !/^[\w.-]{1,64}$/.test(id)) {
    throw validationError(`Target Id ${JSON.stringify(id)} is not 1 to 64 of A-Z a-z 0-9 . _ -`);
  }
  for (const [name, value] of Object.entries(input)) {
    if (!FIELDS.has(name)) {
      throw validationError(`Target ${id}: the local EventBridge does not support ${name}.`);
    }
    if ((TEXT_FIELDS as readonly string[]).includes(name) && typeof value !== 'string') {
      throw validationError(`Target ${id}: ${name} must be a string.`);
    }
  }
  const arn = input['Arn'];
  if (typeof arn !== 'string' || !arn.startsWith('arn:')) {
    throw validationError(
      `Parameter ${JSON.stringify(arn)} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
  if (/^arn:aws:events:[^:]*:[^:]*:event-bus\//.test(arn)) {
    throw validationError(
      `Target ${id}: the local EventBridge does not support event buses as targets.`,
    );
  }
  checkTransformer(id, input['InputTransformer']);
  checkRetryPolicy(id, input['RetryPolicy']);
  const deadLetter = input['DeadLetterConfig'];
  if (deadLetter !== undefined && !(isObject(deadLetter) && isSqsArn(deadLetter['Arn']))) {
    throw validationError(`Target ${id}: DeadLetterConfig must hold the Arn of an SQS queue.`);
  }
  return input as unknown as Target;
}

function checkTransformer(id: string, value: Json | undefined): void {
  if (value === undefined) return;
  const template = isObject(value) ? value['InputTemplate'] : undefined;
  const paths = isObject(value) ? (value['InputPathsMap'] ?? {}) : undefined;
  const valid =
    typeof template === 'string' &&
    template !== '' &&
    isObject(paths) &&
    Object.values(paths).every((path) => typeof path === 'string');
  if (!valid) {
    throw validationError(`Target ${id}: InputTransformer must hold an InputTemplate and paths.`);
  }
}

// Ranges: EventBridge API reference, RetryPolicy.
function checkRetryPolicy(id: string, value: Json | undefined): void {
  if (value === undefined) return;
  if (!isObject(value)) throw validationError(`Target ${id}: RetryPolicy must be an object.`);
  const { MaximumRetryAttempts: attempts = 185, MaximumEventAgeInSeconds: age = 86_400 } = value;
  if (!isWithin(attempts, 0, 185) || !isWithin(age, 60, 86_400)) {
    throw validationError(
      `Target ${id}: RetryPolicy allows 0 to 185 MaximumRetryAttempts and 60 to 86400 MaximumEventAgeInSeconds.`,
    );
  }
}

function isWithin(value: Json, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function isSqsArn(value: Json | undefined): boolean {
  return typeof value === 'string' && value.startsWith('arn:aws:sqs:');
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
