import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Address, Mail } from './validate-mail.ts';

/** A mail as it arrived with one group of recipients. `at` is ISO 8601. */
export interface ReceivedMail {
  id: string;
  at: string;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  from: Address;
  subject: string;
  text: string | null;
  html: string | null;
  template_id: string | null;
  custom_args: Record<string, string>;
  categories: string[];
}

/** One condition of an Email Activity query; `arg` names the custom argument of `unique_args['arg']`. */
export interface Condition {
  field: string;
  arg?: string;
  operator: '=' | '!=' | 'LIKE';
  value: string;
}

/** The mails that were accepted, on disk. */
export class Mailbox {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS sendgrid_mails (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
        to_email TEXT NOT NULL, from_email TEXT NOT NULL, subject TEXT NOT NULL, json TEXT NOT NULL
      );
      CREATE INDEX IF NOT EXISTS sendgrid_to ON sendgrid_mails (to_email);
      CREATE TABLE IF NOT EXISTS sendgrid_args (mail INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS sendgrid_args_value ON sendgrid_args (name, value);
    `);
  }

  /** Keeps a valid mail, once per personalization, as SendGrid splits it. Call it inside a transaction. */
  add(mail: Mail, messageId: string, now: number): void {
    for (const [index, one] of mail.personalizations.entries()) {
      const received: ReceivedMail = {
        id: `${messageId}.local-${index}`,
        at: new Date(now).toISOString(),
        to: one.to,
        cc: one.cc ?? [],
        bcc: one.bcc ?? [],
        from: mail.from,
        subject: one.subject ?? mail.subject ?? '',
        text: partOf(mail, 'text/plain'),
        html: partOf(mail, 'text/html'),
        template_id: mail.template_id ?? null,
        custom_args: { ...mail.custom_args, ...one.custom_args },
        categories: mail.categories ?? [],
      };
      const { lastInsertRowid } = this.#db
        .prepare(
          'INSERT INTO sendgrid_mails (id, at, to_email, from_email, subject, json) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(
          received.id,
          now,
          one.to[0]?.email ?? '',
          mail.from.email,
          received.subject,
          JSON.stringify(received),
        );
      for (const [name, value] of Object.entries(received.custom_args)) {
        this.#db
          .prepare('INSERT INTO sendgrid_args VALUES (?, ?, ?)')
          .run(lastInsertRowid, name, value);
      }
    }
  }

  /** Newest first. */
  list(limit: number, conditions: readonly Condition[] = []): ReceivedMail[] {
    const where: string[] = [];
    const values: SQLInputValue[] = [];
    for (const { field, arg, operator, value } of conditions) {
      if (arg === undefined) {
        where.push(`${field} ${operator} ?`);
        values.push(value);
      } else {
        const within = operator === '!=' ? 'NOT IN' : 'IN';
        where.push(
          `seq ${within} (SELECT mail FROM sendgrid_args WHERE name = ? AND value ${operator === 'LIKE' ? 'LIKE' : '='} ?)`,
        );
        values.push(arg, value);
      }
    }
    return this.#db
      .prepare(
        `SELECT json FROM sendgrid_mails ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
         ORDER BY seq DESC LIMIT ?`,
      )
      .all(...values, limit)
      .map((row) => JSON.parse(String(row['json'])) as ReceivedMail);
  }

  get(id: string): ReceivedMail | undefined {
    const row = this.#db.prepare('SELECT json FROM sendgrid_mails WHERE id = ?').get(id);
    return row ? (JSON.parse(String(row['json'])) as ReceivedMail) : undefined;
  }

  count(): number {
    return Number(this.#db.prepare('SELECT COUNT(*) AS n FROM sendgrid_mails').get()?.['n'] ?? 0);
  }

  clear(): void {
    this.#db.exec('DELETE FROM sendgrid_mails; DELETE FROM sendgrid_args;');
  }
}

function partOf(mail: Mail, type: string): string | null {
  return mail.content?.find((part) => part.type === type)?.value ?? null;
}
