import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import {
  type ProviderName,
  providerDeclarations,
  startProviders,
} from '../../local/providers/index.ts';
import { ask, MANUAL, start, startReceiver, stripeAt, stripeError } from './local-providers.ts';

test('payments, keys, mails, labels and transactions outlive kill -9', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'fastcart-providers-'));
  const first = await spawn(dataDir);
  const stripe = stripeAt(first.baseUrls.stripe);
  const held = await stripe.paymentIntents.create(
    { ...MANUAL, amount: 1000, payment_method: 'pm_card_visa', confirm: true },
    { idempotencyKey: 'before' },
  );
  // Under load, so that some are cut off: what was answered must be there.
  const answered: string[] = [];
  const load = Promise.allSettled(
    Array.from({ length: 8 }, async (_, caller) => {
      for (let i = 0; ; i++) {
        const intent = await stripe.paymentIntents.create(
          { ...MANUAL, amount: 1000 },
          { idempotencyKey: `load-${caller}-${i}` },
        );
        answered.push(intent.id);
      }
    }),
  );
  const mail = {
    from: { email: 'orders@example.com' },
    personalizations: [{ to: [{ email: 'ada@example.com' }] }],
    subject: 'Hello',
    content: [{ type: 'text/plain', value: 'Hello' }],
  };
  const headers = { authorization: 'Bearer SG.local' };
  await ask('POST', `${first.baseUrls.sendgrid}/v3/mail/send`, mail, headers);
  const tax = {
    transaction_id: 'ORD-1',
    transaction_date: '2026-11-20',
    to_country: 'US',
    to_state: 'CA',
    to_zip: '94105',
    amount: 1,
    shipping: 1,
    sales_tax: 1,
  };
  const taxKey = { authorization: 'Bearer taxjar_local' };
  await ask('POST', `${first.baseUrls.taxjar}/v2/transactions/orders`, tax, taxKey);
  await expect.poll(() => answered.length).toBeGreaterThan(50);
  first.child.kill('SIGKILL');
  await load;

  const second = await spawn(dataDir);
  const again = stripeAt(second.baseUrls.stripe);
  for (const id of answered) expect((await again.paymentIntents.retrieve(id)).id).toBe(id);
  const replayed = await again.paymentIntents.create(
    { ...MANUAL, amount: 1000, payment_method: 'pm_card_visa', confirm: true },
    { idempotencyKey: 'before' },
  );
  expect(replayed.id).toBe(held.id);
  expect((await again.paymentIntents.capture(held.id)).status).toBe('succeeded');
  const inbox = await ask('GET', `${second.baseUrls.sendgrid}/_inbox`);
  expect(inbox.body).toMatchObject([{ subject: 'Hello' }]);
  const shown = await ask(
    'GET',
    `${second.baseUrls.taxjar}/v2/transactions/orders/ORD-1`,
    undefined,
    taxKey,
  );
  expect(shown.status).toBe(200);
  second.child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

test('an authorization expires although the providers were down when its time came', async () => {
  let running = await start();
  const receiver = await startReceiver();
  await running.providers.setWebhookUrl('stripe', receiver.url);
  const held = await running.stripe.paymentIntents.create({
    ...MANUAL,
    amount: 1000,
    payment_method: 'pm_card_visa',
    confirm: true,
  });
  running.clock.advance(8 * 24 * 60 * 60 * 1000);
  running = await running.restart();
  await running.providers.setWebhookUrl('stripe', receiver.url);
  await expect.poll(() => receiver.types()).toContain('payment_intent.canceled');
  expect((await stripeError(running.stripe.paymentIntents.capture(held.id))).code).toBe(
    'payment_intent_unexpected_state',
  );
  await running.stop();
  await receiver.stop();
});

test('a taken port is an error, and none is left running', async () => {
  const running = await start();
  const port = Number(new URL(running.baseUrls.usps).port);
  const clock = new VirtualClock();
  await expect(
    startProviders({ dataDir: ':memory:', clock, ports: { sendgrid: port } }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await running.stop();
});

test('each provider says its variable and its keys before it starts', async () => {
  const running = await start();
  expect(
    running.providers.started.map(({ name, baseUrlVariable }) => [name, baseUrlVariable]),
  ).toEqual(
    ['stripe', 'taxjar', 'fedex', 'ups', 'usps', 'shippo', 'sendgrid'].map((name) => [
      name,
      `${name.toUpperCase()}_API_BASE`,
    ]),
  );
  for (const { name, secretDefaults } of providerDeclarations) {
    for (const [key, value] of Object.entries(secretDefaults)) {
      expect(key.startsWith(name.toUpperCase())).toBe(true);
      expect(value).not.toBe('');
    }
  }
  await running.stop();
});

async function spawn(
  dataDir: string,
): Promise<{ child: ChildProcess; baseUrls: Record<ProviderName, string> }> {
  const child = fork(new URL('./run-providers.ts', import.meta.url), [dataDir], {
    stdio: 'inherit',
  });
  const [baseUrls] = (await once(child, 'message')) as [Record<ProviderName, string>];
  return { child, baseUrls };
}
