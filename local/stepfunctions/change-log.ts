import type { Clock } from '../clock.ts';
import type { JsonObject } from '../contracts.ts';
import type {
  Change,
  ExecutionRow,
  ExecutionsStore,
  OutboxEntry,
  Status,
} from './executions-store.ts';
import type { Thread } from './frame.ts';
import { MAX_HISTORY_EVENTS } from './limits.ts';
import { statusEvent } from './outbox.ts';

/** What of an execution is not on disk yet: history events, changed and dropped frames, a new status. */
export class ChangeLog {
  readonly #row: ExecutionRow;
  readonly #store: ExecutionsStore;
  readonly #clock: Clock;
  #events: string[] = [];
  #dirty = new Set<Thread>();
  #removed: number[] = [];
  #outbox: OutboxEntry[] = [];
  #rowChanged = false;
  #lastWrite: Promise<void> = Promise.resolve();
  #waiters: ((write: Promise<void>) => void)[] = [];
  /** Set when an event found no place in the history, which is then full but for its last event. */
  overflow = false;

  constructor(row: ExecutionRow, store: ExecutionsStore, clock: Clock) {
    this.#row = row;
    this.#store = store;
    this.#clock = clock;
  }

  /** How many events wait to be written. */
  get pending(): number {
    return this.#events.length;
  }

  /** Records a history event and answers its id. `details` go into `<kind>EventDetails`. */
  emit(type: string, previous: number, kind?: string, details?: JsonObject): number {
    const last = type.startsWith('Execution') && type !== 'ExecutionStarted';
    if (this.#row.events >= MAX_HISTORY_EVENTS - 1 && !last) {
      this.overflow = true;
      return previous;
    }
    const id = ++this.#row.events;
    const told = kind ? `,"${kind}EventDetails":${JSON.stringify(details)}` : '';
    const timestamp = this.#clock.now() / 1000;
    this.#events.push(
      `{"timestamp":${timestamp},"type":"${type}","id":${id},"previousEventId":${previous}${told}}`,
    );
    return id;
  }

  touch(thread: Thread): void {
    this.#dirty.add(thread);
  }

  remove(thread: Thread): void {
    this.#dirty.delete(thread);
    this.#removed.push(thread.frame.id);
  }

  /** Sets the status and puts its event into the outbox. */
  announce(status: Status): void {
    this.#row.status = status;
    this.#rowChanged = true;
    const event = JSON.stringify(statusEvent(this.#row, this.#clock.now()));
    this.#outbox.push({ id: this.#store.nextOutbox(), event });
  }

  /** Writes all of it. `announced` are the status events among it, `over` tells whether one is of an end. */
  write(): { done: Promise<void>; announced: readonly OutboxEntry[]; over: boolean } {
    const change = this.#take();
    if (!change) return { done: this.#lastWrite, announced: [], over: false };
    const done = this.#store.save(change);
    this.#lastWrite = done;
    for (const waiter of this.#waiters.splice(0)) waiter(done);
    const over = change.row !== undefined && change.row.status !== 'RUNNING';
    return { done, announced: change.outbox, over };
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

  #take(): Change | undefined {
    if (this.#events.length === 0 && this.#dirty.size === 0 && !this.#rowChanged) return undefined;
    const cleared = this.#row.status === 'SUCCEEDED';
    const frames = cleared
      ? []
      : Array.from(this.#dirty, (one) => [one.frame.id, frameText(one)] as const);
    const change: Change = {
      execution: this.#row.id,
      cleared,
      frames,
      removed: this.#removed,
      outbox: this.#outbox,
    };
    if (this.#events.length > 0)
      change.history = {
        first: this.#row.events - this.#events.length + 1,
        events: `[${this.#events.join(',')}]`,
      };
    if (this.#rowChanged) change.row = { ...this.#row };
    this.#events = [];
    this.#dirty = new Set();
    this.#removed = [];
    this.#outbox = [];
    this.#rowChanged = false;
    return change;
  }
}

/** A frame's JSON; its input is the biggest part, and is often at hand as text. */
function frameText({ frame, inputText }: Thread): string {
  if (inputText === undefined) return JSON.stringify(frame);
  return `{"input":${inputText},${JSON.stringify({ ...frame, input: undefined }).slice(1)}`;
}
