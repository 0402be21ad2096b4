import type { DatabaseSync } from 'node:sqlite';
import type { QueueSettings } from './queue-attributes.ts';

/** A queue as it is kept; times in milliseconds since the epoch. */
export interface Queue {
  readonly id: number;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  modifiedAt: number;
  settings: QueueSettings;
}

/** A message as it is kept; times in milliseconds since the epoch, attributes as JSON text. */
export interface MessageRow {
  id: number;
  queue_id: number;
  message_id: string;
  body: string;
  md5: string;
  attributes: string | null;
  trace_header: string | null;
  group_id: string | null;
  sent_at: number;
  visible_at: number;
  receive_count: number;
  first_received_at: number | null;
  /** ARN of the queue that it was dead-lettered from. */
  source_arn: string | null;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sqs_queues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    settings TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS sqs_messages (
    id INTEGER PRIMARY KEY,
    queue_id INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    body TEXT NOT NULL,
    md5 TEXT NOT NULL,
    attributes TEXT,
    trace_header TEXT,
    group_id TEXT,
    sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    receive_count INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER,
    source_arn TEXT
  );
  CREATE INDEX IF NOT EXISTS sqs_messages_visible ON sqs_messages (queue_id, visible_at, id);
  CREATE INDEX IF NOT EXISTS sqs_messages_sent ON sqs_messages (queue_id, sent_at);
  CREATE TABLE IF NOT EXISTS sqs_move_tasks (
    handle TEXT PRIMARY KEY,
    source_arn TEXT NOT NULL,
    destination_arn TEXT,
    started_at INTEGER NOT NULL,
    moved INTEGER NOT NULL
  );
`;

export type Statements = ReturnType<typeof prepareStatements>;

/** Makes SQS's tables when they are missing and prepares every statement that the hot path uses. */
export function prepareStatements(db: DatabaseSync) {
  db.exec(SCHEMA);
  return {
    insertQueue: db.prepare(
      'INSERT INTO sqs_queues (name, created_at, modified_at, settings) VALUES (?, ?, ?, ?)',
    ),
    updateQueue: db.prepare('UPDATE sqs_queues SET settings = ?, modified_at = ? WHERE id = ?'),
    deleteQueue: db.prepare('DELETE FROM sqs_queues WHERE id = ?'),
    allQueues: db.prepare('SELECT * FROM sqs_queues'),
    insert: db.prepare(
      `INSERT INTO sqs_messages
         (queue_id, message_id, body, md5, attributes, trace_header, group_id, sent_at, visible_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    visible: db.prepare(
      `SELECT * FROM sqs_messages WHERE queue_id = ? AND visible_at <= ?
       ORDER BY visible_at, id LIMIT ?`,
    ),
    nextVisibleAt: db.prepare('SELECT MIN(visible_at) AS at FROM sqs_messages WHERE queue_id = ?'),
    markReceived: db.prepare(
      `UPDATE sqs_messages SET receive_count = ?, visible_at = ?, first_received_at = ? WHERE id = ?`,
    ),
    deadLetter: db.prepare(
      `UPDATE sqs_messages SET queue_id = ?, source_arn = ?, visible_at = ?, receive_count = 0,
         first_received_at = NULL WHERE id = ?`,
    ),
    moveBack: db.prepare(
      `UPDATE sqs_messages SET queue_id = ?, source_arn = NULL, message_id = ?, sent_at = ?,
         visible_at = ?, receive_count = 0, first_received_at = NULL WHERE id = ?`,
    ),
    find: db.prepare(
      'SELECT * FROM sqs_messages WHERE id = ? AND queue_id = ? AND message_id = ? AND receive_count = ?',
    ),
    remove: db.prepare(
      'DELETE FROM sqs_messages WHERE id = ? AND queue_id = ? AND message_id = ? AND receive_count = ?',
    ),
    setVisibleAt: db.prepare('UPDATE sqs_messages SET visible_at = ? WHERE id = ?'),
    expire: db.prepare('DELETE FROM sqs_messages WHERE queue_id = ? AND sent_at <= ?'),
    purge: db.prepare('DELETE FROM sqs_messages WHERE queue_id = ?'),
    count: db.prepare(
      `SELECT COALESCE(SUM(visible_at <= :now), 0) AS visible,
              COALESCE(SUM(visible_at > :now AND receive_count > 0), 0) AS in_flight,
              COALESCE(SUM(visible_at > :now AND receive_count = 0), 0) AS delayed
       FROM sqs_messages WHERE queue_id = :queue AND sent_at > :expired`,
    ),
    insertMoveTask: db.prepare('INSERT INTO sqs_move_tasks VALUES (?, ?, ?, ?, ?)'),
    moveTasks: db.prepare(
      'SELECT * FROM sqs_move_tasks WHERE source_arn = ? ORDER BY started_at DESC, rowid DESC LIMIT ?',
    ),
  };
}
