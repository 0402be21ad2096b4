import type { Machine } from './definition.ts';
import type { Execution } from './execution.ts';
import { armRetry } from './fail-state.ts';
import type { Frame, Thread } from './frame.ts';
import { goOn } from './run-fan-out.ts';
import { armWait } from './run-state.ts';
import { armTask, callTask } from './run-task.ts';

/** Brings the frames of an execution back into memory. Nothing runs yet. */
export function restoreThreads(execution: Execution, frames: readonly string[]): void {
  for (const text of frames) {
    const frame = JSON.parse(text) as Frame;
    const parent = frame.parent === undefined ? undefined : execution.threads.get(frame.parent);
    execution.adopt(
      frame,
      parent ? machineOf(execution, parent, frame) : execution.machine,
      parent,
    );
  }
}

function machineOf(execution: Execution, parent: Thread, frame: Frame): Machine {
  const state = execution.stateOf(parent);
  const machine =
    state.type === 'Map'
      ? state.processor
      : state.type === 'Parallel'
        ? state.branches[frame.index ?? 0]
        : undefined;
  if (!machine) throw new Error(`frame ${frame.id} of ${execution.row.arn} belongs to no branch`);
  return machine;
}

/**
 * Lets the threads of a restored execution go on from where they stood. A call that was out and not answered is made
 * again, with the same arguments and token; waits keep the times that they had.
 */
export function resumeThreads(execution: Execution): void {
  execution.armDeadline();
  // What starts to run may add threads; those run already.
  const threads = Array.from(execution.threads.values());
  for (const thread of threads) {
    const { frame } = thread;
    if (frame.step === 'enter') void execution.drive(thread);
    else if (frame.step === 'wait') armWait(execution, thread);
    else if (frame.step === 'retry') armRetry(execution, thread);
    else if (frame.step === 'children') void execution.guard(thread, () => goOn(execution, thread));
    else if (frame.step === 'task') {
      armTask(execution, thread);
      // A callback task that has been submitted has nothing to do but wait; a child execution is looked for.
      if (!frame.attempt?.submitted || frame.attempt.child !== undefined)
        callTask(execution, thread);
    }
  }
}

/** Puts every frame that hasn't ended well back to the start of its state, as a redrive wants it. */
export function rewindThreads(execution: Execution, previous: number): void {
  for (const thread of execution.threads.values()) {
    const { frame } = thread;
    const isLeaf = ![...execution.threads.values()].some((one) => one.parent === thread);
    if (frame.step === 'done' && thread.parent) continue;
    frame.spent = [];
    frame.last = previous;
    delete frame.attempt;
    delete frame.until;
    delete frame.failure;
    delete frame.output;
    frame.step = frame.fan && !isLeaf ? 'children' : 'enter';
    if (frame.step === 'enter') delete frame.fan;
    execution.touch(thread);
  }
}
