import type { StatementSync } from 'node:sqlite';
import type { Journal } from '../journal.ts';
import { createTables, rowId } from './schema.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution as it is kept. Times are milliseconds since the epoch; data are JSON texts. */
export interface ExecutionRow {
  id: number;
  arn: string;
  /** The state machine's ARN. */
  machine: string;
  name: string;
  /** The revision of the definition that it runs on to its end. */
  revision: number;
  status: Status;
  started: number;
  stopped: number | null;
  /** When the machine's own timeout strikes. */
  deadline: number | null;
  input: string;
  output: string | null;
  error: string | null;
  cause: string | null;
  /** How many history events there are. */
  events: number;
  redrives: number;
  redriven: number | null;
  trace: string | null;
}

/** What one step of an execution changes, serialized already: all of it is written, or nothing. */
export interface Change {
  execution: number;
  /** The whole row, when it is new or its status has changed. */
  row?: ExecutionRow;
  history?: { first: number; events: string };
  frames: readonly (readonly [number, string])[];
  removed: readonly number[];
  /** Whether all its frames go. */
  cleared: boolean;
  /** The events for the bus that tell of new statuses. */
  outbox: readonly OutboxEntry[];
}

/** An event for the bus, kept until the bus has taken it. */
export interface OutboxEntry {
  id: number;
  event: string;
}

/** Executions, their frames and their history on disk. One call of `save` is one group-committed write. */
export class ExecutionsStore {
  readonly #journal: Journal;
  readonly #statements: Record<
    'row' | 'history' | 'frame' | 'remove' | 'clear' | 'outbox' | 'delivered' | 'byArn' | 'byId',
    StatementSync
  >;
  readonly #delivered: number[] = [];
  #lastExecution: number;
  #lastEvent: number;

  constructor(journal: Journal) {
    this.#journal = journal;
    const { db } = journal;
    createTables(db);
    this.#statements = {
      row: db.prepare(`INSERT OR REPLACE INTO sfn_executions (id, arn, machine, name, revision, status, started,
        stopped, deadline, input, output, error, cause, events, redrives, redriven, trace)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
      history: db.prepare('INSERT INTO sfn_history (id, events) VALUES (?, ?)'),
      frame: db.prepare('INSERT OR REPLACE INTO sfn_frames (id, body) VALUES (?, ?)'),
      remove: db.prepare('DELETE FROM sfn_frames WHERE id = ?'),
      clear: db.prepare('DELETE FROM sfn_frames WHERE id >= ? AND id < ?'),
      outbox: db.prepare('INSERT INTO sfn_outbox (id, event) VALUES (?, ?)'),
      delivered: db.prepare('DELETE FROM sfn_outbox WHERE id = ?'),
      byArn: db.prepare('SELECT * FROM sfn_executions WHERE arn = ?'),
      byId: db.prepare('SELECT * FROM sfn_executions WHERE id = ?'),
    };
    this.#lastExecution = this.#max('SELECT max(id) AS id FROM sfn_executions');
    this.#lastEvent = this.#max('SELECT max(id) AS id FROM sfn_outbox');
  }

  nextExecution(): number {
    return ++this.#lastExecution;
  }

  nextOutbox(): number {
    return ++this.#lastEvent;
  }

  /** Writes a change; resolves once it is on disk. */
  save(change: Change): Promise<void> {
    const { execution, row, history, frames, removed, outbox } = change;
    return this.#journal.write(() => {
      const run = this.#statements;
      if (row)
        run.row.run(
          row.id,
          row.arn,
          row.machine,
          row.name,
          row.revision,
          row.status,
          row.started,
          row.stopped,
          row.deadline,
          row.input,
          row.output,
          row.error,
          row.cause,
          row.events,
          row.redrives,
          row.redriven,
          row.trace,
        );
      if (history) run.history.run(rowId(execution, history.first), history.events);
      if (change.cleared) run.clear.run(rowId(execution, 0), rowId(execution + 1, 0));
      for (const id of removed) run.remove.run(rowId(execution, id));
      for (const [id, body] of frames) run.frame.run(rowId(execution, id), body);
      for (const { id, event } of outbox) run.outbox.run(id, event);
      for (const id of this.#delivered.splice(0)) run.delivered.run(id);
    });
  }

  /** Notes that the bus has taken an event; it leaves the outbox with the next write. */
  markDelivered(id: number): void {
    this.#delivered.push(id);
  }

  /** Writes what `markDelivered` has noted, if no other write has taken it along. */
  async flushDelivered(): Promise<void> {
    if (this.#delivered.length === 0) return;
    await this.#journal.write(() => {
      for (const id of this.#delivered.splice(0)) this.#statements.delivered.run(id);
    });
  }

  /** Events that the bus may not have got, oldest first. */
  undelivered(): OutboxEntry[] {
    return this.#all('SELECT id, event FROM sfn_outbox ORDER BY id');
  }

  byArn(arn: string): ExecutionRow | undefined {
    return this.#statements.byArn.get(arn) as ExecutionRow | undefined;
  }

  byId(id: number): ExecutionRow | undefined {
    return this.#statements.byId.get(id) as ExecutionRow | undefined;
  }

  running(): ExecutionRow[] {
    return this.#all("SELECT * FROM sfn_executions WHERE status = 'RUNNING' ORDER BY id");
  }

  frames(execution: number): string[] {
    return this.#all<{ body: string }>(
      'SELECT body FROM sfn_frames WHERE id >= ? AND id < ? ORDER BY id',
      rowId(execution, 0),
      rowId(execution + 1, 0),
    ).map(({ body }) => body);
  }

  /** The number of history events on disk. */
  eventCount(execution: number): number {
    const [last] = this.#all<{ id: number; events: string }>(
      'SELECT id, events FROM sfn_history WHERE id > ? AND id < ? ORDER BY id DESC LIMIT 1',
      rowId(execution, 0),
      rowId(execution + 1, 0),
    );
    if (!last) return 0;
    return last.id - rowId(execution, 0) + (JSON.parse(last.events) as unknown[]).length - 1;
  }

  /** The history's batches that hold events from `low` to `high`, as JSON arrays, oldest first. */
  history(execution: number, low: number, high: number): string[] {
    return this.#all<{ events: string }>(
      `SELECT events FROM sfn_history WHERE id <= ?3 AND id >= ifnull(
         (SELECT max(id) FROM sfn_history WHERE id > ?1 AND id <= ?2), ?1) ORDER BY id`,
      rowId(execution, 0),
      rowId(execution, low),
      rowId(execution, high),
    ).map(({ events }) => events);
  }

  /** Executions of a machine, newest first, below the id `before`. */
  list(machine: string, status: string | undefined, before: number, limit: number): ExecutionRow[] {
    return status === undefined
      ? this.#all(
          'SELECT * FROM sfn_executions WHERE machine = ? AND id < ? ORDER BY id DESC LIMIT ?',
          machine,
          before,
          limit,
        )
      : this.#all(
          'SELECT * FROM sfn_executions WHERE machine = ? AND status = ? AND id < ? ORDER BY id DESC LIMIT ?',
          machine,
          status,
          before,
          limit,
        );
  }

  #all<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.#journal.db.prepare(sql).all(...values) as T[];
  }

  #max(sql: string): number {
    const [row] = this.#all<{ id: number | null }>(sql);
    return row?.id ?? 0;
  }
}
