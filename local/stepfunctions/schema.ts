import type { DatabaseSync } from 'node:sqlite';

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
    CREATE TABLE IF NOT EXISTS sfn_frames (
      execution INTEGER NOT NULL, frame INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (execution, frame)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sfn_history (
      execution INTEGER NOT NULL, first INTEGER NOT NULL, events TEXT NOT NULL,
      PRIMARY KEY (execution, first)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sfn_outbox (id INTEGER PRIMARY KEY, event TEXT NOT NULL);
  `);
}
