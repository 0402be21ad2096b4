import type { JsonObject } from '../contracts.ts';

/**
 * A failure as the States Language knows it: `error` is what Retry and Catch match, `cause` is for people.
 * `aliases` are further names that match it: AWS records a missed heartbeat as `States.Timeout` and lets both
 * `States.Timeout` and `States.HeartbeatTimeout` catch it.
 */
export class StatesError extends Error {
  readonly error: string | undefined;
  readonly aliases: readonly string[];

  constructor(error: string | undefined, cause?: string, aliases: readonly string[] = []) {
    super(cause ?? '');
    this.name = 'StatesError';
    this.error = error;
    this.aliases = aliases;
  }

  /** Undefined where AWS shows no cause, as for a timeout. */
  get reason(): string | undefined {
    return this.message === '' ? undefined : this.message;
  }

  /** `$states.errorOutput` of a Catch. */
  get output(): JsonObject {
    return { Error: this.error ?? '', Cause: this.message };
  }
}

/** A JSONata expression that could not be evaluated. `location` is the field's path inside the state. */
export class QueryEvaluationError extends StatesError {
  readonly location: string;

  constructor(location: string, message: string) {
    super('States.QueryEvaluationError', message);
    this.location = location;
  }

  /** The same failure, told with the state in which it happened, as AWS tells it. */
  in(state: string, enteredEventId: number): QueryEvaluationError {
    return new QueryEvaluationError(
      this.location,
      `An error occurred while executing the state '${state}' (entered at the event id #${enteredEventId}). ${this.message}`,
    );
  }
}

export const TIMEOUT = 'States.Timeout';
export const DATA_LIMIT_EXCEEDED = 'States.DataLimitExceeded';
export const RUNTIME = 'States.Runtime';

/**
 * Whether a Retry's or Catch's `ErrorEquals` covers `failure`.
 *
 * `States.ALL` and `States.TaskFailed` leave out what AWS calls terminal (DataLimitExceeded, Runtime);
 * `States.TaskFailed` also leaves out timeouts; Runtime can't be caught even by its name.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function covers(errorEquals: readonly string[], failure: StatesError): boolean {
  const { error } = failure;
  if (error === RUNTIME) return false;
  return errorEquals.some((name) => {
    if (name === error || failure.aliases.includes(name)) return true;
    if (error === DATA_LIMIT_EXCEEDED) return false;
    if (name === 'States.ALL') return true;
    return name === 'States.TaskFailed' && error !== TIMEOUT;
  });
}
