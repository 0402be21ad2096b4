import type { Json } from '../contracts.ts';
import type { MapState, ParallelState } from './definition.ts';
import { evaluate, expectKind, type Template } from './evaluate.ts';
import { type Execution, failureDetails } from './execution.ts';
import { failState } from './fail-state.ts';
import type { FanOut, Thread } from './frame.ts';
import { depart, evaluateDeparture } from './leave-state.ts';
import { checkDataLimit } from './limits.ts';
import { QueryEvaluationError, StatesError } from './states-error.ts';

/** An inline Map runs at most this many iterations at once, whatever MaxConcurrency says. */
const MAX_CONCURRENCY = 40;

export async function runParallel(
  execution: Execution,
  thread: Thread,
  state: ParallelState,
): Promise<void> {
  const { arguments: args } = state;
  const input = args ? await evaluate(args, execution.scope(thread)) : thread.frame.input;
  checkDataLimit(state.name, JSON.stringify(input));
  if (thread.cancelled) return;
  const count = state.branches.length;
  begin(execution, thread, { items: [], count, next: count, concurrency: count, tolerated: 0 });
  execution.record(thread, 'ParallelStateStarted');
  const { last } = thread.frame;
  const children = state.branches.map((machine, index) =>
    execution.addThread({ machine, input, parent: thread, index, last }),
  );
  for (const child of children) startChild(execution, child);
}

export async function runMap(execution: Execution, thread: Thread, state: MapState): Promise<void> {
  const scope = execution.scope(thread);
  const items = state.items ? await evaluate(state.items, scope) : thread.frame.input;
  if (state.items) expectKind(state.items, 'Items', items, ['array', 'object']);
  else if (!Array.isArray(items))
    throw new QueryEvaluationError(
      'Items',
      "The input of a Map state without 'Items' must be an array",
    );
  // An object is gone through as its keys and values.
  const list: Json[] = Array.isArray(items)
    ? items.map((Value, Index) => ({ Index, Value }))
    : Object.entries(Object(items) as Record<string, Json>).map(([Key, Value], Index) => ({
        Index,
        Key,
        Value,
      }));
  const number = async (field: string, template: Template | undefined): Promise<number> => {
    if (!template) return 0;
    const value = await evaluate(template, scope);
    expectKind(template, field, value, ['number']);
    if (Number(value) < 0)
      throw new QueryEvaluationError(
        field,
        `${field} must not be negative but was: ${Number(value)}`,
      );
    return Number(value);
  };
  const wanted = await number('MaxConcurrency', state.maxConcurrency);
  const count = await number('ToleratedFailureCount', state.toleratedFailureCount);
  const percentage = await number('ToleratedFailurePercentage', state.toleratedFailurePercentage);
  if (thread.cancelled) return;
  begin(execution, thread, {
    items: list,
    count: list.length,
    next: 0,
    concurrency: Math.min(wanted || MAX_CONCURRENCY, MAX_CONCURRENCY),
    tolerated: Math.max(count, Math.floor((percentage / 100) * list.length)),
  });
  execution.record(thread, 'MapStateStarted', 'mapStateStarted', { length: list.length });
  await goOn(execution, thread);
}

function begin(execution: Execution, thread: Thread, fan: FanOut): void {
  thread.frame.fan = fan;
  thread.frame.step = 'children';
  execution.touch(thread);
}

function startChild(execution: Execution, child: Thread): void {
  execution.enter(child, child.machine.startAt);
  void execution.drive(child);
}

// The fan-outs that are being carried on, and whether something has happened to them meanwhile.
const busy = new WeakMap<FanOut, { again: boolean }>();

/**
 * Carries a fan-out on after a child has ended (or all have been brought back from disk): starts iterations up to the
 * concurrency, and leaves the state when all are over.
 */
export async function goOn(execution: Execution, thread: Thread): Promise<void> {
  const { fan } = thread.frame;
  if (!fan || thread.cancelled) return;
  const turn = busy.get(fan);
  if (turn) {
    turn.again = true;
    return;
  }
  await takeTurns(execution, thread, fan);
  if (!execution.closed) await execution.commit();
}

async function takeTurns(execution: Execution, thread: Thread, fan: FanOut): Promise<void> {
  const state = execution.stateOf(thread);
  const turn = { again: false };
  busy.set(fan, turn);
  try {
    do {
      turn.again = false;
      if (state.type === 'Map') await startIterations(execution, thread, state, fan);
      if (thread.frame.fan === fan) await finishIfComplete(execution, thread, fan);
    } while (turn.again && thread.frame.fan === fan && !thread.cancelled);
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    if (thread.frame.fan === fan) await failFanOut(execution, thread, error);
  }
  busy.delete(fan);
}

async function startIterations(
  execution: Execution,
  thread: Thread,
  state: MapState,
  fan: FanOut,
): Promise<void> {
  while (fan.next < fan.count && running(execution, thread) < fan.concurrency) {
    const index = fan.next;
    const item = fan.items[index] ?? null;
    const input = await itemInput(execution, thread, state, item);
    if (thread.cancelled || thread.frame.fan !== fan) return;
    fan.next++;
    const child = execution.addThread({
      machine: state.processor,
      input,
      parent: thread,
      index,
      item,
      // The event that made room: the last one of an iteration that has ended, or the start of the Map.
      last: thread.frame.last,
    });
    execution.record(child, 'MapIterationStarted', 'mapIterationStarted', {
      name: state.name,
      index,
    });
    execution.touch(thread);
    startChild(execution, child);
  }
}

