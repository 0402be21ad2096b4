import type { DatabaseSync } from 'node:sqlite';
import { amountOf, requireFields } from './calculate-tax.ts';
import { toDollars } from './decimal.ts';
import { TaxJarRefusal } from './errors.ts';

export type TransactionKind = 'order' | 'refund';

const REQUIRED = [
  'transaction_id',
  'transaction_date',
  'to_country',
  'to_zip',
  'to_state',
  'amount',
  'shipping',
  'sales_tax',
];
const FIELDS = [
  'transaction_id',
  'transaction_date',
  'transaction_reference_id',
  'from_country',
  'from_zip',
  'from_state',
  'from_city',
  'from_street',
  'to_country',
  'to_zip',
  'to_state',
  'to_city',
  'to_street',
];

/** What was sold and given back, as told to TaxJar for its filings (developers.taxjar.com/api/reference/#transactions). */
export class Transactions {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(
      'CREATE TABLE IF NOT EXISTS taxjar_transactions (kind TEXT, id TEXT, json TEXT NOT NULL, PRIMARY KEY (kind, id))',
    );
  }

  /** @throws TaxJarRefusal 406 for what is missing, 422 when the transaction is there already, 404 for a refund of nothing */
  create(kind: TransactionKind, input: Record<string, unknown>): object {
    requireFields(input, kind === 'refund' ? [...REQUIRED, 'transaction_reference_id'] : REQUIRED);
    const id = String(input['transaction_id']);
    if (this.find(kind, id)) {
      throw new TaxJarRefusal(422, 'Provider tranx already imported for your user account');
    }
    if (kind === 'refund' && !this.find('order', String(input['transaction_reference_id']))) {
      throw new TaxJarRefusal(404, 'Resource can not be found');
    }
    const kept: Record<string, unknown> = { user_id: 10_649, provider: input['provider'] ?? 'api' };
    for (const name of FIELDS) kept[name] = input[name] ?? null;
    for (const name of ['amount', 'shipping', 'sales_tax']) {
      kept[name] = toDollars(amountOf(input, name));
    }
    kept['line_items'] = input['line_items'] ?? [];
    this.#db
      .prepare('INSERT INTO taxjar_transactions VALUES (?, ?, ?)')
      .run(kind, id, JSON.stringify(kept));
    return kept;
  }

  /** @throws TaxJarRefusal 404 */
  show(kind: TransactionKind, id: string): object {
    const found = this.find(kind, id);
    if (!found) throw new TaxJarRefusal(404, 'Resource can not be found');
    return found;
  }

  /** @throws TaxJarRefusal 404 */
  remove(kind: TransactionKind, id: string): object {
    const found = this.show(kind, id);
    this.#db.prepare('DELETE FROM taxjar_transactions WHERE kind = ? AND id = ?').run(kind, id);
    return found;
  }

  ids(kind: TransactionKind): string[] {
    return this.#db
      .prepare('SELECT id FROM taxjar_transactions WHERE kind = ? ORDER BY rowid')
      .all(kind)
      .map((row) => String(row['id']));
  }

  find(kind: TransactionKind, id: string): object | undefined {
    const row = this.#db
      .prepare('SELECT json FROM taxjar_transactions WHERE kind = ? AND id = ?')
      .get(kind, id);
    return row ? (JSON.parse(String(row['json'])) as object) : undefined;
  }
}
