import type { JsonObject } from '../contracts.ts';
import type { Journal } from '../journal.ts';

/** A custom resource as it was deployed last. `properties` are those that its function was given. */
export interface Deployed {
  logicalId: string;
  type: string;
  serviceToken: string;
  physicalId: string;
  properties: JsonObject;
}

interface Row {
  logical_id: string;
  type: string;
  service_token: string;
  physical_id: string;
  properties: string;
}

/** Remembers in the journal which custom resources were deployed, so that a restart does not deploy them again. */
export class DeployedResources {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
    journal.db.exec(
      `CREATE TABLE IF NOT EXISTS custom_resources (
        logical_id TEXT PRIMARY KEY, type TEXT NOT NULL, service_token TEXT NOT NULL,
        physical_id TEXT NOT NULL, properties TEXT NOT NULL) STRICT`,
    );
  }

  list(): Deployed[] {
    const rows = this.#journal.db.prepare('SELECT * FROM custom_resources ORDER BY rowid').all();
    return (rows as unknown as Row[]).map((row) => ({
      logicalId: row.logical_id,
      type: row.type,
      serviceToken: row.service_token,
      physicalId: row.physical_id,
      properties: JSON.parse(row.properties) as JsonObject,
    }));
  }

  async keep({ logicalId, type, serviceToken, physicalId, properties }: Deployed): Promise<void> {
    await this.#journal.write((db) =>
      db
        .prepare('INSERT OR REPLACE INTO custom_resources VALUES (?, ?, ?, ?, ?)')
        .run(logicalId, type, serviceToken, physicalId, JSON.stringify(properties)),
    );
  }

  async forget(logicalId: string): Promise<void> {
    await this.#journal.write((db) =>
      db.prepare('DELETE FROM custom_resources WHERE logical_id = ?').run(logicalId),
    );
  }
}
