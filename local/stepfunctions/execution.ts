import type { Clock, Timer } from '../clock.ts';
import type { Integrations, Json, JsonObject } from '../contracts.ts';
import { ChangeLog } from './change-log.ts';
import { executionContext, stateContext } from './context-object.ts';
import type { Machine, State } from './definition.ts';
import type { Scope } from './evaluate.ts';
import type { ExecutionRow, ExecutionsStore, OutboxEntry, Status } from './executions-store.ts';
import { type Frame, Thread } from './frame.ts';
import { MAX_HISTORY_EVENTS } from './limits.ts';
import { abort } from './run-fan-out.ts';
import { runState } from './run-state.ts';
import { RUNTIME, StatesError } from './states-error.ts';

/** What an execution needs of the engine that runs it. */
export interface Host {
  readonly clock: Clock;
  readonly integrations: Integrations;
  readonly store: ExecutionsStore;
  /** Who waits for which token. */
  readonly tokens: Map<string, { execution: Execution; thread: Thread }>;
  /** Starts an execution, or finds the one that an earlier try has started. */
  startChild(machineArn: string, name: string, input: string): Promise<ExecutionRow>;
  /** Resolves with the row of an execution that has ended. */
  ended(arn: string): Promise<ExecutionRow>;
  stopChild(arn: string): void;
  /** Called when new statuses are on disk, with the events that tell of them; `over` when one is an end. */
  announced(execution: Execution, outbox: readonly OutboxEntry[], over: boolean): void;
}

/**
 * One running execution: its threads, the history events and frames that are not on disk yet.
 *
 * The rule that makes it durable: a thread evaluates first, and then changes its frame and records the events of the
 * change in one go, without waiting in between. So whatever `commit` writes, frames and history fit together.
 */
export class Execution {
  readonly row: ExecutionRow;
  readonly machine: Machine;
  readonly role: string;
  readonly host: Host;
  readonly input: Json;
  readonly threads = new Map<number, Thread>();
  closed = false;
  readonly #log: ChangeLog;
  readonly #context: JsonObject;
  #abandoned = false;
  #deadline: Timer | undefined;
  #lastFrame = -1;

  constructor(row: ExecutionRow, machine: Machine, role: string, host: Host) {
    this.row = row;
    this.machine = machine;
    this.role = role;
    this.host = host;
    this.input = JSON.parse(row.input) as Json;
    this.#log = new ChangeLog(row, host.store, host.clock);
    this.#context = executionContext(row, this.input, role);
  }

  now(): number {
    return this.host.clock.now();
  }

  /** Begins a new execution; resolves when it is on disk. */
  start(): Promise<void> {
    this.emit('ExecutionStarted', 0, 'executionStarted', {
      input: this.row.input,
      inputDetails: { truncated: false },
      roleArn: this.role,
    });
    this.announce('RUNNING');
    const thread = this.addThread({ machine: this.machine, input: this.input });
    thread.inputText = this.row.input;
    this.enter(thread, this.machine.startAt);
    const durable = this.durable();
    this.armDeadline();
    void this.drive(thread);
    return durable;
  }

