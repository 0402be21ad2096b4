import type { FunctionConfig } from './function-config.ts';
import type { Instance, Outcome } from './instance.ts';

interface Waiting {
  requestId: string;
  event: string;
  settle: (outcome: Outcome) => void;
  since: number;
}

/** What a pool asks of the whole runtime. */
export interface Capacity {
  /** Whether one more instance may start; it may stop an idle one of another function to make room. */
  allow(pool: FunctionPool): boolean;
  start(config: FunctionConfig): Instance;
}

/** A start takes as long; with each instance that runs already, an event has to wait that much longer. */
const WAIT_BEFORE_START_MS = 40;

/**
 * The instances of one function. An event goes to the instance that ended last (the warmest), or waits in line.
 *
 * The first instance starts at once. A further one starts only when an event has waited for long: short events are
 * sooner done by the instances that run, and each instance costs some 20 MB and the time of a processor to start.
 */
export class FunctionPool {
  readonly config: FunctionConfig;
  readonly #capacity: Capacity;
  readonly #limit: number;
  readonly #all = new Set<Instance>();
  readonly #idle: Instance[] = [];
  readonly #line: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(config: FunctionConfig, limit: number, capacity: Capacity) {
    this.config = config;
    this.#limit = limit;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#all.size;
  }

  run(requestId: string, event: string): Promise<Outcome> {
    return new Promise((settle) => {
      this.#line.push({ requestId, event, settle, since: performance.now() });
      this.#serve();
    });
  }

  /** Starts the first instance ahead of the first event. */
  async warm(): Promise<void> {
    if (this.#all.size > 0) return;
    const instance = this.#start();
    if ((await instance.ready()) === undefined) this.#idle.push(instance);
    else this.#all.delete(instance);
    this.#serve();
  }

  /** Real time since which the longest idle instance has been idle; undefined when none is. */
  oldestIdle(): number | undefined {
    return this.#idle[0]?.idleSince;
  }

  /** Stops the longest idle instance. */
  reap(): void {
    const instance = this.#idle.shift();
    if (!instance) return;
    this.#all.delete(instance);
    void instance.stop();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#line.length = 0;
    await Promise.all([...this.#all].map((instance) => instance.stop()));
  }

  #start(): Instance {
    const instance = this.#capacity.start(this.config);
    this.#all.add(instance);
    return instance;
  }

  #serve(): void {
    while (this.#line.length > 0) {
      const instance = this.#idle.pop() ?? this.#another();
      if (!instance) return;
      if (instance.alive) this.#give(instance);
      else this.#all.delete(instance);
    }
  }

  /** One more instance for the head of the line, if it may be; else looks again when the head has waited enough. */
  #another(): Instance | undefined {
    const head = this.#line[0];
    if (!head || this.#all.size >= this.#limit) return undefined;
    const wait = head.since + WAIT_BEFORE_START_MS * this.#all.size - performance.now();
    const due = this.#all.size === 0 || wait <= 0;
    if (due && this.#capacity.allow(this)) return this.#start();
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#serve();
      },
      due ? WAIT_BEFORE_START_MS : wait,
    );
    return undefined;
  }

  #give(instance: Instance): void {
    const waiting = this.#line.shift();
    if (!waiting) return;
    void this.#runIn(instance, waiting);
  }

  async #runIn(instance: Instance, { requestId, event, settle }: Waiting): Promise<void> {
    settle(await instance.run(requestId, event));
    if (instance.alive) this.#idle.push(instance);
    else this.#all.delete(instance);
    this.#serve();
  }
}
