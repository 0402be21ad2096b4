import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoEmailClaims, LEASE_MS } from '../../lambdas/email/email-claims.ts';
import {
  type ProcessEmailMessageDeps,
  processEmailMessage,
} from '../../lambdas/email/process-email-message.ts';
import { sendGridSender } from '../../lambdas/email/sendgrid-sender.ts';
import { dynamoOrders } from '../../lambdas/orders/order-store.ts';
import { Transient } from '../../lambdas/shared/errors.ts';
import type { OrderNumber } from '../../lambdas/shared/order.ts';
import { anOrder } from '../shipping/an-order.ts';
import {
  type LocalProviders,
  localSecret,
  startLocalProviders,
} from '../shipping/local-providers.ts';
import { ORDERS, putOrder, RECORDS, startTables } from '../shipping/order-table.ts';
import { callsOf, inject, reset } from '../shipping/provider-faults.ts';
import { outcomeOf } from '../shipping/wire-server.ts';
import type { RealDynamoDb } from '../support/real-dynamodb.ts';

const SEND = '/v3/mail/send';
const FIND = '/v3/messages';

let db: RealDynamoDb;
let providers: LocalProviders;
let deps: ProcessEmailMessageDeps;
let logged: unknown[];
let orders = 0;
let owners = 0;
let body: string;

beforeAll(async () => {
  [db, providers] = await Promise.all([startTables(), startLocalProviders()]);
});
afterAll(() => Promise.all([db.stop(), providers.stop()]));

const sendGrid = () => providers.baseUrls.sendgrid;

beforeEach(async () => {
  await reset(sendGrid());
  orders += 1;
  const order_number = `ORD-2026-${String(orders).padStart(6, '0')}` as OrderNumber;
  await putOrder(db, anOrder({ order_number }));
  body = JSON.stringify({ order_number, template: 'order_confirmation' });
  logged = [];
  const log = (message: string, details: Record<string, unknown>) => {
    logged.push({ message, ...details });
  };
  deps = {
    orders: dynamoOrders(ORDERS, db.client),
    claims: dynamoEmailClaims(RECORDS, db.client),
    sender: sendGridSender({
      baseUrl: sendGrid(),
      apiKey: async () => localSecret('SENDGRID_API_KEY'),
      from: 'FastCart <orders@example.com>',
    }),
    clock: { now: () => new Date(providers.clock.now()) },
    newOwner: () => `owner-${owners++}`,
    timeoutMs: 200,
    logger: { info: log, warn: log },
  };
});

const receive = () => processEmailMessage(deps, body);
const fails = (name: string) => expect(receive()).rejects.toMatchObject({ name });
const countOf = async (path: string) =>
  (await callsOf(sendGrid())).filter((call) => call.path === path).length;
/** E-mails that the provider has taken, whatever it then answered. */
const taken = async (kinds: (number | null)[] = [202]) =>
  (await callsOf(sendGrid())).filter(({ path, status }) => path === SEND && kinds.includes(status))
    .length;

/** A sender that dies once it has claimed the e-mail, before or after it is sent. */
async function dies(when: 'before' | 'after'): Promise<void> {
  const { promise: dead } = Promise.withResolvers<never>();
  const claimed = Promise.withResolvers<void>();
  const mortal: ProcessEmailMessageDeps = {
    ...deps,
    sender: {
      ...deps.sender,
      async send(message, signal) {
        if (when === 'after') await deps.sender.send(message, signal);
        claimed.resolve();
        return dead;
      },
    },
  };
  void processEmailMessage(mortal, body);
  await claimed.promise;
}