async function itemInput(
  execution: Execution,
  thread: Thread,
  state: MapState,
  item: Json,
): Promise<Json> {
  const { Value: value } = item as { Value: Json };
  if (!state.itemSelector) return value;
  const input = await evaluate(state.itemSelector, execution.scope(thread, { item }));
  checkDataLimit(state.name, JSON.stringify(input));
  return input;
}

function childrenOf(execution: Execution, thread: Thread): Thread[] {
  const children: Thread[] = [];
  for (const one of execution.threads.values()) if (one.parent === thread) children.push(one);
  return children.sort((a, b) => (a.frame.index ?? 0) - (b.frame.index ?? 0));
}

const isOver = ({ frame }: Thread): boolean => frame.step === 'done' || frame.step === 'failed';

function running(execution: Execution, thread: Thread): number {
  let count = 0;
  for (const one of execution.threads.values()) if (one.parent === thread && !isOver(one)) count++;
  return count;
}

/** Ends a thread with its last state's output: the execution's end, or a branch's or iteration's. */
export function endThread(
  execution: Execution,
  thread: Thread,
  output: Json,
  outputText: string,
): void {
  const { frame, parent } = thread;
  frame.step = 'done';
  frame.output = output;
  execution.touch(thread);
  if (!parent) return execution.succeed(outputText, frame.last);
  const state = execution.stateOf(parent);
  if (state.type === 'Map')
    execution.emit('MapIterationSucceeded', frame.last, 'mapIterationSucceeded', {
      name: state.name,
      index: frame.index ?? 0,
    });
  parent.frame.last = frame.last;
  execution.touch(parent);
  void execution.guard(parent, () => goOn(execution, parent));
}

/** Ends a thread with a failure that nothing on it has caught. */
export function failThread(execution: Execution, thread: Thread, failure: StatesError): void {
  const { frame, parent } = thread;
  frame.step = 'failed';
  frame.failure = failureDetails(failure);
  execution.touch(thread);
  if (!parent) return execution.fail(failure, frame.last);
  const state = execution.stateOf(parent);
  if (state.type === 'Map')
    execution.emit('MapIterationFailed', frame.last, 'mapIterationFailed', {
      name: state.name,
      index: frame.index ?? 0,
    });
  parent.frame.last = frame.last;
  execution.touch(parent);
  const failed = childrenOf(execution, parent).filter(
    (child) => child.frame.step === 'failed',
  ).length;
  const tolerated = parent.frame.fan?.tolerated ?? 0;
  if (failed <= tolerated) void execution.guard(parent, () => goOn(execution, parent));
  else {
    const why = tolerated > 0 ? exceeded(failed) : failure;
    void execution.guard(parent, () => failFanOut(execution, parent, why));
  }
}

function exceeded(failed: number): StatesError {
  return new StatesError(
    'States.ExceedToleratedFailureThreshold',
    `The specified tolerated failure threshold was exceeded: ${failed} iterations failed.`,
  );
}

/** Leaves a Parallel or Map all of whose children have ended. */
async function finishIfComplete(execution: Execution, thread: Thread, fan: FanOut): Promise<void> {
  const { frame } = thread;
  const state = execution.stateOf(thread);
  if (thread.cancelled || (state.type !== 'Map' && state.type !== 'Parallel')) return;
  const children = childrenOf(execution, thread);
  if (fan.next < fan.count || children.length < fan.count || !children.every(isOver)) return;
  const result: Json = children.map(({ frame: { output, failure } }) =>
    failure ? { Error: failure.error ?? '', Cause: failure.cause ?? '' } : (output ?? null),
  );
  try {
    checkDataLimit(state.name, JSON.stringify(result));
    const scope = execution.scope(thread);
    scope.states.result = result;
    const departure = await evaluateDeparture(state, state, scope, result);
    if (thread.cancelled) return;
    execution.emit(`${state.type}StateSucceeded`, frame.last);
    abandonChildren(execution, thread);
    depart(execution, thread, departure, state.next);
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    if (thread.cancelled) return;
    await failState(execution, thread, error);
  }
  void execution.drive(thread);
}

/** Fails a Parallel or Map: its other children are aborted. */
async function failFanOut(
  execution: Execution,
  thread: Thread,
  failure: StatesError,
): Promise<void> {
  const state = execution.stateOf(thread);
  const { last } = thread.frame;
  thread.wake();
  for (const child of childrenOf(execution, thread)) {
    if (isOver(child)) continue;
    abort(execution, child, last);
    if (state.type === 'Map')
      execution.emit('MapIterationAborted', last, 'mapIterationAborted', {
        name: state.name,
        index: child.frame.index ?? 0,
      });
  }
  await failState(execution, thread, failure);
  void execution.drive(thread);
}

/** Stops a thread and all below it; `previous` is the event that led to it. */
export function abort(execution: Execution, thread: Thread, previous: number): void {
  for (const child of childrenOf(execution, thread))
    if (!isOver(child)) abort(execution, child, previous);
  if (thread.frame.step === 'task') execution.emit('TaskStateAborted', previous);
  execution.cancel(thread);
}

/** Drops the frames of all children. */
export function abandonChildren(execution: Execution, thread: Thread): void {
  for (const child of childrenOf(execution, thread)) {
    abandonChildren(execution, child);
    execution.remove(child);
  }
}
