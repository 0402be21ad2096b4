import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type Stripe from 'stripe';
import type { TestCard } from './test-cards.ts';

/** The objects that are kept, by the name of their `object` field. */
export interface Objects {
  payment_intent: Stripe.PaymentIntent;
  charge: Stripe.Charge;
  refund: Stripe.Refund;
  payment_method: Stripe.PaymentMethod;
  customer: Stripe.Customer;
  event: Stripe.EventBase;
  webhook_endpoint: Stripe.WebhookEndpoint;
}
export type Kind = keyof Objects;

/** What is known of an object and never shown. */
interface Hidden {
  /** payment_intent: where the customer's browser goes after 3D Secure. */
  returnUrl?: string;
  /** payment_method: how its card behaves, and the intent that used it up. */
  card?: TestCard;
  usedBy?: string;
  /** charge: money given back through refunds, apart from an authorisation let go. Minor units. */
  refunded?: number;
  /** webhook_endpoint: its signing secret; `managed` when the local cloud says its address at each start. */
  secret?: string;
  managed?: boolean;
}

export interface Stored<K extends Kind> {
  object: Objects[K];
  hidden: Hidden;
  /** When something happens to it by itself, in milliseconds. */
  due?: number;
}

/** How a list is narrowed. Times in seconds. */
export interface ListFilter {
  customer?: string | undefined;
  intent?: string | undefined;
  types?: string[] | undefined;
  createdFrom?: number | undefined;
  createdTo?: number | undefined;
}

export interface Page {
  limit: number;
  startingAfter?: string | undefined;
  endingBefore?: string | undefined;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS stripe_objects (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    customer TEXT,
    intent TEXT,
    type TEXT,
    due INTEGER,
    json TEXT NOT NULL,
    hidden TEXT
  );
  CREATE INDEX IF NOT EXISTS stripe_by_kind ON stripe_objects (kind, seq);
  CREATE INDEX IF NOT EXISTS stripe_by_intent ON stripe_objects (intent, kind) WHERE intent IS NOT NULL;
  CREATE INDEX IF NOT EXISTS stripe_by_customer ON stripe_objects (customer, kind) WHERE customer IS NOT NULL;
  CREATE INDEX IF NOT EXISTS stripe_due ON stripe_objects (due) WHERE due IS NOT NULL;
`;

/** Stripe's objects on disk. */
export class StripeStore {
  readonly #db: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #minDue: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(SCHEMA);
    this.#get = db.prepare(
      'SELECT json, hidden, due FROM stripe_objects WHERE id = ? AND kind = ?',
    );
    this.#minDue = db.prepare('SELECT MIN(due) AS due FROM stripe_objects WHERE due IS NOT NULL');
    this.#put = db.prepare(
      `INSERT INTO stripe_objects (id, kind, created, customer, intent, type, due, json, hidden)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
         customer = excluded.customer, due = excluded.due, json = excluded.json, hidden = excluded.hidden`,
    );
  }

  get<K extends Kind>(kind: K, id: string): Stored<K> | undefined {
    const row = this.#get.get(id, kind);
    return row ? fromRow<K>(row) : undefined;
  }

  put<K extends Kind>(kind: K, { object, hidden, due }: Stored<K>): void {
    const { id, created } = object as { id: string; created: number };
    const links = object as { customer?: unknown; payment_intent?: unknown };
    this.#put.run(
      id,
      kind,
      created,
      asText(links.customer),
      asText(links.payment_intent),
      null,
      due ?? null,
      JSON.stringify(object),
      JSON.stringify(hidden),
    );
  }

  /** Keeps an event whose JSON is ready made. */
  putEvent(
    { id, created, type }: { id: string; created: number; type: string },
    json: string,
  ): void {
    this.#put.run(id, 'event', created, null, null, type, null, json, null);
  }

  /** Newest first, as Stripe lists. `more` says whether there are others beyond this page. */
  list<K extends Kind>(
    kind: K,
    filter: ListFilter,
    page: Page,
  ): { objects: Objects[K][]; more: boolean } {
    const where = ['kind = ?'];
    const values: SQLInputValue[] = [kind];
    const add = (condition: string, value: SQLInputValue | undefined) => {
      if (value === undefined) return;
      where.push(condition);
      values.push(value);
    };
    add('customer = ?', filter.customer);
    add('intent = ?', filter.intent);
    add('created >= ?', filter.createdFrom);
    add('created <= ?', filter.createdTo);
    if (filter.types) {
      where.push(`type IN (${filter.types.map(() => '?').join(', ')})`);
      values.push(...filter.types);
    }
    add('seq < (SELECT seq FROM stripe_objects WHERE id = ?)', page.startingAfter);
    add('seq > (SELECT seq FROM stripe_objects WHERE id = ?)', page.endingBefore);
    const order = page.endingBefore === undefined ? 'DESC' : 'ASC';
    const rows = this.#db
      .prepare(
        `SELECT json, hidden, due FROM stripe_objects
         WHERE ${where.join(' AND ')} ORDER BY seq ${order} LIMIT ?`,
      )
      .all(...values, page.limit + 1);
    const objects = rows.slice(0, page.limit).map((row) => fromRow<K>(row).object);
    if (order === 'ASC') objects.reverse();
    return { objects, more: rows.length > page.limit };
  }

  /** Every object of a kind, one at a time, newest first. */
  *scan<K extends Kind>(kind: K): Generator<Objects[K]> {
    const rows = this.#db
      .prepare('SELECT json, hidden, due FROM stripe_objects WHERE kind = ? ORDER BY seq DESC')
      .iterate(kind);
    for (const row of rows) yield fromRow<K>(row).object;
  }

  /** The intents whose time has come. */
  dueBefore(now: number): string[] {
    return this.#db
      .prepare('SELECT id FROM stripe_objects WHERE due <= ? ORDER BY due')
      .all(now)
      .map((row) => String(row['id']));
  }

  nextDue(): number | undefined {
    const row = this.#minDue.get();
    return typeof row?.['due'] === 'number' ? row['due'] : undefined;
  }
}

function fromRow<K extends Kind>(row: Record<string, unknown>): Stored<K> {
  const stored: Stored<K> = {
    object: JSON.parse(String(row['json'])) as Objects[K],
    hidden: typeof row['hidden'] === 'string' ? (JSON.parse(row['hidden']) as Hidden) : {},
  };
  if (typeof row['due'] === 'number') stored.due = row['due'];
  return stored;
}

/** The id in a field that holds an id or, expanded, the object; `''` when it is null. */
export function idOf(field: string | { id: string } | null): string {
  return typeof field === 'string' ? field : (field?.id ?? '');
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
