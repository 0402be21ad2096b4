import { randomUUID } from 'node:crypto';
import { type Json, type JsonObject, REGION, TaskError } from '../contracts.ts';
import type { Resource, TaskState } from './definition.ts';
import { evaluate } from './evaluate.ts';
import { type Execution, failureDetails } from './execution.ts';
import { failState } from './fail-state.ts';
import type { Attempt, Thread } from './frame.ts';
import { depart, evaluateDeparture } from './leave-state.ts';
import { checkDataLimit } from './limits.ts';
import { evaluateSeconds } from './run-state.ts';
import { startChildExecution } from './start-child-execution.ts';
import { StatesError, TIMEOUT } from './states-error.ts';
import { createTaskToken } from './task-token.ts';

/** How an attempt has ended. */
export type Outcome = { result: Json } | { failure: StatesError; timedOut?: boolean };

/** Schedules a task: what it will be called with is on disk before it is called. */
export async function runTask(
  execution: Execution,
  thread: Thread,
  state: TaskState,
): Promise<void> {
  const { resource } = state;
  const token = resource.waitForTaskToken ? createTaskToken(execution.row.id) : undefined;
  const scope = execution.scope(thread, token ? { token } : {});
  const given = state.arguments ? await evaluate(state.arguments, scope) : thread.frame.input;
  const args: Json = resource.lambda ? { FunctionName: resource.lambda, Payload: given } : given;
  const givenText = JSON.stringify(given);
  checkDataLimit(state.name, givenText);
  const seconds = async (field: 'timeoutSeconds' | 'heartbeatSeconds', name: string) => {
    const template = state[field];
    return template ? evaluateSeconds(template, name, scope) : undefined;
  };
  const timeout = await seconds('timeoutSeconds', 'TimeoutSeconds');
  const heartbeat = await seconds('heartbeatSeconds', 'HeartbeatSeconds');
  if (thread.cancelled) return;

  const now = execution.now();
  const { frame } = thread;
  frame.step = 'task';
  frame.attempt = {
    args,
    ...(token ? { token } : {}),
    ...(timeout === undefined ? {} : { deadline: now + timeout * 1000 }),
    ...(token && heartbeat !== undefined
      ? { heartbeat: { seconds: heartbeat, deadline: now + heartbeat * 1000 } }
      : {}),
    ...(resource.action === 'states:startExecution' ? { child: randomUUID() } : {}),
  };
  const limits = {
    ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
    ...(heartbeat === undefined ? {} : { heartbeatInSeconds: heartbeat }),
  };
  if (resource.lambda) {
    execution.record(thread, 'LambdaFunctionScheduled', 'lambdaFunctionScheduled', {
      resource: resource.lambda,
      input: givenText,
      inputDetails: { truncated: false },
      ...limits,
    });
    execution.record(thread, 'LambdaFunctionStarted');
  } else {
    const called = calledOf(resource);
    const parameters = givenText;
    execution.record(thread, 'TaskScheduled', 'taskScheduled', {
      ...called,
      region: REGION,
      parameters,
      ...limits,
    });
    execution.record(thread, 'TaskStarted', 'taskStarted', called);
  }
  armTask(execution, thread);
  const { epoch } = thread;
  await execution.commit();
  if (thread.epoch === epoch && !thread.cancelled) callTask(execution, thread);
}

function calledOf(resource: Resource): JsonObject {
  return { resourceType: resource.type, resource: resource.call };
}

/** Makes the call of the present attempt; also again, after a restart, when no answer had come. */
export function callTask(execution: Execution, thread: Thread): void {
  const state = execution.stateOf(thread);
  const { attempt } = thread.frame;
  if (state.type !== 'Task' || !attempt) return;
  const { epoch } = thread;
  const answered = (outcome: Outcome): void => {
    if (thread.cancelled || thread.epoch !== epoch) return;
    void execution.guard(thread, () =>
      'result' in outcome && attempt.token
        ? submitted(execution, thread, state, outcome.result)
        : settle(execution, thread, outcome),
    );
  };
  if (attempt.child !== undefined)
    return startChildExecution(execution, thread, state, attempt.child, answered);
  execution.host.integrations.call(state.resource.action, attempt.args as JsonObject).then(
    (answer) => answered({ result: state.resource.lambda ? payloadOf(answer) : answer }),
    (error: unknown) => answered({ failure: toStatesError(error) }),
  );
}

function payloadOf(answer: Json): Json {
  return (answer as JsonObject).Payload ?? null;
}

