import type { Clock } from '../clock.ts';
import { ACCOUNT_ID, type JsonObject, REGION } from '../contracts.ts';
import type { Journal } from '../journal.ts';
import { invalidParameter, queueDoesNotExist, queueNameExists } from './errors.ts';
import { requiredText } from './input.ts';
import {
  changeSettings,
  defaultSettings,
  type QueueSettings,
  refuseFifo,
} from './queue-attributes.ts';
import type { Queue, Statements } from './store.ts';

/** The queues that there are: few, so they are kept in memory beside their rows. */
export class Queues {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #sql: Statements;
  readonly #byName = new Map<string, Queue>();

  constructor(deps: { journal: Journal; clock: Clock; sql: Statements }) {
    this.#journal = deps.journal;
    this.#clock = deps.clock;
    this.#sql = deps.sql;
    for (const row of deps.sql.allQueues.all()) {
      const name = String(row['name']);
      this.#byName.set(name, {
        id: Number(row['id']),
        name,
        arn: queueArn(name),
        createdAt: Number(row['created_at']),
        modifiedAt: Number(row['modified_at']),
        settings: JSON.parse(String(row['settings'])) as QueueSettings,
      });
    }
  }

  list(): Queue[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  byName(name: string): Queue | undefined {
    return this.#byName.get(name);
  }

  byArn(arn: string): Queue | undefined {
    const prefix = queueArn('');
    return arn.startsWith(prefix) ? this.#byName.get(arn.slice(prefix.length)) : undefined;
  }

  byId(id: number): Queue | undefined {
    for (const queue of this.#byName.values()) if (queue.id === id) return queue;
    return undefined;
  }

  /**
   * The queue of a request's `QueueUrl`. Only the path counts: the account and the name.
   *
   * @throws QueueDoesNotExist, or InvalidParameterValueException for what is no queue URL.
   */
  byUrl(input: JsonObject): Queue {
    const url = requiredText(input, 'QueueUrl');
    const match = /^(?:https?:\/\/[^/]+)?\/?(?:queue\/)?\d{12}\/([^/]+)$/.exec(url);
    const name = match?.[1] ?? (url.includes('/') ? undefined : url);
    if (name === undefined)
      throw invalidParameter(`The address ${url} is not valid for this endpoint.`);
    const queue = this.#byName.get(name);
    if (!queue) throw queueDoesNotExist();
    return queue;
  }

  /** Creates the queue, or gives the one of that name if none of `attributes` differs from it. */
  async create(name: string, attributes: JsonObject): Promise<Queue> {
    if (name.endsWith('.fifo')) refuseFifo(`The queue name ${name}`);
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
      throw invalidParameter(
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      );
    }
    const settings = changeSettings(defaultSettings(), attributes);
    const existing = this.#byName.get(name);
    if (existing) return sameOrRefuse(existing, attributes);
    this.#requireDeadLetterQueue(settings);
    const now = this.#clock.now();
    const queue = await this.#journal.write(() => {
      // Two requests for one new name in one turn: the second finds what the first made.
      const made = this.#byName.get(name);
      if (made) return sameOrRefuse(made, attributes);
      const { lastInsertRowid } = this.#sql.insertQueue.run(
        name,
        now,
        now,
        JSON.stringify(settings),
      );
      const id = Number(lastInsertRowid);
      const queue = { id, name, arn: queueArn(name), createdAt: now, modifiedAt: now, settings };
      this.#byName.set(name, queue);
      return queue;
    });
    return queue;
  }

  async change(queue: Queue, attributes: JsonObject): Promise<void> {
    const settings = changeSettings(queue.settings, attributes);
    this.#requireDeadLetterQueue(settings);
    const now = this.#clock.now();
    await this.#journal.write(() => {
      this.#sql.updateQueue.run(JSON.stringify(settings), now, queue.id);
    });
    queue.settings = settings;
    queue.modifiedAt = now;
  }

  async remove(queue: Queue): Promise<void> {
    this.#byName.delete(queue.name);
    await this.#journal.write(() => {
      this.#sql.deleteQueue.run(queue.id);
      this.#sql.purge.run(queue.id);
    });
  }

  #requireDeadLetterQueue({ RedrivePolicy }: QueueSettings): void {
    if (!RedrivePolicy || this.byArn(RedrivePolicy.deadLetterTargetArn)) return;
    throw invalidParameter(
      `Value ${JSON.stringify(RedrivePolicy)} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
    );
  }
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;
}

function sameOrRefuse(queue: Queue, attributes: JsonObject): Queue {
  const wanted = changeSettings(queue.settings, attributes);
  for (const [name, value] of Object.entries(wanted)) {
    const current = queue.settings[name as keyof QueueSettings];
    if (JSON.stringify(value) !== JSON.stringify(current)) throw queueNameExists(name);
  }
  return queue;
}
