import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StripeRefusal } from './errors.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;
const FORGET_EVERY = 1_000;

export interface KeptAnswer {
  requestId: string;
  status: number;
  body: string;
}

/**
 * The answers given under an idempotency key, kept for 24 hours (docs.stripe.com/api/idempotent_requests: a key
 * replays the first answer, good or bad, unless the request was turned away before it was begun).
 */
export class IdempotencyKeys {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #forget: StatementSync;
  #puts = 0;

  constructor(db: DatabaseSync) {
    db.exec(`
      CREATE TABLE IF NOT EXISTS stripe_keys (
        key TEXT PRIMARY KEY, at INTEGER NOT NULL, fingerprint TEXT NOT NULL,
        request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS stripe_keys_at ON stripe_keys (at);
    `);
    this.#get = db.prepare('SELECT * FROM stripe_keys WHERE key = ? AND at > ?');
    this.#put = db.prepare('INSERT OR REPLACE INTO stripe_keys VALUES (?, ?, ?, ?, ?, ?)');
    this.#forget = db.prepare('DELETE FROM stripe_keys WHERE at <= ?');
  }

  /** @throws StripeRefusal 400 `idempotency_error` when the key came with another request first. */
  find(key: string, fingerprint: string, now: number): KeptAnswer | undefined {
    const row = this.#get.get(key, now - KEPT_MS);
    if (!row) return undefined;
    if (row['fingerprint'] !== fingerprint) {
      throw new StripeRefusal(
        400,
        {
          type: 'idempotency_error',
          message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        },
        { validation: true },
      );
    }
    return {
      requestId: String(row['request']),
      status: Number(row['status']),
      body: String(row['body']),
    };
  }

  keep(key: string, fingerprint: string, now: number, answer: KeptAnswer): void {
    if (this.#puts++ % FORGET_EVERY === 0) this.#forget.run(now - KEPT_MS);
    this.#put.run(key, now, fingerprint, answer.requestId, answer.status, answer.body);
  }
}

/** The same request has the same fingerprint, whatever the order of its parameters. */
export function fingerprintOf(path: string, body: string): string {
  return `${path}\n${body.split('&').sort().join('&')}`;
}

/** A key is at most 255 characters. */
export function checkKey(key: string | undefined): void {
  if (key === undefined || key.length <= 255) return;
  throw new StripeRefusal(
    400,
    {
      type: 'invalid_request_error',
      message: `Idempotency keys can be at most 255 characters long, but yours is ${key.length} characters.`,
    },
    { validation: true },
  );
}

export function keyInUse(key: string): StripeRefusal {
  return new StripeRefusal(
    409,
    {
      type: 'invalid_request_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    },
    { validation: true },
  );
}
