import type { Json } from '../contracts.ts';
import type {
  ChoiceState,
  FailState,
  Leaving,
  PassState,
  SucceedState,
  WaitState,
} from './definition.ts';
import { evaluate, expectKind, type Template } from './evaluate.ts';
import type { Execution } from './execution.ts';
import { failState } from './fail-state.ts';
import type { Thread } from './frame.ts';
import { depart, evaluateDeparture } from './leave-state.ts';
import { MAX_SECONDS } from './limits.ts';
import { runMap, runParallel } from './run-fan-out.ts';
import { runTask } from './run-task.ts';
import { QueryEvaluationError, StatesError } from './states-error.ts';

/** Runs the state that a thread has entered: to the next state, to an end, or until it has to wait. */
export async function runState(execution: Execution, thread: Thread): Promise<void> {
  const state = execution.stateOf(thread);
  try {
    switch (state.type) {
      case 'Pass':
        return await passOn(execution, thread, state, state.next);
      case 'Choice':
        return await runChoice(execution, thread, state);
      case 'Wait':
        return await runWait(execution, thread, state);
      case 'Succeed':
        return await runSucceed(execution, thread, state);
      case 'Fail':
        return await runFail(execution, thread, state);
      case 'Task':
        return await runTask(execution, thread, state);
      case 'Parallel':
        return await runParallel(execution, thread, state);
      case 'Map':
        return await runMap(execution, thread, state);
    }
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    if (!thread.cancelled) await failState(execution, thread, error);
  }
}

/** Leaves a state whose output is its input unless it says otherwise. */
async function passOn(
  execution: Execution,
  thread: Thread,
  leaving: Leaving | PassState | WaitState,
  next: string | undefined,
): Promise<void> {
  const state = execution.stateOf(thread);
  const scope = execution.scope(thread);
  const departure = await evaluateDeparture(state, leaving, scope, thread.frame.input);
  if (!thread.cancelled) depart(execution, thread, departure, next);
}

async function runChoice(execution: Execution, thread: Thread, state: ChoiceState): Promise<void> {
  const scope = execution.scope(thread);
  for (const [at, rule] of state.choices.entries()) {
    const value = await evaluate(rule.condition, scope);
    expectKind(rule.condition, `Choices[${at}]/Condition`, value, ['boolean']);
    if (thread.cancelled) return;
    if (value === true) return passOn(execution, thread, rule, rule.next);
  }
  if (state.default !== undefined) return passOn(execution, thread, state, state.default);
  throw new StatesError(
    'States.NoChoiceMatched',
    `No choices matched in state '${state.name}' and no default was specified.`,
  );
}

async function runWait(execution: Execution, thread: Thread, state: WaitState): Promise<void> {
  const until = await untilOf(execution, thread, state);
  if (thread.cancelled) return;
  const { frame } = thread;
  frame.step = 'wait';
  frame.until = until;
  execution.touch(thread);
  await execution.commit();
  armWait(execution, thread);
}

async function untilOf(execution: Execution, thread: Thread, state: WaitState): Promise<number> {
  const scope = execution.scope(thread);
  if (state.seconds) {
    const seconds = await evaluateSeconds(state.seconds, 'Seconds', scope);
    return execution.now() + seconds * 1000;
  }
  const template = state.timestamp;
  if (!template) throw new Error(`Wait state '${state.name}' has nothing to wait for`);
  const value = await evaluate(template, scope);
  expectKind(template, 'Timestamp', value, ['string']);
  const at = Date.parse(value as string);
  if (Number.isNaN(at))
    throw new QueryEvaluationError(
      'Timestamp',
      `The Timestamp field cannot be parsed as an ISO 8601 timestamp: ${JSON.stringify(value)}`,
    );
  return at;
}

/** Goes on after a Wait when its time has come; also after a restart. */
export function armWait(execution: Execution, thread: Thread): void {
  const state = execution.stateOf(thread);
  if (thread.cancelled || state.type !== 'Wait') return;
  const goOn = async (): Promise<void> => {
    thread.wake();
    try {
      await passOn(execution, thread, state, state.next);
    } catch (error) {
      if (!(error instanceof StatesError)) throw error;
      await failState(execution, thread, error);
    }
    await execution.drive(thread);
  };
  const timer = execution.host.clock.at(thread.frame.until ?? 0, () => {
    if (!thread.cancelled) void execution.guard(thread, goOn);
  });
  thread.addTimer(timer);
}

async function runSucceed(
  execution: Execution,
  thread: Thread,
  state: SucceedState,
): Promise<void> {
  const leaving = state.output ? { output: state.output, assign: [] } : { assign: [] };
  await passOn(execution, thread, leaving, undefined);
}

async function runFail(execution: Execution, thread: Thread, state: FailState): Promise<void> {
  const scope = execution.scope(thread);
  const text = async (field: string, template?: Template): Promise<string | undefined> => {
    if (!template) return undefined;
    const value = await evaluate(template, scope);
    expectKind(template, field, value, ['string']);
    return value as string;
  };
  const error = await text('Error', state.error);
  const cause = await text('Cause', state.cause);
  throw new StatesError(error, cause);
}

/**
 * Evaluates a field of seconds: a whole number from 0 to 99,999,999.
 * @throws QueryEvaluationError
 */
export async function evaluateSeconds(
  template: Template,
  field: string,
  scope: Parameters<typeof evaluate>[1],
): Promise<number> {
  const value: Json = await evaluate(template, scope);
  expectKind(template, field, value, ['number']);
  if (!Number.isInteger(value))
    throw new QueryEvaluationError(
      field,
      `The ${field} field cannot be parsed as an integer: ${JSON.stringify(value)}`,
    );
  if (Number(value) < 0 || Number(value) > MAX_SECONDS)
    throw new QueryEvaluationError(
      field,
      `${field} must be between 0 and ${MAX_SECONDS} but was: ${JSON.stringify(value)}`,
    );
  return Number(value);
}
