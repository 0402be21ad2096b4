import type { Clock, Timer } from '../../clock.ts';
import type { Journal } from '../../journal.ts';
import { parseForm } from '../http/form.ts';
import { type Answer, json, type ProviderRequest } from '../http/message.ts';
import { newId } from '../ids.ts';
import { expireAuthorisation } from './cancel-intent.ts';
import { StripeRefusal } from './errors.ts';
import { expand } from './expand.ts';
import { checkKey, fingerprintOf, IdempotencyKeys, keyInUse } from './idempotency.ts';
import type { Operation } from './operations.ts';
import { API_VERSION, Session } from './session.ts';
import { StripeStore } from './store.ts';
import { Webhooks } from './webhooks.ts';

/** Runs operations: each write is one transaction of its effect, its events and its idempotency key. */
export class StripeDesk {
  readonly store: StripeStore;
  readonly webhooks: Webhooks;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #baseUrl: string;
  readonly #keys: IdempotencyKeys;
  readonly #inFlight = new Set<string>();
  #alarm: { at: number; timer: Timer } | undefined;

  constructor(journal: Journal, clock: Clock, baseUrl: string) {
    this.#journal = journal;
    this.#clock = clock;
    this.#baseUrl = baseUrl;
    this.store = new StripeStore(journal.db);
    this.#keys = new IdempotencyKeys(journal.db);
    this.webhooks = new Webhooks(journal, clock, this.store);
    this.#armExpiry();
  }

  now(): number {
    return this.#clock.now();
  }

  /** Answers a POST, at most once per idempotency key. */
  async write(request: ProviderRequest, operation: Operation): Promise<Answer> {
    const header = request.headers['idempotency-key'];
    const key = typeof header === 'string' && header !== '' ? header : undefined;
    const requestId = newId('req_', 14);
    try {
      checkKey(key);
      if (key !== undefined && this.#inFlight.has(key)) throw keyInUse(key);
    } catch (error) {
      return refusalAnswer(error, requestId);
    }
    if (key !== undefined) this.#inFlight.add(key);
    try {
      if (request.delay) await request.delay;
      const answer = await this.#journal.write(() =>
        this.#execute(request, operation, requestId, key),
      );
      this.#afterWrite();
      return answer;
    } finally {
      if (key !== undefined) this.#inFlight.delete(key);
    }
  }

  /** Answers a GET. A test PaymentMethod that is read comes into being, hence the transaction. */
  async read(request: ProviderRequest, run: (session: Session) => object): Promise<Answer> {
    if (request.delay) await request.delay;
    if (this.#isExpiryDue()) await this.#journal.write(() => this.#expireDue());
    const requestId = newId('req_', 14);
    const session = this.#session(requestId);
    try {
      const object = expand(this.store, run(session), parseForm(request.query));
      if (session.changed) await this.#journal.write(() => session.flush());
      return okAnswer(requestId, JSON.stringify(object));
    } catch (error) {
      return refusalAnswer(error, requestId);
    }
  }

  /** Runs a change that is not of Stripe's API: an answer to 3D Secure, a test's control, an expiry. */
  async change<T>(run: (session: Session) => T): Promise<T> {
    const result = await this.#journal.write(() => {
      const session = this.#session();
      const value = run(session);
      this.webhooks.record(session.flush(), session.now);
      return value;
    });
    this.#afterWrite();
    return result;
  }

  async stop(): Promise<void> {
    this.#alarm?.timer.cancel();
    await this.webhooks.stop();
  }

  #execute(
    request: ProviderRequest,
    operation: Operation,
    requestId: string,
    key: string | undefined,
  ): Answer {
    this.#expireDue();
    const now = this.#clock.now();
    const fingerprint = fingerprintOf(request.path, request.body);
    let answer: Answer;
    let keep = true;
    const session = this.#session(requestId, key);
    try {
      const earlier = key === undefined ? undefined : this.#keys.find(key, fingerprint, now);
      if (earlier) {
        return withHeaders({ status: earlier.status, body: earlier.body }, requestId, {
          'idempotent-replayed': 'true',
          'original-request': earlier.requestId,
        });
      }
      const params = parseForm(request.body);
      const object = operation(session, params, request.params[0] ?? '');
      this.webhooks.record(session.flush(), now);
      answer = okAnswer(requestId, JSON.stringify(expand(this.store, object, params)));
    } catch (error) {
      if (error instanceof StripeRefusal && error.kept) this.webhooks.record(session.flush(), now);
      answer = refusalAnswer(error, requestId);
      keep = !(error instanceof StripeRefusal && error.validation);
    }
    if (key === undefined) return answer;
    if (keep) {
      const { status, body = '' } = answer;
      this.#keys.keep(key, fingerprint, now, { requestId, status, body });
    }
    answer.headers = { ...answer.headers, 'idempotency-key': key, 'original-request': requestId };
    return answer;
  }

  #session(requestId?: string, idempotencyKey?: string): Session {
    return new Session({
      store: this.store,
      now: this.#clock.now(),
      baseUrl: this.#baseUrl,
      ...(requestId === undefined ? {} : { requestId }),
      idempotencyKey,
    });
  }

  #afterWrite(): void {
    this.#armExpiry();
    this.webhooks.kick();
  }

  /** Cancels the authorisations whose time is over. Call it inside a transaction. */
  #expireDue(): void {
    if (!this.#isExpiryDue()) return;
    const now = this.#clock.now();
    for (const id of this.store.dueBefore(now)) {
      const session = this.#session();
      expireAuthorisation(session, id);
      this.webhooks.record(session.flush(), now);
    }
  }

  #isExpiryDue(): boolean {
    return this.#alarm !== undefined && this.#alarm.at <= this.#clock.now();
  }

  #armExpiry(): void {
    const at = this.store.nextDue();
    if (at === this.#alarm?.at) return;
    this.#alarm?.timer.cancel();
    this.#alarm = undefined;
    if (at === undefined) return;
    const timer = this.#clock.at(at, () => {
      void this.#journal.write(() => this.#expireDue()).then(() => this.#afterWrite());
    });
    this.#alarm = { at, timer };
  }
}

export function refusalAnswer(error: unknown, requestId = newId('req_', 14)): Answer {
  if (!(error instanceof StripeRefusal)) throw error;
  return withHeaders(json(error.status, { error: error.body }), requestId);
}

function okAnswer(requestId: string, body: string): Answer {
  return withHeaders({ status: 200, body }, requestId);
}

function withHeaders(answer: Answer, requestId: string, more: Record<string, string> = {}): Answer {
  return {
    ...answer,
    headers: {
      'content-type': 'application/json',
      'request-id': requestId,
      'stripe-version': API_VERSION,
      ...more,
    },
  };
}
