import { percentile } from './percentile.ts';

const REMEMBERED = 101;
/** The first orders of all take long, and say nothing of the next. */
const ENOUGH = 5;
/** Each look waits so much of the time that its order has taken so far. */
const STEP_SHARE = 0.1;
/** The same before enough is known, when the first look comes much too soon. */
const FIRST_STEP_SHARE = 0.5;
const SHORTEST_STEP_MS = 2;

/**
 * When to look at an order. A look costs the cloud a function and a read, so that a tight loop of them would measure
 * itself; `?wait=` would hold an instance of the function for every caller.
 *
 * The first look comes when half of the latest orders had ended, by the times in the orders themselves: learning
 * from what was seen could only ever make it later. Further looks come a tenth later each. So the median that is seen
 * is the true one, and no order is seen more than a tenth of its own time late, for a few looks at each.
 */
export class Pace {
  readonly #latest: number[] = [];
  #next = 0;

  /** Learns from an order that took `ms` by its own times. */
  learn(ms: number): void {
    this.#latest[this.#next] = ms;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** Milliseconds from an order's start to the first look. */
  first(): number {
    return this.#knowsEnough ? (percentile(this.#latest, 0.5) ?? 0) : 0;
  }

  /** Milliseconds to the next look at an order that has taken `ms` so far. */
  step(ms: number): number {
    const share = this.#knowsEnough ? STEP_SHARE : FIRST_STEP_SHARE;
    return Math.max(SHORTEST_STEP_MS, ms * share);
  }

  get #knowsEnough(): boolean {
    return this.#latest.length >= ENOUGH;
  }
}
