import { DatabaseSync } from 'node:sqlite';

/**
 * The local cloud's disk: one SQLite file, written in groups.
 *
 * Every change asked for in one turn of the event loop is committed by one transaction, so that many orders at once
 * cost little more than one. What `write` has resolved survives kill -9. A power cut may take the last commits with
 * it, but leaves no torn one (SQLite, `synchronous = NORMAL` with a write-ahead log): the fsync of each commit would
 * take as long as the rest of an order's way.
 */
export class Journal {
  readonly db: DatabaseSync;
  #queue: { change: (db: DatabaseSync) => () => void; reject: (error: unknown) => void }[] = [];
  #scheduled = false;

  /** `path` is a file, or `:memory:` for a cloud that forgets. */
  constructor(path: string) {
    this.db = new DatabaseSync(path);
    this.db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;',
    );
  }

  /**
   * Queues `change` for the next commit; resolves with its result once it is on disk.
   * A change that throws is rolled back alone and rejects; the rest of its group is kept.
   */
  write<T>(change: (db: DatabaseSync) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({
        change: (db) => {
          const result = change(db);
          return () => resolve(result);
        },
        reject,
      });
      if (!this.#scheduled) {
        this.#scheduled = true;
        setImmediate(() => this.#commit());
      }
    });
  }

  close(): void {
    this.#commit();
    this.db.close();
  }

  #commit(): void {
    this.#scheduled = false;
    const group = this.#queue;
    this.#queue = [];
    if (group.length === 0) return;
    const settle: (() => void)[] = [];
    try {
      this.db.exec('BEGIN IMMEDIATE');
      for (const { change, reject } of group) {
        this.db.exec('SAVEPOINT change');
        try {
          settle.push(change(this.db));
        } catch (error) {
          this.db.exec('ROLLBACK TO change');
          settle.push(() => reject(error));
        }
        this.db.exec('RELEASE change');
      }
      this.db.exec('COMMIT');
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const done of settle) done();
  }
}
