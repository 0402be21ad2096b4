import type Stripe from 'stripe';
import { newId } from '../ids.ts';
import type { Kind, Objects, Stored, StripeStore } from './store.ts';

export const API_VERSION = '2026-10-28.endive';

/** An event before it is stored: all but its data, and the JSON of the object that it shows. */
export interface PendingEvent {
  head: Omit<Stripe.EventBase, 'data' | 'pending_webhooks'>;
  snapshot: string;
}

/**
 * One request's view of Stripe: what it changes is seen by itself at once and by others when it is flushed,
 * so that a request that is refused half-way leaves nothing behind.
 */
export class Session {
  readonly baseUrl: string;
  /** Milliseconds. */
  readonly now: number;
  readonly #store: StripeStore;
  readonly #request: { id: string | null; idempotency_key: string | null };
  readonly #changed = new Map<string, { kind: Kind; stored: Stored<Kind> }>();
  readonly #events: PendingEvent[] = [];

  constructor(options: {
    store: StripeStore;
    now: number;
    baseUrl: string;
    requestId?: string;
    idempotencyKey?: string | undefined;
  }) {
    this.#store = options.store;
    this.now = options.now;
    this.baseUrl = options.baseUrl;
    this.#request = {
      id: options.requestId ?? null,
      idempotency_key: options.idempotencyKey ?? null,
    };
  }

  /** The time as Stripe tells it, in seconds. */
  get seconds(): number {
    return Math.floor(this.now / 1000);
  }

  get<K extends Kind>(kind: K, id: string): Stored<K> | undefined {
    const changed = this.#changed.get(id);
    if (changed)
      return changed.kind === kind ? (changed.stored as unknown as Stored<K>) : undefined;
    return this.#store.get(kind, id);
  }

  put<K extends Kind>(kind: K, stored: Stored<K>): void {
    this.#changed.set(stored.object.id, {
      kind,
      stored,
    });
  }

  /** Records an event that shows `object` as it is now. */
  emit(type: Stripe.Event.Type, object: Objects[Kind]): void {
    this.#events.push({
      head: {
        id: newId('evt_3'),
        object: 'event',
        api_version: API_VERSION,
        created: this.seconds,
        livemode: false,
        request: this.#request,
        type,
      },
      snapshot: JSON.stringify(object),
    });
  }

  get changed(): boolean {
    return this.#changed.size > 0;
  }

  /** Writes all changes; answers the events, oldest first. Call it inside a transaction. */
  flush(): readonly PendingEvent[] {
    for (const { kind, stored } of this.#changed.values()) this.#store.put(kind, stored);
    return this.#events;
  }
}