  /** The machine's own timeout. */
  armDeadline(): void {
    const root = this.threads.get(0);
    if (this.row.deadline === null || !root) return;
    this.#deadline = this.host.clock.at(this.row.deadline, () => {
      if (this.closed) return;
      this.emit('ExecutionTimedOut', 0, 'executionTimedOut', {});
      this.end('TIMED_OUT', {});
    });
  }

  /** Ends the execution from outside; resolves when that is on disk. */
  async abort(error?: string, cause?: string): Promise<void> {
    if (!this.closed) {
      const how = {
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      };
      const root = this.threads.get(0);
      if (root) abort(this, root, root.frame.last);
      this.emit('ExecutionAborted', 0, 'executionAborted', how);
      this.end('ABORTED', how);
    }
    await this.commit();
  }

  /** Forgets the execution without ending it: the process stops, and `recover` will take it up. */
  abandon(): void {
    this.closed = true;
    this.#abandoned = true;
    this.#deadline?.cancel();
    for (const thread of this.threads.values()) this.cancel(thread);
  }

  addThread(spec: {
    machine: Machine;
    input: Json;
    parent?: Thread;
    index?: number;
    item?: Json;
    last?: number;
  }): Thread {
    const { machine, parent } = spec;
    const frame: Frame = {
      id: ++this.#lastFrame,
      ...(parent ? { parent: parent.frame.id } : {}),
      ...(spec.index === undefined ? {} : { index: spec.index }),
      ...(spec.item === undefined ? {} : { item: spec.item }),
      state: machine.startAt,
      step: 'enter',
      input: spec.input,
      variables: {},
      entered: { at: this.now(), event: 0 },
      spent: [],
      last: spec.last ?? 0,
    };
    return this.adopt(frame, machine, parent);
  }

  /** Takes a frame (new, or from disk) into the memory. */
  adopt(frame: Frame, machine: Machine, parent?: Thread): Thread {
    const thread = new Thread(frame, machine, parent);
    this.threads.set(frame.id, thread);
    this.#lastFrame = Math.max(this.#lastFrame, frame.id);
    this.touch(thread);
    return thread;
  }

  /** Marks a frame as changed. */
  touch(thread: Thread): void {
    this.#log.touch(thread);
  }

  remove(thread: Thread): void {
    this.cancel(thread);
    this.threads.delete(thread.frame.id);
    this.#log.remove(thread);
  }

  /** Lets nothing happen on a thread any more. Its frame stays as it is. */
  cancel(thread: Thread): void {
    thread.cancelled = true;
    thread.wake();
    const { attempt } = thread.frame;
    if (attempt?.token) this.host.tokens.delete(attempt.token);
    if (attempt?.childArn && !this.#abandoned) this.host.stopChild(attempt.childArn);
  }

  /** Records a history event and answers its id. `details` go into `<kind>EventDetails`. */
  emit(type: string, previous: number, kind?: string, details?: JsonObject): number {
    return this.#log.emit(type, previous, kind, details);
  }

  /** Records an event of a thread, after its latest one. */
  record(thread: Thread, type: string, kind?: string, details?: JsonObject): number {
    thread.frame.last = this.emit(type, thread.frame.last, kind, details);
    this.touch(thread);
    return thread.frame.last;
  }

  /** Moves a thread into a state. Its input is on the frame. */
  enter(thread: Thread, name: string): void {
    const { frame } = thread;
    const state = this.stateOf(thread, name);
    frame.state = name;
    frame.step = 'enter';
    frame.spent = [];
    delete frame.attempt;
    delete frame.until;
    delete frame.fan;
    thread.inputText ??= JSON.stringify(frame.input);
    const event = this.record(thread, `${state.type}StateEntered`, 'stateEntered', {
      name,
      input: thread.inputText,
      inputDetails: { truncated: false },
    });
    frame.entered = { at: this.now(), event };
  }

  stateOf(thread: Thread, name = thread.frame.state): State {
    const state = thread.machine.states.get(name);
    if (!state) throw new Error(`there is no state '${name}' in this revision of the definition`);
    return state;
  }

  /** What the expressions of the thread's state may read. */
  scope(thread: Thread, more: { token?: string; item?: Json } = {}): Scope {
    const context = stateContext(this.#context, thread, this.stateOf(thread), more);
    return { states: { input: thread.frame.input, context }, variables: thread.variables };
  }

  /** Runs a thread until it waits for something, or ends. */
  drive(thread: Thread): Promise<void> {
    return this.guard(thread, async () => {
      while (thread.frame.step === 'enter' && !thread.cancelled) {
        await runState(this, thread);
        if (this.#log.overflow) await this.commit();
        // A loop of states that wait for nothing must let others have their turn.
        if (this.#log.pending >= 64) await this.commit();
      }
    });
  }

  /** Runs `work` of a thread. A fault of the engine's own ends the execution instead of the process. */
  async guard(thread: Thread, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.closed || thread.cancelled) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#fail(new StatesError(RUNTIME, `An internal error occurred: ${message}`));
    }
  }

  #fail(failure: StatesError): void {
    this.fail(failure, this.threads.get(0)?.frame.last ?? 0);
  }

  /** Ends the execution as FAILED; `previous` is the event that led to it. */
  fail(failure: StatesError, previous: number): void {
    const details = failureDetails(failure);
    this.emit('ExecutionFailed', previous, 'executionFailed', details);
    this.end('FAILED', details);
  }

  succeed(output: string, previous: number): void {
    this.emit('ExecutionSucceeded', previous, 'executionSucceeded', {
      output,
      outputDetails: { truncated: false },
    });
    this.end('SUCCEEDED', { output });
  }

  /** Closes the execution: its last event is recorded already. */
  end(status: Status, how: { output?: string; error?: string; cause?: string }): void {
    if (this.closed) return;
    this.closed = true;
    this.#deadline?.cancel();
    for (const thread of this.threads.values()) this.cancel(thread);
    this.row.output = how.output ?? null;
    this.row.error = how.error ?? null;
    this.row.cause = how.cause ?? null;
    this.row.stopped = this.now();
    this.announce(status);
    void this.commit();
  }

  /** Sets the status, which the bus will learn of. */
  announce(status: Status): void {
    this.#log.announce(status);
  }

  /** Writes all that is not on disk yet. */
  async commit(): Promise<void> {
    if (this.#abandoned) return;
    if (this.#log.overflow && !this.closed) this.#fail(HISTORY_FULL);
    const { done, announced, over } = this.#log.write();
    await done;
    if (announced.length > 0) this.host.announced(this, announced, over);
  }

  /** Resolves when all that has been recorded so far is on disk; it doesn't start a write itself. */
  durable(): Promise<void> {
    return this.#log.durable();
  }
}

const HISTORY_FULL = new StatesError(
  RUNTIME,
  `The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`,
);

/** `error` and `cause` as the history shows them: absent where there is none. */
export function failureDetails(failure: StatesError): { error?: string; cause?: string } {
  return {
    ...(failure.error === undefined ? {} : { error: failure.error }),
    ...(failure.reason === undefined ? {} : { cause: truncate(failure.reason) }),
  };
}

/** AWS keeps at most 32,768 characters of a cause. */
function truncate(cause: string): string {
  return cause.length > 32_768 ? cause.slice(0, 32_768) : cause;
}
