import type { Clock, Timer } from '../clock.ts';
import type { Integrations, Json, JsonObject } from '../contracts.ts';
import type { Machine, State } from './definition.ts';
import type { Scope } from './evaluate.ts';
import type {
  Change,
  ExecutionRow,
  ExecutionsStore,
  OutboxEntry,
  Status,
} from './executions-store.ts';
import { type Frame, Thread } from './frame.ts';
import { exceedsDataLimit, MAX_HISTORY_EVENTS } from './limits.ts';
import { statusEvent } from './outbox.ts';
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
  #events: string[] = [];
  #dirty = new Set<Thread>();
  #removed: number[] = [];
  #rowChanged = false;
  #outbox: OutboxEntry[] = [];
  #overflow = false;
  #abandoned = false;
  #deadline: Timer | undefined;
  #lastFrame = -1;
  #lastWrite: Promise<void> = Promise.resolve();
  #waiters: ((write: Promise<void>) => void)[] = [];
  readonly #context: JsonObject;

  constructor(row: ExecutionRow, machine: Machine, machineName: string, role: string, host: Host) {
    this.row = row;
    this.machine = machine;
    this.role = role;
    this.host = host;
    this.input = JSON.parse(row.input) as Json;
    this.#context = {
      Execution: {
        Id: row.arn,
        Input: this.input,
        Name: row.name,
        RoleArn: role,
        StartTime: new Date(row.started).toISOString(),
        RedriveCount: row.redrives,
      },
      StateMachine: { Id: row.machine, Name: machineName },
    };
  }

  now(): number {
    return this.host.clock.now();
  }

  /** Begins a new execution; resolves when it is on disk. */
  start(): Promise<void> {
    this.#rowChanged = true;
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
    this.#dirty.add(thread);
  }

  remove(thread: Thread): void {
    this.cancel(thread);
    this.threads.delete(thread.frame.id);
    this.#dirty.delete(thread);
    this.#removed.push(thread.frame.id);
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
    const terminal = type.startsWith('Execution') && type !== 'ExecutionStarted';
    if (this.row.events >= MAX_HISTORY_EVENTS - 1 && !terminal) {
      this.#overflow = true;
      return previous;
    }
    const id = ++this.row.events;
    const told = kind ? `,"${kind}EventDetails":${JSON.stringify(details)}` : '';
    this.#events.push(
      `{"timestamp":${this.now() / 1000},"type":"${type}","id":${id},"previousEventId":${previous}${told}}`,
    );
    return id;
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
    const { frame } = thread;
    const state: JsonObject = {
      Name: frame.state,
      EnteredTime: new Date(frame.entered.at).toISOString(),
    };
    if ('retry' in this.stateOf(thread)) state.RetryCount = frame.spent.reduce((a, b) => a + b, 0);
    const context: JsonObject = { ...this.#context, State: state };
    const token = more.token ?? frame.attempt?.token;
    if (token) context.Task = { Token: token };
    const item = more.item ?? itemOf(thread);
    if (item !== undefined) context.Map = { Item: item };
    return { states: { input: frame.input, context }, variables: thread.variables };
  }

  /** Runs a thread until it waits for something, or ends. */
  async drive(thread: Thread): Promise<void> {
    try {
      while (thread.frame.step === 'enter' && !thread.cancelled) {
        await runState(this, thread);
        if (this.#overflow && !this.closed) this.#fail(HISTORY_FULL);
        if (this.#events.length >= 64) await this.commit();
      }
    } catch (error) {
      if (this.closed || thread.cancelled) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#fail(new StatesError(RUNTIME, `An internal error occurred: ${message}`));
    }
  }

  #fail(failure: StatesError): void {
    const root = this.threads.get(0);
    this.fail(failure, root?.frame.last ?? 0);
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

  /** Sets the status and puts its event into the outbox. */
  announce(status: Status): void {
    this.row.status = status;
    this.#rowChanged = true;
    const id = this.host.store.nextOutbox();
    this.#outbox.push({ id, event: JSON.stringify(statusEvent(this.row, this.now())) });
  }

  /** Writes all that is not on disk yet. */
  commit(): Promise<void> {
    if (this.#overflow && !this.closed) this.#fail(HISTORY_FULL);
    const change = this.#abandoned ? undefined : this.#takeChange();
    if (!change) return this.#lastWrite;
    const write = this.host.store.save(change);
    this.#lastWrite = write;
    for (const waiter of this.#waiters.splice(0)) waiter(write);
    const { outbox } = change;
    if (outbox.length === 0) return write;
    return this.#tell(write, outbox, change.row?.status !== 'RUNNING');
  }

  async #tell(write: Promise<void>, outbox: readonly OutboxEntry[], over: boolean): Promise<void> {
    await write;
    this.host.announced(this, outbox, over);
  }

  /** Resolves when all that has been recorded so far is on disk; it doesn't start a write itself. */
  durable(): Promise<void> {
    if (this.#events.length === 0 && this.#dirty.size === 0) return this.#lastWrite;
    return new Promise((resolve, reject) => {
      this.#waiters.push((write) => {
        write.then(resolve, reject);
      });
    });
  }

  #takeChange(): Change | undefined {
    if (this.#events.length === 0 && this.#dirty.size === 0 && !this.#rowChanged) return undefined;
    const cleared = this.row.status === 'SUCCEEDED';
    const change: Change = {
      execution: this.row.id,
      cleared,
      removed: this.#removed,
      outbox: this.#outbox,
      frames: cleared
        ? []
        : Array.from(this.#dirty, (thread) => [thread.frame.id, frameText(thread)]),
    };
    if (this.#events.length > 0)
      change.history = {
        first: this.row.events - this.#events.length + 1,
        events: `[${this.#events.join(',')}]`,
      };
    if (this.#rowChanged) change.row = { ...this.row };
    this.#events = [];
    this.#dirty = new Set();
    this.#removed = [];
    this.#rowChanged = false;
    this.#outbox = [];
    return change;
  }
}

const HISTORY_FULL = new StatesError(
  RUNTIME,
  `The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`,
);

/** A frame's JSON; its input is the biggest part, and is often at hand as text. */
function frameText({ frame, inputText }: Thread): string {
  if (inputText === undefined) return JSON.stringify(frame);
  return `{"input":${inputText},${JSON.stringify({ ...frame, input: undefined }).slice(1)}`;
}

function itemOf(thread: Thread): Json | undefined {
  for (let at: Thread | undefined = thread; at; at = at.parent)
    if (at.frame.item !== undefined) return at.frame.item;
  return undefined;
}

/** `error` and `cause` as the history shows them: absent where there is none. */
export function failureDetails(failure: StatesError): { error?: string; cause?: string } {
  return {
    ...(failure.error === undefined ? {} : { error: failure.error }),
    ...(failure.reason === undefined ? {} : { cause: truncate(failure.reason) }),
  };
}

/** AWS keeps at most 32,768 characters of a cause. */
function truncate(cause: string): string {
  return exceedsDataLimit(cause) || cause.length > 32_768 ? cause.slice(0, 32_768) : cause;
}
