import { type Json, type JsonObject, ServiceError } from '../contracts.ts';
import { optionalText, text } from './api-input.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import type { Thread } from './frame.ts';
import { exceedsDataLimit } from './limits.ts';
import { settle } from './run-task.ts';
import { StatesError } from './states-error.ts';
import { executionOfToken } from './task-token.ts';

/** What is done with task tokens: https://docs.aws.amazon.com/step-functions/latest/apireference/ */
export class TasksApi {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async success(input: JsonObject): Promise<JsonObject> {
    const output = text(input, 'output');
    if (exceedsDataLimit(output))
      throw new ServiceError(
        'ValidationException',
        "1 validation error detected: Value at 'output' failed to satisfy constraint: Member must have length less than or equal to 262144",
      );
    const result = parseOutput(output);
    const { execution, thread } = this.#waiting(input);
    await settle(execution, thread, { result });
    return {};
  }

  async failure(input: JsonObject): Promise<JsonObject> {
    const error = optionalText(input, 'error', 256);
    const cause = optionalText(input, 'cause', 32_768);
    const { execution, thread } = this.#waiting(input);
    await settle(execution, thread, { failure: new StatesError(error, cause) });
    return {};
  }

  async heartbeat(input: JsonObject): Promise<JsonObject> {
    const { execution, thread } = this.#waiting(input);
    const heartbeat = thread.frame.attempt?.heartbeat;
    if (heartbeat) {
      heartbeat.deadline = execution.now() + heartbeat.seconds * 1000;
      execution.touch(thread);
      await execution.commit();
    }
    return {};
  }

  /** Who waits for a token. @throws ServiceError `InvalidToken`, `TaskDoesNotExist`, `TaskTimedOut` */
  #waiting(input: JsonObject): { execution: Execution; thread: Thread } {
    const token = text(input, 'taskToken', 2048);
    const waiting = this.#engine.tokens.get(token);
    if (waiting) return waiting;
    const id = executionOfToken(token);
    if (id === undefined) throw new ServiceError('InvalidToken', "Invalid Token: 'Invalid token'");
    if (!this.#engine.store.byId(id))
      throw new ServiceError('TaskDoesNotExist', "Task does not exist: 'Task does not exist'");
    throw new ServiceError(
      'TaskTimedOut',
      "Task Timed Out: 'Provided task does not exist anymore'",
    );
  }
}

function parseOutput(output: string): Json {
  try {
    return JSON.parse(output) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ServiceError('InvalidOutput', `Invalid Output: '${why}'`);
  }
}
