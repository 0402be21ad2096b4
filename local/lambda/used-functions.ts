import type { Journal } from '../journal.ts';

/**
 * Remembers in the journal which functions have been invoked. They are started ahead of their first event at the
 * next start: what was in use before kill -9 is soon in use again.
 */
export class UsedFunctions {
  readonly #journal: Journal;
  readonly #known: Set<string>;

  constructor(journal: Journal) {
    this.#journal = journal;
    journal.db.exec('CREATE TABLE IF NOT EXISTS used_functions (name TEXT PRIMARY KEY) STRICT');
    const rows = journal.db.prepare('SELECT name FROM used_functions ORDER BY rowid').all();
    this.#known = new Set(rows.map(({ name }) => String(name)));
  }

  /** In the order of their first use. */
  list(): string[] {
    return [...this.#known];
  }

  async add(name: string): Promise<void> {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    await this.#journal.write((db) =>
      db.prepare('INSERT OR IGNORE INTO used_functions VALUES (?)').run(name),
    );
  }
}
