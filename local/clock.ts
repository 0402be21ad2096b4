/** A pending timer; calling `cancel` after it fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time for everything in the local cloud. Milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
  /** Runs `fire` once, when `now()` has reached `at`. A time in the past fires on the next turn of the event loop. */
  at(at: number, fire: () => void): Timer;
}

interface Entry {
  at: number;
  fire: () => void;
  handle?: NodeJS.Timeout;
}

/**
 * Real time that can be set forward: `now()` is the system's time plus an offset, so that I/O goes on as usual
 * while fifteen minutes of waiting take no time at all.
 *
 * The offset lives in shared memory: a Lambda worker that is given `offset` lives in the same time.
 */
export class VirtualClock implements Clock {
  readonly offset: Float64Array;
  readonly #pending = new Set<Entry>();

  constructor(offset = new Float64Array(new SharedArrayBuffer(8))) {
    this.offset = offset;
  }

  now(): number {
    return Date.now() + (this.offset[0] ?? 0);
  }

  at(at: number, fire: () => void): Timer {
    const entry: Entry = { at, fire };
    this.#pending.add(entry);
    this.#arm(entry);
    return {
      cancel: () => {
        if (this.#pending.delete(entry)) clearTimeout(entry.handle);
      },
    };
  }

  /** Sets the time forward by `ms` and fires, in order of their times, the timers that became due. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`the clock only goes forward: advance(${ms})`);
    this.offset[0] = (this.offset[0] ?? 0) + ms;
    const entries = [...this.#pending].sort((a, b) => a.at - b.at);
    for (const entry of entries) {
      clearTimeout(entry.handle);
      this.#arm(entry);
    }
  }

  #arm(entry: Entry): void {
    // setTimeout cannot wait longer than 2^31-1 ms; a longer wait is armed again when that has passed.
    const wait = Math.min(Math.max(0, Math.ceil(entry.at - this.now())), 2 ** 31 - 1);
    entry.handle = setTimeout(() => {
      if (this.now() < entry.at) return this.#arm(entry);
      if (this.#pending.delete(entry)) entry.fire();
    }, wait);
    entry.handle.unref();
  }
}
