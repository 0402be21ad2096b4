import type { DatabaseSync } from 'node:sqlite';

export type ShippoKind = 'shipment' | 'rate' | 'transaction' | 'refund';
export type ShippoObject = { object_id: string } & Record<string, unknown>;

/** Shippo's objects on disk. `link` is the object that they belong to: a transaction's rate, a refund's transaction. */
export class ShippoStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS shippo_objects (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, link TEXT, tracking TEXT, json TEXT NOT NULL
      );
      CREATE INDEX IF NOT EXISTS shippo_links ON shippo_objects (kind, link);
      CREATE INDEX IF NOT EXISTS shippo_tracking ON shippo_objects (tracking) WHERE tracking IS NOT NULL;
    `);
  }

  put(kind: ShippoKind, object: ShippoObject, link: string | null = null): void {
    const tracking = object['tracking_number'];
    this.#db
      .prepare(
        `INSERT INTO shippo_objects (id, kind, link, tracking, json) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET json = excluded.json`,
      )
      .run(
        object.object_id,
        kind,
        link,
        typeof tracking === 'string' ? tracking : null,
        JSON.stringify(object),
      );
  }

  get(kind: ShippoKind, id: string): ShippoObject | undefined {
    return this.#one('SELECT json FROM shippo_objects WHERE kind = ? AND id = ?', kind, id);
  }

  byTracking(number: string): ShippoObject | undefined {
    return this.#one('SELECT json FROM shippo_objects WHERE tracking = ?', number);
  }

  /** Newest first; `page` counts from 1. */
  list(
    kind: ShippoKind,
    options: { link?: string | undefined; page: number; results: number },
  ): { results: ShippoObject[]; more: boolean } {
    const { link, page, results } = options;
    const rows = this.#db
      .prepare(
        `SELECT json FROM shippo_objects WHERE kind = ? ${link === undefined ? '' : 'AND link = ?'}
         ORDER BY seq DESC LIMIT ? OFFSET ?`,
      )
      .all(kind, ...(link === undefined ? [] : [link]), results + 1, (page - 1) * results)
      .map((row) => JSON.parse(String(row['json'])) as ShippoObject);
    return { results: rows.slice(0, results), more: rows.length > results };
  }

  #one(sql: string, ...values: string[]): ShippoObject | undefined {
    const row = this.#db.prepare(sql).get(...values);
    return row ? (JSON.parse(String(row['json'])) as ShippoObject) : undefined;
  }
}