/** A call that failed. Only a TaskError has a name that a definition can know. */
function toStatesError(error: unknown): StatesError {
  if (error instanceof TaskError) return new StatesError(error.error, error.message);
  return new StatesError(
    'States.TaskFailed',
    error instanceof Error ? error.message : String(error),
  );
}

/** The call is answered; what counts now is the token (or the end of the child execution). */
export async function submitted(
  execution: Execution,
  thread: Thread,
  state: TaskState,
  answer: Json,
): Promise<void> {
  const { attempt } = thread.frame;
  if (!attempt) return;
  const output = JSON.stringify(answer);
  attempt.submitted = true;
  execution.record(thread, 'TaskSubmitted', 'taskSubmitted', {
    ...calledOf(state.resource),
    output,
    outputDetails: { truncated: false },
  });
  await execution.commit();
}

/** Arms the limits of the present attempt, and makes its token known. */
export function armTask(execution: Execution, thread: Thread): void {
  const { attempt } = thread.frame;
  if (!attempt) return;
  if (attempt.token) execution.host.tokens.set(attempt.token, { execution, thread });
  if (attempt.deadline !== undefined)
    thread.addTimer(
      execution.host.clock.at(attempt.deadline, () => {
        const failure = new StatesError(TIMEOUT);
        void execution.guard(thread, () => settle(execution, thread, { failure, timedOut: true }));
      }),
    );
  if (attempt.heartbeat) armHeartbeat(execution, thread, attempt, attempt.heartbeat);
}

function armHeartbeat(
  execution: Execution,
  thread: Thread,
  attempt: Attempt,
  heartbeat: { deadline: number },
): void {
  const { clock } = execution.host;
  const timer = clock.at(heartbeat.deadline, () => {
    if (thread.cancelled || thread.frame.attempt !== attempt) return;
    // A heartbeat has come in the meantime: look again when the new time is up.
    if (clock.now() < heartbeat.deadline)
      return armHeartbeat(execution, thread, attempt, heartbeat);
    const failure = new StatesError(TIMEOUT, undefined, ['States.HeartbeatTimeout']);
    void execution.guard(thread, () => settle(execution, thread, { failure, timedOut: true }));
  });
  thread.addTimer(timer);
}

/**
 * Ends the present attempt. Whatever comes later for it finds the thread's epoch changed.
 * Resolves when the end is on disk; the thread runs on by itself.
 */
export async function settle(
  execution: Execution,
  thread: Thread,
  outcome: Outcome,
): Promise<void> {
  const state = execution.stateOf(thread);
  const { attempt } = thread.frame;
  if (thread.cancelled || state.type !== 'Task' || !attempt || thread.frame.step !== 'task') return;
  thread.wake();
  if (attempt.token) execution.host.tokens.delete(attempt.token);
  if (attempt.childArn && 'timedOut' in outcome) execution.host.stopChild(attempt.childArn);
  delete attempt.childArn;
  try {
    if ('result' in outcome) await succeedTask(execution, thread, state, outcome.result);
    else await failTask(execution, thread, state, outcome);
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    if (!thread.cancelled) await failState(execution, thread, error);
  }
  const durable = execution.durable();
  void execution.drive(thread);
  await durable;
}

async function succeedTask(
  execution: Execution,
  thread: Thread,
  state: TaskState,
  result: Json,
): Promise<void> {
  const { resource } = state;
  const output = JSON.stringify(result);
  const success = (): void => {
    const told = { output, outputDetails: { truncated: false } };
    if (resource.lambda)
      execution.record(thread, 'LambdaFunctionSucceeded', 'lambdaFunctionSucceeded', told);
    else
      execution.record(thread, 'TaskSucceeded', 'taskSucceeded', {
        ...calledOf(resource),
        ...told,
      });
  };
  try {
    checkDataLimit(state.name, output);
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    return failTask(execution, thread, state, { failure: error });
  }
  const scope = execution.scope(thread);
  scope.states.result = result;
  try {
    const departure = await evaluateDeparture(state, state, scope, result);
    if (thread.cancelled) return;
    success();
    depart(execution, thread, departure, state.next);
  } catch (error) {
    if (!thread.cancelled) success();
    throw error;
  }
}

async function failTask(
  execution: Execution,
  thread: Thread,
  state: TaskState,
  { failure, timedOut }: { failure: StatesError; timedOut?: boolean },
): Promise<void> {
  const { resource } = state;
  const details = failureDetails(failure);
  const end = timedOut ? 'TimedOut' : 'Failed';
  if (resource.lambda)
    execution.record(thread, `LambdaFunction${end}`, `lambdaFunction${end}`, details);
  else execution.record(thread, `Task${end}`, `task${end}`, { ...calledOf(resource), ...details });
  await failState(execution, thread, failure);
}
