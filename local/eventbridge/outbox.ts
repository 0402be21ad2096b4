import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Timer } from '../clock.ts';
import type { Journal } from '../journal.ts';
import { type Deliver, DeliveryError, type SendDeadLetter } from './delivery.ts';
import { nextStep } from './retry.ts';
import type { Target } from './target.ts';

/** An event on its way to one target. */
export interface Delivery {
  readonly ruleArn: string;
  readonly target: Target;
  readonly payload: string;
}

/** A delivery that is on disk; times in ms since the epoch. */
interface Pending extends Delivery {
  readonly id: number;
  readonly createdAt: number;
  failures: number;
  nextAt: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS eventbridge_outbox (
    id INTEGER PRIMARY KEY,
    rule_arn TEXT NOT NULL,
    target TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL
  );
`;
/** Deliveries at the same time; the rest wait their turn. */
const MAX_CONCURRENT = 64;

/**
 * What has been routed but not yet delivered. A delivery is on disk before anyone is told that its event was
 * accepted, and leaves the disk when its target has done with it or it went to a dead-letter queue: at least once.
 */
export class Outbox {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #deliver: Deliver;
  readonly #sendDeadLetter: SendDeadLetter;
  readonly #report: (problem: string) => void;
  readonly #random: () => number;
  readonly #sql;
  readonly #ready: Pending[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #timers = new Map<number, Timer>();
  #open = false;

  constructor(deps: {
    journal: Journal;
    clock: Clock;
    deliver: Deliver;
    sendDeadLetter: SendDeadLetter;
    report: (problem: string) => void;
    random: () => number;
  }) {
    this.#journal = deps.journal;
    this.#clock = deps.clock;
    this.#deliver = deps.deliver;
    this.#sendDeadLetter = deps.sendDeadLetter;
    this.#report = deps.report;
    this.#random = deps.random;
    this.#sql = prepareStatements(deps.journal.db);
  }

  /** Puts deliveries on disk; to be called inside a journal write. `dispatch` the result when that is committed. */
  add(deliveries: readonly Delivery[]): Pending[] {
    const now = this.#clock.now();
    return deliveries.map((delivery) => {
      const target = JSON.stringify(delivery.target);
      const { ruleArn, payload } = delivery;
      const { lastInsertRowid } = this.#sql.insert.run(ruleArn, target, payload, now, now);
      return { ...delivery, id: Number(lastInsertRowid), createdAt: now, failures: 0, nextAt: now };
    });
  }

  /** Starts to deliver what is on disk. Before `start`, nothing is delivered: `start` finds it on the disk. */
  dispatch(pending: readonly Pending[]): void {
    if (!this.#open) return;
    this.#ready.push(...pending);
    this.#fill();
  }

  /** Takes up all that is on disk. */
  start(): void {
    this.#open = true;
    for (const row of this.#sql.all.all()) {
      this.#schedule({
        id: Number(row['id']),
        ruleArn: String(row['rule_arn']),
        target: JSON.parse(String(row['target'])) as Target,
        payload: String(row['payload']),
        createdAt: Number(row['created_at']),
        failures: Number(row['failures']),
        nextAt: Number(row['next_at']),
      });
    }
  }

  /** Begins no more deliveries and resolves when those at work are done. */
  async stop(): Promise<void> {
    this.#open = false;
    this.#ready.length = 0;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await Promise.all(this.#running);
  }

  #fill(): void {
    while (this.#open && this.#running.size < MAX_CONCURRENT) {
      const next = this.#ready.shift();
      if (!next) return;
      const run = this.#attempt(next)
        .catch((error: unknown) => this.#report(`delivery ${next.id} stays open: ${String(error)}`))
        .finally(() => {
          this.#running.delete(run);
          this.#fill();
        });
      this.#running.add(run);
    }
  }

  async #attempt(pending: Pending): Promise<void> {
    try {
      await this.#deliver(pending.target.Arn, pending.payload, pending.target);
    } catch (error) {
      await this.#fail(pending, error);
      return;
    }
    await this.#forget(pending);
  }

  async #fail(pending: Pending, error: unknown): Promise<void> {
    pending.failures += 1;
    const now = this.#clock.now();
    const step = nextStep(error, pending.target, pending, { now, random: this.#random() });
    if ('at' in step) {
      pending.nextAt = step.at;
      await this.#journal.write(() => {
        this.#sql.postpone.run(pending.failures, step.at, pending.id);
      });
      this.#schedule(pending);
      return;
    }
    await this.#giveUp(pending, error, step.deadLetterArn, step.exhausted);
    await this.#forget(pending);
  }

  async #giveUp(
    pending: Pending,
    error: unknown,
    deadLetterArn: string | undefined,
    exhausted: string | undefined,
  ): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const what = `an event of ${pending.ruleArn} for ${pending.target.Arn} is given up (${message})`;
    if (deadLetterArn === undefined) {
      this.#report(`${what} and has no dead-letter queue`);
      return;
    }
    // Names of the attributes: EventBridge user guide, "Using dead-letter queues".
    const attributes: Record<string, string> = {
      RULE_ARN: pending.ruleArn,
      TARGET_ARN: pending.target.Arn,
      ERROR_CODE: error instanceof DeliveryError ? error.code : 'INTERNAL_ERROR',
      ERROR_MESSAGE: message || 'no message',
      RETRY_ATTEMPTS: String(pending.failures - 1),
    };
    if (exhausted !== undefined) attributes['EXHAUSTED_RETRY_CONDITION'] = exhausted;
    const typed = Object.entries(attributes).map(
      ([name, value]) => [name, { DataType: 'String' as const, StringValue: value }] as const,
    );
    try {
      await this.#sendDeadLetter(deadLetterArn, pending.payload, Object.fromEntries(typed));
    } catch (problem) {
      this.#report(`${what} and could not be sent to ${deadLetterArn}: ${String(problem)}`);
    }
  }

  #schedule(pending: Pending): void {
    if (!this.#open) return;
    const timer = this.#clock.at(pending.nextAt, () => {
      this.#timers.delete(pending.id);
      this.dispatch([pending]);
    });
    this.#timers.set(pending.id, timer);
  }

  #forget(pending: Pending): Promise<void> {
    return this.#journal.write(() => {
      this.#sql.remove.run(pending.id);
    });
  }
}

function prepareStatements(db: DatabaseSync) {
  db.exec(SCHEMA);
  return {
    insert: db.prepare(
      `INSERT INTO eventbridge_outbox (rule_arn, target, payload, created_at, next_at)
       VALUES (?, ?, ?, ?, ?)`,
    ),
    all: db.prepare('SELECT * FROM eventbridge_outbox ORDER BY id'),
    postpone: db.prepare('UPDATE eventbridge_outbox SET failures = ?, next_at = ? WHERE id = ?'),
    remove: db.prepare('DELETE FROM eventbridge_outbox WHERE id = ?'),
  };
}
