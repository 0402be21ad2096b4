/**
 * What the parts of the local cloud know of each other. Each part is made by one function that takes what it needs
 * from here, and none reaches into another.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** An error that an AWS service answers with: `name` is the wire's `__type`, `status` the HTTP status. */
export class ServiceError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** A Task's failure as the States Language knows it: an error name that Retry and Catch match, and a cause. */
export class TaskError extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.name = 'TaskError';
    this.error = error;
  }
}

/**
 * An AWS service on the wire. `handle` gets the operation's name (`SendMessage`) and its parsed input, and answers
 * its output or throws a ServiceError. `targetPrefix` is what stands before the dot in `X-Amz-Target`.
 */
export interface AwsService {
  readonly name: string;
  readonly targetPrefix: string;
  handle(operation: string, input: JsonObject, signal: AbortSignal): Promise<JsonObject>;
}

/** How an invocation of a function ended. `functionError` is AWS's `Unhandled` with the error's JSON in `payload`. */
export interface InvocationResult {
  payload: Json;
  functionError?: 'Unhandled' | 'Handled';
}

/** Runs functions of the template. `functionName` is a name, a full ARN, or an ARN with a qualifier. */
export interface LambdaRuntime {
  /**
   * Invokes synchronously (`RequestResponse`).
   * @throws TaskError `Lambda.ResourceNotFoundException` when there is no such function.
   */
  invoke(functionName: string, event: Json): Promise<InvocationResult>;
}

/**
 * The calls that a state machine makes to other services, as `lambda:invoke` or `sqs:sendMessage`
 * (the part of `arn:aws:states:::` before any `.sync` / `.waitForTaskToken`).
 */
export interface Integrations {
  supports(action: string): boolean;
  /** Resolves with the service's answer as `$states.result`, or rejects with a TaskError. */
  call(action: string, args: JsonObject): Promise<Json>;
}

/** Puts an event on the default bus, as AWS's own services do (`source` such as `aws.states`). */
export type PutServiceEvent = (event: {
  source: string;
  detailType: string;
  resources: string[];
  detail: JsonObject;
}) => Promise<void>;

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';
