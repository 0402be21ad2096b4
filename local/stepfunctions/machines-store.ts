import type { Journal } from '../journal.ts';
import { createTables } from './schema.ts';

/** A state machine as it is kept; `revision` is the definition that new executions run. Times in milliseconds. */
export interface MachineRow {
  arn: string;
  name: string;
  role: string;
  revision: number;
  created: number;
  /** JSON of its LoggingConfiguration and TracingConfiguration: kept, and given back. */
  logging: string;
  tracing: string;
}

/** One definition of a state machine. Revisions stay, for the executions that run on them. */
export interface RevisionRow {
  id: number;
  uuid: string;
  definition: string;
  role: string;
  updated: number;
  /** 1 for what the machine was created with: AWS gives that no revision id. */
  first: number;
}

/** State machines and their revisions on disk. */
export class MachinesStore {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
    createTables(journal.db);
  }

  get(arn: string): MachineRow | undefined {
    return this.#journal.db.prepare('SELECT * FROM sfn_machines WHERE arn = ?').get(arn) as
      | MachineRow
      | undefined;
  }

  revision(id: number): RevisionRow | undefined {
    return this.#journal.db.prepare('SELECT * FROM sfn_revisions WHERE id = ?').get(id) as
      | RevisionRow
      | undefined;
  }

  /** State machines by name, after the name `after`. */
  list(after: string, limit: number): MachineRow[] {
    return this.#journal.db
      .prepare('SELECT * FROM sfn_machines WHERE name > ? ORDER BY name LIMIT ?')
      .all(after, limit) as unknown as MachineRow[];
  }

  /** Writes a machine together with a new revision of it. */
  save(machine: Omit<MachineRow, 'revision'>, revision: Omit<RevisionRow, 'id'>): Promise<void> {
    return this.#journal.write((db) => {
      const { lastInsertRowid } = db
        .prepare(
          'INSERT INTO sfn_revisions (uuid, definition, role, updated, first) VALUES (?, ?, ?, ?, ?)',
        )
        .run(revision.uuid, revision.definition, revision.role, revision.updated, revision.first);
      db.prepare(
        'INSERT OR REPLACE INTO sfn_machines (arn, name, role, revision, created, logging, tracing) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ).run(
        machine.arn,
        machine.name,
        machine.role,
        lastInsertRowid,
        machine.created,
        machine.logging,
        machine.tracing,
      );
    });
  }

  delete(arn: string): Promise<void> {
    return this.#journal.write((db) => {
      db.prepare('DELETE FROM sfn_machines WHERE arn = ?').run(arn);
    });
  }
}
