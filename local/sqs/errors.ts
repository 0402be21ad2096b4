import { QueryCompatibleError } from '../aws-json.ts';

const LEGACY = 'AWS.SimpleQueueService';

/** `QueueDoesNotExist`, which older SDKs know as `AWS.SimpleQueueService.NonExistentQueue`. */
export function queueDoesNotExist(): QueryCompatibleError {
  return new QueryCompatibleError(
    'QueueDoesNotExist',
    'The specified queue does not exist.',
    `${LEGACY}.NonExistentQueue`,
  );
}

export function queueNameExists(attribute: string): QueryCompatibleError {
  return new QueryCompatibleError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
    'QueueAlreadyExists',
  );
}

export function invalidParameter(message: string): QueryCompatibleError {
  return new QueryCompatibleError(
    'InvalidParameterValueException',
    message,
    'InvalidParameterValue',
  );
}

export function missingParameter(name: string): QueryCompatibleError {
  return new QueryCompatibleError(
    'MissingRequiredParameterException',
    `The request must contain the parameter ${name}.`,
    'MissingParameter',
  );
}

export function invalidAttributeName(name: string): QueryCompatibleError {
  return new QueryCompatibleError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

export function invalidAttributeValue(name: string, reason = ''): QueryCompatibleError {
  const text = `Invalid value for the parameter ${name}.`;
  return new QueryCompatibleError('InvalidAttributeValue', reason ? `${text} ${reason}` : text);
}

export function receiptHandleIsInvalid(handle: string): QueryCompatibleError {
  return new QueryCompatibleError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
}

export function messageNotInflight(): QueryCompatibleError {
  return new QueryCompatibleError(
    'MessageNotInflight',
    'The message referred to is not in flight: it has become visible again.',
    `${LEGACY}.MessageNotInflight`,
  );
}

export function invalidMessageContents(): QueryCompatibleError {
  return new QueryCompatibleError(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  );
}

export function emptyBatch(entryType: string): QueryCompatibleError {
  return new QueryCompatibleError(
    'EmptyBatchRequest',
    `There should be at least one ${entryType} in the request.`,
    `${LEGACY}.EmptyBatchRequest`,
  );
}

export function tooManyEntries(count: number): QueryCompatibleError {
  return new QueryCompatibleError(
    'TooManyEntriesInBatchRequest',
    `Maximum number of entries per request are 10. You have sent ${count}.`,
    `${LEGACY}.TooManyEntriesInBatchRequest`,
  );
}

export function entryIdsNotDistinct(id: string): QueryCompatibleError {
  return new QueryCompatibleError(
    'BatchEntryIdsNotDistinct',
    `Id ${id} repeated.`,
    `${LEGACY}.BatchEntryIdsNotDistinct`,
  );
}

export function invalidEntryId(): QueryCompatibleError {
  return new QueryCompatibleError(
    'InvalidBatchEntryId',
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    `${LEGACY}.InvalidBatchEntryId`,
  );
}

export function batchTooLong(limit: number, bytes: number): QueryCompatibleError {
  return new QueryCompatibleError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${limit} bytes. You have sent ${bytes} bytes.`,
    `${LEGACY}.BatchRequestTooLong`,
  );
}

export function unsupported(message: string): QueryCompatibleError {
  return new QueryCompatibleError(
    'UnsupportedOperation',
    message,
    `${LEGACY}.UnsupportedOperation`,
  );
}

export function resourceNotFound(message: string): QueryCompatibleError {
  return new QueryCompatibleError('ResourceNotFoundException', message);
}
