import { randomInt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { ACCOUNT_ID, type JsonObject, REGION } from '../contracts.ts';
import { notFound } from './errors.ts';

/** A secret; times in milliseconds since the epoch. */
export interface Secret {
  arn: string;
  name: string;
  description: string | null;
  kms_key_id: string | null;
  /** The request's `Tags` as JSON text. */
  tags: string;
  created_at: number;
  changed_at: number;
  /** When it will be gone. */
  deletion_at: number | null;
}

/** One value of a secret; exactly one of `text` and `binary` (base64) is set. `stages` is a JSON list. */
export interface SecretVersion {
  arn: string;
  version_id: string;
  text: string | null;
  binary: string | null;
  stages: string;
  created_at: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS secrets (
    arn TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    kms_key_id TEXT,
    tags TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    deletion_at INTEGER
  );
  CREATE TABLE IF NOT EXISTS secret_versions (
    arn TEXT NOT NULL,
    version_id TEXT NOT NULL,
    text TEXT,
    binary TEXT,
    stages TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (arn, version_id)
  );
`;

export type Statements = ReturnType<typeof prepareStatements>;

export function prepareStatements(db: DatabaseSync) {
  db.exec(SCHEMA);
  return {
    insert: db.prepare('INSERT INTO secrets VALUES (?, ?, ?, ?, ?, ?, ?, NULL)'),
    all: db.prepare('SELECT * FROM secrets ORDER BY name'),
    byName: db.prepare('SELECT * FROM secrets WHERE name = ?'),
    byArn: db.prepare('SELECT * FROM secrets WHERE arn = ?'),
    describe: db.prepare(
      'UPDATE secrets SET description = ?, kms_key_id = ?, changed_at = ? WHERE arn = ?',
    ),
    setDeletion: db.prepare('UPDATE secrets SET deletion_at = ? WHERE arn = ?'),
    remove: db.prepare('DELETE FROM secrets WHERE arn = ?'),
    removeVersions: db.prepare('DELETE FROM secret_versions WHERE arn = ?'),
    insertVersion: db.prepare('INSERT INTO secret_versions VALUES (?, ?, ?, ?, ?, ?)'),
    versions: db.prepare('SELECT * FROM secret_versions WHERE arn = ? ORDER BY created_at, rowid'),
    setStages: db.prepare('UPDATE secret_versions SET stages = ? WHERE arn = ? AND version_id = ?'),
  };
}

/** The ARN of a new secret: AWS adds a hyphen and six random characters to the name. */
export function newArn(name: string): string {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const suffix = Array.from({ length: 6 }, () => characters[randomInt(characters.length)]).join('');
  return `${arnPrefix()}${name}-${suffix}`;
}

/**
 * The secret that `secretId` means: its name, its ARN, or its ARN without the random characters.
 *
 * @throws ResourceNotFoundException
 */
export function findSecret(sql: Statements, secretId: string, now: number): Secret {
  const prefix = arnPrefix();
  const partial = secretId.startsWith(prefix) ? secretId.slice(prefix.length) : secretId;
  const row = sql.byArn.get(secretId) ?? sql.byName.get(secretId) ?? sql.byName.get(partial);
  const secret = row as Secret | undefined;
  if (!secret || isGone(secret, now)) throw notFound();
  return secret;
}

/** Whether the secret's recovery window is over. */
export function isGone(secret: Secret, now: number): boolean {
  return secret.deletion_at !== null && secret.deletion_at <= now;
}

export function versionsOf(sql: Statements, arn: string): (SecretVersion & { labels: string[] })[] {
  const rows = sql.versions.all(arn) as unknown as SecretVersion[];
  return rows.map((row) => ({ ...row, labels: JSON.parse(row.stages) as string[] }));
}

/** `VersionIdsToStages` of DescribeSecret: without the versions that no label points at. */
export function versionStages(sql: Statements, arn: string): JsonObject {
  const labelled = versionsOf(sql, arn).filter(({ labels }) => labels.length > 0);
  return Object.fromEntries(labelled.map(({ version_id, labels }) => [version_id, labels]));
}

function arnPrefix(): string {
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:`;
}
