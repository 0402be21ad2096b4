import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../clock.ts';
import type { Journal } from '../journal.ts';
import type { Outbox } from './outbox.ts';
import { deliveriesOf, envelope } from './route.ts';
import type { Rule, Rules } from './rules.ts';

/**
 * Fires scheduled rules. The time that a rule is due is kept on disk, so that it outlives the process; what fell
 * due more than once meanwhile fires once.
 */
export class Scheduler {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #rules: Rules;
  readonly #outbox: Outbox;
  readonly #report: (problem: string) => void;
  readonly #timers = new Map<string, Timer>();
  readonly #firing = new Set<Promise<void>>();
  #open = false;

  constructor(deps: {
    journal: Journal;
    clock: Clock;
    rules: Rules;
    outbox: Outbox;
    report: (problem: string) => void;
  }) {
    this.#report = deps.report;
    this.#journal = deps.journal;
    this.#clock = deps.clock;
    this.#rules = deps.rules;
    this.#outbox = deps.outbox;
  }

  /** Arms every scheduled rule. */
  start(): void {
    this.#open = true;
    for (const bus of this.#rules.busNames()) {
      for (const rule of this.#rules.list(bus)) this.arm(rule);
    }
  }

  /** Fires no more and resolves when what has fired is on disk. */
  async stop(): Promise<void> {
    this.#open = false;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await Promise.all(this.#firing);
  }

  /** Sets the timer of a rule that has been put, enabled or disabled. */
  arm(rule: Rule): void {
    this.disarm(rule.arn);
    if (!this.#open || rule.state !== 'ENABLED') return;
    const due = this.#rules.dueAt(rule);
    if (due === undefined) return;
    this.#timers.set(
      rule.arn,
      this.#clock.at(due, () => {
        this.#timers.delete(rule.arn);
        const firing = this.#fire(rule, due)
          .catch((error: unknown) => this.#report(`${rule.arn} did not fire: ${String(error)}`))
          .finally(() => this.#firing.delete(firing));
        this.#firing.add(firing);
      }),
    );
  }

  disarm(arn: string): void {
    this.#timers.get(arn)?.cancel();
    this.#timers.delete(arn);
  }

  async #fire(rule: Rule, due: number): Promise<void> {
    const fired = await this.#journal.write(() => {
      const current = this.#rules.find(rule.bus, rule.name);
      if (current?.state !== 'ENABLED' || this.#rules.dueAt(current) !== due) return undefined;
      const now = this.#clock.now();
      const event = envelope({
        id: randomUUID(),
        source: 'aws.events',
        detailType: 'Scheduled Event',
        resources: [current.arn],
        detail: {},
        at: due,
      });
      const next = current.nextTime?.(due);
      this.#rules.setDueAt(
        current,
        next !== undefined && next <= now ? current.nextTime?.(now) : next,
      );
      return { current, pending: this.#outbox.add(deliveriesOf(current, event, now)) };
    });
    if (!fired) return;
    this.#outbox.dispatch(fired.pending);
    this.arm(fired.current);
  }
}
