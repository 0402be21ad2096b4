import { ServiceError } from '../contracts.ts';

/** Worded as Secrets Manager words it; `what` such as `secret value for staging label: AWSPREVIOUS`. */
export function notFound(what = 'secret.'): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified ${what}`,
  );
}

export function alreadyExists(message: string): ServiceError {
  return new ServiceError('ResourceExistsException', message);
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequestException', message);
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

export function markedForDeletion(): ServiceError {
  return invalidRequest(
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}
