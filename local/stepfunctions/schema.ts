import type { DatabaseSync } from 'node:sqlite';

/**
 * Frames and histories are kept under one number: the execution's id and, in the lower 15 bits, the frame's id or the
 * batch's first event (an execution has at most 25,000 of either). Rows with an integer key lie side by side in
 * SQLite's leaf pages; under a compound key, those of more than 1 KB would take overflow pages of their own.
 */
export function rowId(execution: number, part: number): number {
  return execution * 32_768 + part;
}

/** Creates the engine's tables in the journal, if they aren't there. */
export function createTables(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS sfn_machines (
      arn TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, revision INTEGER NOT NULL,
      created INTEGER NOT NULL, logging TEXT NOT NULL, tracing TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sfn_revisions (
      id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, definition TEXT NOT NULL, role TEXT NOT NULL,
      updated INTEGER NOT NULL, first INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS sfn_executions (
      id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machine TEXT NOT NULL, name TEXT NOT NULL,
      revision INTEGER NOT NULL, status TEXT NOT NULL, started INTEGER NOT NULL, stopped INTEGER,
      deadline INTEGER, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT, events INTEGER NOT NULL,
      redrives INTEGER NOT NULL DEFAULT 0, redriven INTEGER, trace TEXT);
    CREATE INDEX IF NOT EXISTS sfn_executions_by_machine ON sfn_executions (machine, id);
    CREATE INDEX IF NOT EXISTS sfn_executions_by_status ON sfn_executions (machine, status, id);
    CREATE INDEX IF NOT EXISTS sfn_executions_running ON sfn_executions (id) WHERE status = 'RUNNING';
    CREATE TABLE IF NOT EXISTS sfn_frames (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS sfn_history (id INTEGER PRIMARY KEY, events TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS sfn_outbox (id INTEGER PRIMARY KEY, event TEXT NOT NULL);
  `);
}