describe('an e-mail', () => {
  it('is sent once, however often the message comes', async () => {
    expect(await receive()).toBe('sent');
    expect(await receive()).toBe('sent_before');
    expect(await taken()).toBe(1);
  });

  it('is sent once when many receive the message at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => outcomeOf(receive())));

    expect(all.filter((outcome) => outcome === 'sent')).toHaveLength(1);
    const others = all.filter((outcome) => outcome !== 'sent' && outcome !== 'sent_before');
    expect(others.every((outcome) => outcome instanceof Transient)).toBe(true);
    expect(await taken()).toBe(1);
  });

  it('of another kind for the same order is another e-mail', async () => {
    await receive();
    body = body.replace('order_confirmation', 'payment_problem');

    expect(await receive()).toBe('sent');
  });

  it.each([
    [429, 'Transient'],
    [400, 'EmailRefused'],
    [401, 'EmailRefused'],
    [413, 'EmailRefused'],
  ])('that was not taken (%i) is sent the next time, without looking', async (status, name) => {
    await inject(sendGrid(), { match: SEND, kind: 'status', status });
    await fails(name);

    expect(await receive()).toBe('sent');
    expect(await countOf(FIND)).toBe(0);
  });

  it.each(['after_effect_timeout', 'after_effect_reset'] as const)(
    'that went out unknown to us (%s) is not sent again',
    async (kind) => {
      await inject(sendGrid(), { match: SEND, kind });
      await fails('EmailOutcomeUnknown');

      expect(await receive()).toBe('sent_before');
      expect(await receive()).toBe('sent_before');
      expect(await countOf(SEND)).toBe(1);
      expect(await countOf(FIND)).toBe(1);
    },
  );

  it.each(['timeout', 'reset', 'status'] as const)(
    'that did not go out for all we know (%s) is sent after a look',
    async (kind) => {
      await inject(sendGrid(), { match: SEND, kind, ...(kind === 'status' && { status: 503 }) });
      await fails('EmailOutcomeUnknown');

      expect(await receive()).toBe('sent');
      expect(await countOf(FIND)).toBe(1);
    },
  );

  it('stays to be looked up while the look-up fails', async () => {
    await inject(sendGrid(), { match: SEND, kind: 'after_effect_timeout' });
    await fails('EmailOutcomeUnknown');
    await inject(sendGrid(), { match: FIND, kind: 'status', status: 429 });
    await fails('Transient');

    expect(await receive()).toBe('sent_before');
    expect(await countOf(SEND)).toBe(1);
  });

  it('stays to be looked up when the next try is turned away', async () => {
    await inject(sendGrid(), { match: SEND, kind: 'timeout' });
    await fails('EmailOutcomeUnknown');
    await inject(sendGrid(), { match: SEND, kind: 'status', status: 429 });
    await fails('Transient');

    expect(await receive()).toBe('sent');
    expect(await countOf(FIND)).toBe(2);
  });

  it('is sent again when the account cannot look up: better twice than never', async () => {
    await inject(sendGrid(), { match: SEND, kind: 'after_effect_timeout' });
    await fails('EmailOutcomeUnknown');
    await inject(sendGrid(), { match: FIND, kind: 'status', status: 403 });

    expect(await receive()).toBe('sent');
    expect(await countOf(SEND)).toBe(2);
  });

  it('of a sender that died is left to it until its lease ends, and looked up then', async () => {
    await dies('after');
    await fails('Transient');
    providers.clock.advance(LEASE_MS);

    expect(await receive()).toBe('sent_before');
    expect(await taken()).toBe(1);
  });

  it('of a sender that died before sending is sent by the next', async () => {
    await dies('before');
    providers.clock.advance(LEASE_MS);

    expect(await receive()).toBe('sent');
    expect(await taken()).toBe(1);
  });

  it('for an order that does not exist fails, and claims nothing', async () => {
    const known = body;
    body = body.replace(/ORD-2026-\d{2}/, 'ORD-2026-ZZ');
    await fails('InvalidOrder');
    body = known;

    expect(await receive()).toBe('sent');
  });
});

describe('a message', () => {
  it.each([
    'not JSON',
    '{}',
    'null',
    '{"order_number":"ORD-2026-7K3QX9"}',
    '{"order_number":"7","template":"order_confirmation"}',
    '{"order_number":"ORD-2026-7K3QX9","template":"constructor"}',
  ])('%s fails, so that it ends among the dead letters', async (text) => {
    await expect(processEmailMessage(deps, text)).rejects.toThrow('malformed e-mail message');
  });

  it('leaves a trace in the log, with nothing of the customer', async () => {
    await inject(sendGrid(), { match: SEND, kind: 'status', status: 400 });
    await fails('EmailRefused');
    await receive();

    expect(logged).toMatchObject([
      { message: 'e-mail not sent', error: 'EmailRefused', template: 'order_confirmation' },
      { message: 'e-mail done', outcome: 'sent' },
    ]);
    expect(JSON.stringify(logged)).not.toMatch(/example\.com|Lovelace|Fifth Avenue/);
  });
});
