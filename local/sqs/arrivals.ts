import type { Clock, Timer } from '../clock.ts';

/**
 * Wakes who waits for messages: when one arrives, when a hidden or delayed one becomes visible, or when the
 * waiting time is over. Nobody polls.
 */
export class Arrivals {
  readonly #clock: Clock;
  readonly #versions = new Map<number, number>();
  readonly #waiting = new Map<number, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says that what can be received from `queueId` may have changed. */
  announce(queueId: number): void {
    this.#versions.set(queueId, this.version(queueId) + 1);
    const waiting = this.#waiting.get(queueId);
    if (waiting) for (const wake of waiting) wake();
  }

  /** Read this before looking for messages, so that `wait` knows of an arrival in between. */
  version(queueId: number): number {
    return this.#versions.get(queueId) ?? 0;
  }

  /** Resolves when something arrived since `version`, at `until` (ms, may be Infinity), or when `signal` aborts. */
  wait(queueId: number, version: number, until: number, signal?: AbortSignal): Promise<void> {
    if (this.version(queueId) !== version || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      const waiting = this.#waiting.get(queueId) ?? new Set();
      const wake = () => {
        timer?.cancel();
        waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.set(queueId, waiting.add(wake));
      signal?.addEventListener('abort', wake);
      if (Number.isFinite(until)) timer = this.#clock.at(until, wake);
    });
  }
}
