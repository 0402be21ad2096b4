import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendGridSender } from '../../lambdas/email/sendgrid-sender.ts';
import {
  type LocalProviders,
  localSecret,
  startLocalProviders,
} from '../shipping/local-providers.ts';
import { answering } from '../shipping/wire-server.ts';
import { anEmail, describeEmailSender } from './email-sender.conformance.ts';

const apiKey = async () => localSecret('SENDGRID_API_KEY');
const from = 'FastCart <orders@example.com>';
const signal = new AbortController().signal;

describe('against the local provider', () => {
  let providers: LocalProviders;
  beforeAll(async () => {
    providers = await startLocalProviders();
  });
  afterAll(() => providers.stop());

  describeEmailSender('sendgrid', {
    baseUrl: () => providers.baseUrls.sendgrid,
    make: (baseUrl) => sendGridSender({ baseUrl, apiKey, from }),
    sendPath: '/v3/mail/send',
    findPath: '/v3/messages',
  });
});

describe('what SendGrid is asked', () => {
  it('is one e-mail to one person, with its key beside', async () => {
    const server = await answering(() => ({ status: 202, body: '' }));
    const email = anEmail();

    expect(
      await sendGridSender({ baseUrl: server.baseUrl, apiKey, from }).send(email, signal),
    ).toEqual({});

    const [request] = server.requests;
    await server.stop();
    expect(request).toMatchObject({ method: 'POST', url: '/v3/mail/send' });
    expect(request?.headers.authorization).toBe('Bearer SG.local');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      from: { email: 'orders@example.com', name: 'FastCart' },
      subject: 'Order confirmed',
      personalizations: [{ to: [{ email: 'ada@example.com', name: 'Ada Lovelace' }] }],
      content: [
        { type: 'text/plain', value: 'Thank you' },
        { type: 'text/html', value: '<p>Thank you</p>' },
      ],
      custom_args: { message_key: email.key },
    });
  });

  it('is for messages of one key', async () => {
    const server = await answering(() => ({ status: 200, body: { messages: [] } }));
    const { key } = anEmail();

    expect(await sendGridSender({ baseUrl: server.baseUrl, apiKey, from }).find(key, signal)).toBe(
      false,
    );

    const url = new URL(server.requests[0]?.url ?? '', server.baseUrl);
    await server.stop();
    expect(url.pathname).toBe('/v3/messages');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      limit: '1',
      query: `(unique_args['message_key']="${key}")`,
    });
  });
});
