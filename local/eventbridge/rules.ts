import { ACCOUNT_ID, REGION } from '../contracts.ts';
import type { Journal } from '../journal.ts';
import type { NextTime } from './cron.ts';
import { notFound, validationError } from './errors.ts';
import { compilePattern, type EventTest } from './pattern.ts';
import { parseSchedule } from './schedule.ts';
import type { Target } from './target.ts';
import { compileInput, type RenderInput } from './target-input.ts';

/** A rule as it is kept. */
export interface RuleRecord {
  name: string;
  bus: string;
  state: 'ENABLED' | 'DISABLED';
  description?: string;
  roleArn?: string;
  eventPattern?: string;
  scheduleExpression?: string;
  targets: Target[];
}

/** A rule made ready to work: its expressions are compiled. */
export interface Rule extends RuleRecord {
  readonly arn: string;
  readonly matches: EventTest;
  readonly nextTime: NextTime | undefined;
  readonly inputs: readonly { target: Target; render: RenderInput }[];
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS eventbridge_buses (
    name TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS eventbridge_rules (
    bus TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    next_at INTEGER,
    PRIMARY KEY (bus, name)
  );
`;

/** Buses and rules: few, so they are kept in memory beside their rows. Change them inside a journal write. */
export class Rules {
  readonly #sql;
  readonly #buses = new Map<string, { createdAt: number; rules: Map<string, Rule> }>();

  constructor({ db }: Journal) {
    db.exec(SCHEMA);
    this.#sql = {
      putBus: db.prepare('INSERT INTO eventbridge_buses VALUES (?, ?)'),
      removeBus: db.prepare('DELETE FROM eventbridge_buses WHERE name = ?'),
      buses: db.prepare('SELECT * FROM eventbridge_buses'),
      put: db.prepare(
        `INSERT INTO eventbridge_rules (bus, name, record) VALUES (?, ?, ?)
         ON CONFLICT (bus, name) DO UPDATE SET record = excluded.record`,
      ),
      remove: db.prepare('DELETE FROM eventbridge_rules WHERE bus = ? AND name = ?'),
      rules: db.prepare('SELECT record FROM eventbridge_rules'),
      setNextAt: db.prepare('UPDATE eventbridge_rules SET next_at = ? WHERE bus = ? AND name = ?'),
      nextAt: db.prepare('SELECT next_at FROM eventbridge_rules WHERE bus = ? AND name = ?'),
    };
    this.#buses.set('default', { createdAt: 0, rules: new Map() });
    for (const { name, created_at } of this.#sql.buses.all()) {
      this.#buses.set(String(name), { createdAt: Number(created_at), rules: new Map() });
    }
    for (const { record } of this.#sql.rules.all()) {
      const rule = compileRule(JSON.parse(String(record)) as RuleRecord);
      this.#buses.get(rule.bus)?.rules.set(rule.name, rule);
    }
  }

  busNames(): string[] {
    return [...this.#buses.keys()].sort();
  }

  createdAt(bus: string): number {
    return this.#bus(bus).createdAt;
  }

  hasBus(name: string): boolean {
    return this.#buses.has(name);
  }

  putBus(name: string, now: number): void {
    this.#sql.putBus.run(name, now);
    this.#buses.set(name, { createdAt: now, rules: new Map() });
  }

  removeBus(name: string): void {
    if (this.#bus(name).rules.size > 0) {
      throw validationError(`Event bus ${name} can't be deleted since it has rules.`);
    }
    this.#sql.removeBus.run(name);
    this.#buses.delete(name);
  }

  /** The rules of a bus by name. @throws ResourceNotFoundException */
  list(bus: string): Rule[] {
    return [...this.#bus(bus).rules.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(bus: string, name: string): Rule | undefined {
    return this.#bus(bus).rules.get(name);
  }

  /** @throws ResourceNotFoundException */
  get(bus: string, name: string): Rule {
    const rule = this.find(bus, name);
    if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${bus}.`);
    return rule;
  }

  put(record: RuleRecord): Rule {
    const rule = compileRule(record);
    this.#sql.put.run(record.bus, record.name, JSON.stringify(record));
    this.#bus(record.bus).rules.set(record.name, rule);
    return rule;
  }

  remove(rule: Rule): void {
    this.#sql.remove.run(rule.bus, rule.name);
    this.#bus(rule.bus).rules.delete(rule.name);
  }

  /** When a scheduled rule is due, in ms since the epoch. */
  dueAt(rule: Rule): number | undefined {
    const at = this.#sql.nextAt.get(rule.bus, rule.name)?.['next_at'];
    return typeof at === 'number' ? at : undefined;
  }

  setDueAt(rule: Rule, at: number | undefined): void {
    this.#sql.setNextAt.run(at ?? null, rule.bus, rule.name);
  }

  #bus(name: string) {
    const bus = this.#buses.get(name);
    if (!bus) throw notFound(`Event bus ${name} does not exist.`);
    return bus;
  }
}

/** What of a rule is kept: without what was compiled. */
export function recordOf(rule: Rule): RuleRecord {
  const { arn: _arn, matches: _matches, nextTime: _nextTime, inputs: _inputs, ...record } = rule;
  return record;
}

export function busArn(name: string): string {
  return `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/${name}`;
}

export function ruleArn(bus: string, name: string): string {
  const path = bus === 'default' ? name : `${bus}/${name}`;
  return `arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${path}`;
}

function compileRule(record: RuleRecord): Rule {
  const { eventPattern, scheduleExpression } = record;
  return {
    ...record,
    arn: ruleArn(record.bus, record.name),
    matches: eventPattern === undefined ? () => false : compilePattern(eventPattern),
    nextTime: scheduleExpression === undefined ? undefined : parseSchedule(scheduleExpression),
    inputs: record.targets.map((target) => ({ target, render: compileInput(target) })),
  };
}
