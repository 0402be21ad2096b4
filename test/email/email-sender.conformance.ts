import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EmailMessage, EmailSender } from '../../lambdas/email/email-sender.ts';
import { callsOf, inject, reset } from '../shipping/provider-faults.ts';
import { outcomeOf, silent } from '../shipping/wire-server.ts';

export interface RemoteSender {
  baseUrl(): string;
  make(baseUrl: string): EmailSender;
  sendPath: string;
  findPath: string;
}

const never = () => new AbortController().signal;
let keys = 0;

export function anEmail(changes: Partial<EmailMessage> = {}): EmailMessage {
  keys += 1;
  return {
    key: `email#ORD-2026-${String(keys).padStart(6, '0')}#order_confirmation`,
    to: { email: 'ada@example.com', name: 'Ada Lovelace' },
    subject: 'Order confirmed',
    html: '<p>Thank you</p>',
    text: 'Thank you',
    ...changes,
  };
}

/** What every implementation of EmailSender has to do. */
export function describeEmailSender(name: string, remote: RemoteSender): void {
  const make = () => remote.make(remote.baseUrl());
  const inTrouble = (fault: Parameters<typeof inject>[1]) => inject(remote.baseUrl(), fault);

  describe(`e-mail by ${name}`, () => {
    beforeEach(() => reset(remote.baseUrl()));

    it('is taken, named by the provider, and found by its key', async () => {
      const email = anEmail();

      const sent = await make().send(email, never());

      expect(sent.provider_message_id).toMatch(/./);
      expect(await make().find(email.key, never())).toBe(true);
    });

    it('is not found when it was not sent, nor by the key of another', async () => {
      await make().send(anEmail(), never());

      expect(await make().find(anEmail().key, never())).toBe(false);
    });

    it('goes to somebody without a name, with text that is odd', async () => {
      const email = anEmail({
        to: { email: 'ada@example.com' },
        subject: 'Ünïcode "quoted" 🛒',
        text: 'a {{b}} -c- %d%\n',
      });

      await expect(make().send(email, never())).resolves.toBeDefined();
    });

    it('is not sent and may be later when the provider is busy', async () => {
      await inTrouble({ match: remote.sendPath, kind: 'status', status: 429 });
      const email = anEmail();

      await expect(make().send(email, never())).rejects.toMatchObject({ name: 'Transient' });
      expect(await make().find(email.key, never())).toBe(false);
    });

    it.each([400, 401, 403, 413])('is refused for good with %i', async (status) => {
      await inTrouble({ match: remote.sendPath, kind: 'status', status });

      await expect(make().send(anEmail(), never())).rejects.toMatchObject({
        name: 'EmailRefused',
        message: `${name} refused the e-mail (${status})`,
      });
    });

    it.each([500, 502, 503])('has an unknown outcome after %i', async (status) => {
      await inTrouble({ match: remote.sendPath, kind: 'status', status });

      await expect(make().send(anEmail(), never())).rejects.toMatchObject({
        name: 'EmailOutcomeUnknown',
        message: `${name} answered ${status}`,
      });
    });

    it.each([
      ['timeout', false],
      ['reset', false],
      ['after_effect_timeout', true],
      ['after_effect_reset', true],
    ] as const)('has an unknown outcome after a %s, which the look-up tells', async (kind, out) => {
      await inTrouble({ match: remote.sendPath, kind });
      const email = anEmail();

      await expect(make().send(email, AbortSignal.timeout(100))).rejects.toMatchObject({
        name: 'EmailOutcomeUnknown',
      });
      expect(await make().find(email.key, never())).toBe(out);
    });

    it('is sent once for each call', async () => {
      const sender = make();
      await Promise.all([sender.send(anEmail(), never()), sender.send(anEmail(), never())]);

      const posts = (await callsOf(remote.baseUrl())).filter(
        ({ path }) => path === remote.sendPath,
      );
      expect(posts).toHaveLength(2);
    });

    it('closes its connection when it is given up', async () => {
      const server = await silent();
      const given = new AbortController();
      const outcome = outcomeOf(remote.make(server.baseUrl).send(anEmail(), given.signal));
      await vi.waitFor(() => expect(server.openConnections()).toBe(1));

      given.abort();

      expect(await outcome).toMatchObject({ name: 'EmailOutcomeUnknown' });
      await vi.waitFor(() => expect(server.openConnections()).toBe(0));
      await server.stop();
    });
  });

  describe(`the look-up of ${name}`, () => {
    beforeEach(() => reset(remote.baseUrl()));

    it.each([403, 404])('is unavailable to an account that gets %i', async (status) => {
      await inTrouble({ match: remote.findPath, kind: 'status', status });

      expect(await make().find(anEmail().key, never())).toBe('unavailable');
    });

    it.each([400, 401, 429, 500, 503])('says nothing with %i', async (status) => {
      await inTrouble({ match: remote.findPath, kind: 'status', status });

      await expect(make().find(anEmail().key, never())).rejects.toMatchObject({
        name: 'Transient',
      });
    });

    it.each(['timeout', 'reset'] as const)('says nothing after a %s', async (kind) => {
      await inTrouble({ match: remote.findPath, kind });

      await expect(make().find(anEmail().key, AbortSignal.timeout(100))).rejects.toMatchObject({
        name: 'Transient',
      });
    });

    it.each(['', '{}', '[]', 'null', '{"messages":1}'])('says nothing with %j', async (body) => {
      await inTrouble({ match: remote.findPath, kind: 'status', status: 200, body });

      await expect(make().find(anEmail().key, never())).rejects.toMatchObject({
        name: 'Transient',
      });
    });
  });
}
