import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock, Timer } from '../../clock.ts';
import type { Journal } from '../../journal.ts';
import { type Delivered, isAccepted, postWebhook } from './post-webhook.ts';
import type { PendingEvent } from './session.ts';
import type { Stored, StripeStore } from './store.ts';
import { newEndpoint } from './webhook-endpoints.ts';

/** `deliver` at once, `hold` until they are released, or `drop`: never. */
export type WebhookMode = 'deliver' | 'hold' | 'drop';

/** The endpoint whose address the local cloud says at each start. */
const LOCAL_ENDPOINT = 'we_local';

/**
 * Seconds until the next try. Stripe retries "for up to three days with an exponential back off"
 * (docs.stripe.com/webhooks#automatic-retries) and does not publish its delays; these are ours.
 */
const RETRY_SECONDS = [10, 60, 300, 1_800, 7_200, 18_000, 36_000];
const GIVE_UP_SECONDS = 3 * 24 * 60 * 60;
const MAX_IN_FLIGHT = 16;

interface Delivery {
  id: number;
  event: string;
  endpoint: string;
  attempts: number;
}

/** Sends events to the webhook endpoints: at least once, in no promised order, over restarts. */
export class Webhooks {
  mode: WebhookMode = 'deliver';
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #store: StripeStore;
  readonly #insert: StatementSync;
  readonly #dueNow: StatementSync;
  readonly #nextDue: StatementSync;
  readonly #pending: StatementSync;
  readonly #inFlight = new Map<number, Promise<void>>();
  #endpoints: Stored<'webhook_endpoint'>[];
  #addressKnown = false;
  /** Whether something may be due, or due anew, that `kick` has not seen. */
  #work = true;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(journal: Journal, clock: Clock, store: StripeStore) {
    this.#journal = journal;
    this.#clock = clock;
    this.#store = store;
    const { db } = journal;
    db.exec(`
      CREATE TABLE IF NOT EXISTS stripe_deliveries (
        id INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0
      );
      CREATE INDEX IF NOT EXISTS stripe_deliveries_due ON stripe_deliveries (held, next_at);
      CREATE INDEX IF NOT EXISTS stripe_deliveries_event ON stripe_deliveries (event);
    `);
    this.#insert = db.prepare(
      'INSERT INTO stripe_deliveries (event, endpoint, next_at, held) VALUES (?, ?, ?, ?)',
    );
    this.#dueNow = db.prepare(
      'SELECT * FROM stripe_deliveries WHERE held = 0 AND next_at <= ? AND endpoint != ? ORDER BY next_at, id LIMIT ?',
    );
    this.#nextDue = db.prepare(
      'SELECT MIN(next_at) AS at FROM stripe_deliveries WHERE held = 0 AND next_at > ?',
    );
    this.#pending = db.prepare('SELECT COUNT(*) AS n FROM stripe_deliveries WHERE event = ?');
    this.#endpoints = this.#loadEndpoints();
  }

  /** Where the managed endpoint is in this run; until it is known its deliveries wait. */
  async setLocalEndpoint(url: string, secret: string, enabledEvents: string[]): Promise<void> {
    const created = Math.floor(this.#clock.now() / 1000);
    await this.#journal.write(() => {
      const object = newEndpoint(created, LOCAL_ENDPOINT, url, enabledEvents);
      this.#store.put('webhook_endpoint', { object, hidden: { secret, managed: true } });
    });
    this.#addressKnown = true;
    this.refreshEndpoints();
    this.#work = true;
    this.kick();
  }

  refreshEndpoints(): void {
    this.#endpoints = this.#loadEndpoints();
  }

  /** Stores events with a delivery for each endpoint that wants them. Call it inside a transaction. */
  record(events: readonly PendingEvent[], now: number): void {
    for (const { head, snapshot } of events) {
      const wanted =
        this.mode === 'drop' ? [] : this.#endpoints.filter((one) => wants(one, head.type));
      const shown = JSON.stringify({ ...head, pending_webhooks: wanted.length });
      this.#store.putEvent(head, `${shown.slice(0, -1)},"data":{"object":${snapshot}}}`);
      for (const endpoint of wanted) {
        this.#insert.run(head.id, endpoint.object.id, now, this.mode === 'hold' ? 1 : 0);
        this.#work = true;
      }
    }
  }

  pendingFor(eventId: string): number {
    return Number(this.#pending.get(eventId)?.['n'] ?? 0);
  }

  /** Starts what is due and can be, and sets the alarm for the rest. */
  kick(): void {
    const free = MAX_IN_FLIGHT - this.#inFlight.size;
    if (this.#stopped || !this.#work || free <= 0) return;
    const now = this.#clock.now();
    const skipped = this.#addressKnown ? '' : LOCAL_ENDPOINT;
    const due = this.#dueNow.all(now, skipped, MAX_IN_FLIGHT + 1 + this.#inFlight.size);
    const startable = due.map(toDelivery).filter(({ id }) => !this.#inFlight.has(id));
    this.#work = startable.length > free;
    for (const delivery of startable.slice(0, free)) {
      const run = this.#attempt(delivery).finally(() => {
        this.#inFlight.delete(delivery.id);
        this.kick();
      });
      this.#inFlight.set(delivery.id, run);
    }
    this.#timer?.cancel();
    const next = this.#nextDue.get(now)?.['at'];
    if (typeof next !== 'number') return;
    this.#timer = this.#clock.at(next, () => {
      this.#work = true;
      this.kick();
    });
  }

  /** Sends everything held, one after the other, each `duplicate` times more; answers what the endpoints said. */
  async release(order: 'as_created' | 'reverse', duplicate: number): Promise<object[]> {
    const held = this.#journal.db
      .prepare('SELECT * FROM stripe_deliveries WHERE held = 1 ORDER BY id')
      .all()
      .map(toDelivery);
    if (order === 'reverse') held.reverse();
    const results: object[] = [];
    for (const delivery of held) {
      for (let extra = 0; extra < duplicate; extra++) results.push(await this.#post(delivery));
      const result = await this.#post(delivery);
      results.push(result);
      await this.#settle(delivery, result);
    }
    this.kick();
    return results;
  }

  /** Sends an event once more to every endpoint that wants it; undefined when there is no such event. */
  async resend(eventId: string): Promise<object[] | undefined> {
    const event = this.#store.get('event', eventId);
    if (!event) return undefined;
    const results: object[] = [];
    for (const endpoint of this.#endpoints.filter((one) => wants(one, event.object.type))) {
      results.push(
        await this.#post({ id: 0, event: eventId, endpoint: endpoint.object.id, attempts: 0 }),
      );
    }
    return results;
  }

  describe(): object {
    const counts = this.#journal.db
      .prepare(`SELECT COALESCE(SUM(held), 0) AS held, COALESCE(SUM(attempts), 0) AS retries, COUNT(*) AS pending
         FROM stripe_deliveries`)
      .get();
    return {
      mode: this.mode,
      held: counts?.['held'],
      pending: counts?.['pending'],
      retries: counts?.['retries'],
      endpoints: this.#endpoints.map(({ object }) => ({ id: object.id, url: object.url })),
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await Promise.race([Promise.allSettled(this.#inFlight.values()), new Promise(setImmediate)]);
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const result = await this.#post(delivery);
    if (!this.#stopped) await this.#settle(delivery, result);
  }

  async #post(delivery: Delivery): Promise<Delivered & { event: string; type: string | null }> {
    const endpoint = this.#endpoints.find(({ object }) => object.id === delivery.endpoint);
    const event = this.#store.get('event', delivery.event)?.object;
    const about = { event: delivery.event, type: event?.type ?? null };
    if (!endpoint || !event) return { ...about, status: 200 };
    const { url } = endpoint.object;
    const secret = endpoint.hidden.secret ?? '';
    const payload = JSON.stringify(event);
    return { ...about, ...(await postWebhook(url, payload, secret, this.#clock.now())) };
  }

  /** Accepted, or three days old: done. Otherwise it is tried again later. */
  async #settle(delivery: Delivery, result: Delivered): Promise<void> {
    const created = this.#store.get('event', delivery.event)?.object.created ?? 0;
    const wait = RETRY_SECONDS[Math.min(delivery.attempts, RETRY_SECONDS.length - 1)] ?? 0;
    const next = this.#clock.now() + wait * 1000;
    const done = isAccepted(result) || next > (created + GIVE_UP_SECONDS) * 1000;
    await this.#journal.write((db: DatabaseSync) => {
      this.#work ||= !done;
      if (done) db.prepare('DELETE FROM stripe_deliveries WHERE id = ?').run(delivery.id);
      else {
        db.prepare(
          'UPDATE stripe_deliveries SET attempts = attempts + 1, next_at = ?, held = 0 WHERE id = ?',
        ).run(next, delivery.id);
      }
    });
  }

  #loadEndpoints(): Stored<'webhook_endpoint'>[] {
    return [...this.#store.scan('webhook_endpoint')].flatMap(
      ({ id }) => this.#store.get('webhook_endpoint', id) ?? [],
    );
  }
}

function wants({ object }: Stored<'webhook_endpoint'>, type: string): boolean {
  return object.enabled_events.includes('*') || object.enabled_events.includes(type);
}

function toDelivery(row: Record<string, unknown>): Delivery {
  return {
    id: Number(row['id']),
    event: String(row['event']),
    endpoint: String(row['endpoint']),
    attempts: Number(row['attempts']),
  };
}
