import type { Timer } from '../clock.ts';
import type { Json, JsonObject } from '../contracts.ts';
import type { Machine } from './definition.ts';

/**
 * Where one line of an execution stands: the machine itself (frame 0), a branch of a Parallel, an iteration of a Map.
 * It is what survives the process. All times are absolute, in milliseconds.
 *
 *   enter    the state is entered and has to be run (again)
 *   task     a call is out, or its token is waited for
 *   wait     a Wait state, until `until`
 *   retry    a failed attempt, to be repeated at `until`
 *   children its branches or iterations are running
 *   done     ended with `output`
 *   failed   ended with `failure`
 */
export interface Frame {
  readonly id: number;
  readonly parent?: number;
  /** Which branch, or which item. */
  readonly index?: number;
  /** `Map.Item` of the context object, in an iteration. */
  readonly item?: Json;
  state: string;
  step: 'enter' | 'task' | 'wait' | 'retry' | 'children' | 'done' | 'failed';
  input: Json;
  /** What its own states have assigned. A nested frame reads its parents' too, and never writes them. */
  variables: JsonObject;
  entered: { at: number; event: number };
  /** Retries so far, by retrier of the state. */
  spent: number[];
  /** Its latest history event: `previousEventId` of its next. */
  last: number;
  attempt?: Attempt;
  until?: number;
  fan?: FanOut;
  output?: Json;
  failure?: { error?: string; cause?: string };
}

/** One attempt of a task. */
export interface Attempt {
  args: Json;
  token?: string;
  deadline?: number;
  heartbeat?: { seconds: number; deadline: number };
  /** The call has been answered; only its token is waited for (or its child execution). */
  submitted?: boolean;
  /** The name of the execution that this attempt starts, if it starts one. */
  child?: string;
  /** The execution that it waits for, once started. */
  childArn?: string;
}

/** The running of a Parallel or Map. */
export interface FanOut {
  /** Of a Map: its items. */
  items: Json[];
  count: number;
  /** The index of the next child to start. */
  next: number;
  concurrency: number;
  /** A Map fails when more than this many iterations have failed. */
  tolerated: number;
}

/** A frame in the memory of a running execution, with what need not survive. */
export class Thread {
  readonly frame: Frame;
  readonly machine: Machine;
  readonly parent: Thread | undefined;
  /** The JSON text of the frame's input, if it is known. */
  inputText: string | undefined;
  /** Set once nothing may happen on it any more. */
  cancelled = false;
  /** Changes when a wait is over, so that what comes late is known to be late. */
  epoch = 0;
  readonly #timers: Timer[] = [];

  constructor(frame: Frame, machine: Machine, parent?: Thread) {
    this.frame = frame;
    this.machine = machine;
    this.parent = parent;
  }

  addTimer(timer: Timer): void {
    this.#timers.push(timer);
  }

  /** Ends the present wait. */
  wake(): void {
    this.epoch++;
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }

  /** The variables in sight: its own, over those of the frames around it. */
  get variables(): JsonObject {
    return this.parent
      ? { ...this.parent.variables, ...this.frame.variables }
      : this.frame.variables;
  }
}
