import type { Execution } from './execution.ts';
import { failureDetails } from './execution.ts';
import type { Thread } from './frame.ts';
import { depart, evaluateDeparture } from './leave-state.ts';
import { findRetrier, retryDelay } from './retry.ts';
import { abandonChildren, failThread } from './run-fan-out.ts';
import { covers, QueryEvaluationError, StatesError } from './states-error.ts';

/**
 * What happens when the state of a thread has failed: another try, or a catcher, or the end of the thread.
 * The events of the failure itself (TaskFailed and the like) are recorded already.
 */
export async function failState(
  execution: Execution,
  thread: Thread,
  raised: StatesError,
): Promise<void> {
  const state = execution.stateOf(thread);
  const { frame } = thread;
  const failure = tellEvaluation(execution, thread, raised);
  if (!('retry' in state)) return failThread(execution, thread, failure);

  const retrier = findRetrier(state.retry, frame.spent, failure);
  const policy = retrier === undefined ? undefined : state.retry[retrier];
  if (retrier !== undefined && policy) {
    const spent = frame.spent[retrier] ?? 0;
    recordFanOutFailure(execution, thread);
    frame.spent = state.retry.map((_, at) => (frame.spent[at] ?? 0) + (at === retrier ? 1 : 0));
    frame.step = 'retry';
    frame.until = execution.now() + retryDelay(policy, spent, Math.random);
    delete frame.attempt;
    execution.touch(thread);
    await execution.commit();
    return armRetry(execution, thread);
  }

  const catcher = state.catch.find(({ errorEquals }) => covers(errorEquals, failure));
  if (!catcher) {
    recordFanOutFailure(execution, thread, true);
    return failThread(execution, thread, failure);
  }
  try {
    const scope = execution.scope(thread);
    scope.states.errorOutput = failure.output;
    const departure = await evaluateDeparture(state, catcher, scope, failure.output);
    if (thread.cancelled) return;
    recordFanOutFailure(execution, thread);
    depart(execution, thread, departure, catcher.next);
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    if (thread.cancelled) return;
    const told = tellEvaluation(execution, thread, error);
    recordFanOutFailure(execution, thread, true);
    failThread(execution, thread, told);
  }
}

/** An expression that failed has an event of its own, and its message tells the state. */
function tellEvaluation(execution: Execution, thread: Thread, failure: StatesError): StatesError {
  if (!(failure instanceof QueryEvaluationError)) return failure;
  const { frame } = thread;
  const told = failure.in(frame.state, frame.entered.event);
  execution.record(thread, 'EvaluationFailed', 'evaluationFailed', {
    ...failureDetails(told),
    location: failure.location,
    state: frame.state,
  });
  return told;
}

/** A Parallel or Map that ran has its own failure event; its children go unless a redrive may want them. */
function recordFanOutFailure(execution: Execution, thread: Thread, keepChildren = false): void {
  const { frame } = thread;
  if (!frame.fan) return;
  const { type } = execution.stateOf(thread);
  execution.record(thread, `${type}StateFailed`);
  if (keepChildren) return;
  abandonChildren(execution, thread);
  delete frame.fan;
}

/** Enters the state again, without an event of its own, when the time of the retry has come; also after a restart. */
export function armRetry(execution: Execution, thread: Thread): void {
  if (thread.cancelled) return;
  const { frame } = thread;
  const timer = execution.host.clock.at(frame.until ?? 0, () => {
    if (thread.cancelled) return;
    thread.wake();
    frame.step = 'enter';
    delete frame.until;
    void execution.drive(thread);
  });
  thread.addTimer(timer);
}
