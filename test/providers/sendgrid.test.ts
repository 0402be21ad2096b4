import sendGridClient from '@sendgrid/client';
import sendGridMail from '@sendgrid/mail';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, type Running, start } from './local-providers.ts';

let running: Running;
let baseUrl: string;

beforeAll(async () => {
  running = await start();
  baseUrl = running.baseUrls.sendgrid;
});
afterAll(() => running.stop());
beforeEach(async () => {
  await ask('DELETE', `${baseUrl}/_inbox`);
  use('SG.local');
});

// Setting the key resets the base URL: this order matters.
function use(key: string): void {
  sendGridClient.setApiKey(key);
  sendGridClient.setDefaultRequest('baseUrl', baseUrl);
  sendGridMail.setClient(sendGridClient);
}

const MAIL = {
  to: { email: 'ada@example.com', name: 'Ada' },
  from: 'FastCart <orders@example.com>',
  subject: 'Your order ORD-1',
  text: 'Thank you',
  html: '<p>Thank <b>you</b></p>',
  customArgs: { message_key: 'ORD-1/confirmed' },
};

interface SendGridFailure {
  code: number;
  response: { body: { errors: { message: string; field: string | null }[] } };
}

async function failure(promise: Promise<unknown>): Promise<SendGridFailure> {
  return promise.then(
    () => {
      throw new Error('expected SendGrid to refuse');
    },
    (error: unknown) => error as SendGridFailure,
  );
}

describe('sending', () => {
  test('takes a mail from the real client and keeps it', async () => {
    const [response] = await sendGridMail.send(MAIL);
    expect(response.statusCode).toBe(202);
    const id = String(response.headers['x-message-id']);
    expect(id).not.toBe('');
    const { body } = await ask<object[]>('GET', `${baseUrl}/_inbox`);
    expect(body).toEqual([
      expect.objectContaining({
        id: `${id}.local-0`,
        to: [{ email: 'ada@example.com', name: 'Ada' }],
        from: { email: 'orders@example.com', name: 'FastCart' },
        subject: 'Your order ORD-1',
        text: 'Thank you',
        html: '<p>Thank <b>you</b></p>',
        custom_args: { message_key: 'ORD-1/confirmed' },
      }),
    ]);
  });

  test('splits a mail by its personalizations', async () => {
    await sendGridMail.send({ ...MAIL, to: ['a@example.com', 'b@example.com'], isMultiple: true });
    const { body } = await ask<{ to: { email: string }[] }[]>('GET', `${baseUrl}/_inbox`);
    expect(body.map(({ to }) => to.map(({ email }) => email))).toEqual([
      ['a@example.com'],
      ['b@example.com'],
    ]);
    const one = await ask<unknown[]>('GET', `${baseUrl}/_inbox?to=b@example.com`);
    expect(one.body).toHaveLength(1);
  });

  test('needs the key', async () => {
    use('SG.other');
    const error = await failure(sendGridMail.send(MAIL));
    expect(error.code).toBe(401);
    expect(error.response.body.errors[0]?.message).toBe(
      'The provided authorization grant is invalid, expired, or revoked',
    );
  });

  test.each<[string, object, string]>([
    ['an address that is none', { to: 'not an address' }, 'personalizations.0.to.0.email'],
    ['no recipient', { to: [] }, 'personalizations.0.to'],
    ['nobody it is from', { from: { email: '' } }, 'from.email'],
    ['no subject', { subject: '' }, 'subject'],
    ['no content', { text: undefined, html: undefined }, 'content'],
    ['the same recipient twice', { cc: 'ADA@example.com' }, 'personalizations'],
  ])('%s is refused by its field', async (_name, change, field) => {
    const { to, from, subject, text, html, ...rest } = { ...MAIL, ...change };
    const body = {
      personalizations: [
        {
          to: Array.isArray(to) ? to : [typeof to === 'string' ? { email: to } : to],
          ...('cc' in rest ? { cc: [{ email: rest.cc }] } : {}),
        },
      ],
      from: typeof from === 'string' ? { email: 'orders@example.com' } : from,
      subject,
      content: [
        ...(text === undefined ? [] : [{ type: 'text/plain', value: text }]),
        ...(html === undefined ? [] : [{ type: 'text/html', value: html }]),
      ],
    };
    const { status, body: answer } = await ask<{ errors: { field: string }[] }>(
      'POST',
      `${baseUrl}/v3/mail/send`,
      body,
      { authorization: 'Bearer SG.local' },
    );
    expect(status).toBe(400);
    expect(answer.errors.map((error) => error.field)).toEqual([field]);
    expect((await ask<unknown[]>('GET', `${baseUrl}/_inbox`)).body).toEqual([]);
  });
});

describe('Email Activity', () => {
  interface Found {
    messages: { msg_id: string; status: string; to_email: string; subject: string }[];
  }
  const find = async (query: string) => {
    const [, body] = await sendGridClient.request({
      method: 'GET',
      url: '/v3/messages',
      qs: { query, limit: 10 },
    });
    return (body as Found).messages;
  };

  test('finds a mail by its argument, its recipient, or both', async () => {
    const [sent] = await sendGridMail.send(MAIL);
    await sendGridMail.send({
      ...MAIL,
      to: 'bob@example.com',
      customArgs: { message_key: 'other' },
    });
    const expected = [
      expect.objectContaining({
        msg_id: `${String(sent.headers['x-message-id'])}.local-0`,
        to_email: 'ada@example.com',
        status: 'delivered',
      }),
    ];
    const byKey = `unique_args['message_key']="ORD-1/confirmed"`;
    expect(await find(byKey)).toEqual(expected);
    expect(await find(`(${byKey}) AND to_email="ada@example.com"`)).toEqual(expected);
    expect(await find(`${byKey} AND to_email="bob@example.com"`)).toEqual([]);
    expect(await find('to_email="ada@example.com"')).toEqual(expected);
    expect(await find('status="delivered"')).toHaveLength(2);
    expect(await find(`unique_args['message_key']="x' OR '1'='1"`)).toEqual([]);
  });

  test('refuses a query that it can’t read', async () => {
    expect((await failure(find('color="red"'))).code).toBe(400);
    expect((await failure(find('to_email='))).code).toBe(400);
  });

  test('tells one mail’s events', async () => {
    const [sent] = await sendGridMail.send(MAIL);
    const [, body] = await sendGridClient.request({
      method: 'GET',
      url: `/v3/messages/${String(sent.headers['x-message-id'])}.local-0`,
    });
    expect(body).toMatchObject({
      events: [{ event_name: 'processed' }, { event_name: 'delivered' }],
    });
  });
});

describe('the inbox', () => {
  test('lists mails and shows one, escaped and without its scripts', async () => {
    expect(await (await fetch(`${baseUrl}/`)).text()).toContain('No mail yet');
    await sendGridMail.send({
      ...MAIL,
      subject: '<img src=x onerror=alert(1)>',
      html: '<script>alert("x")</script>',
    });
    const list = await (await fetch(`${baseUrl}/`)).text();
    expect(list).toContain('&lt;img src=x');
    expect(list).not.toContain('<img');
    const link = /href="(\/inbox\/[^"]+)"/.exec(list)?.[1] ?? '';
    const mail = await (await fetch(`${baseUrl}${link}`)).text();
    expect(mail).toContain('sandbox title');
    expect(mail).toContain('srcdoc="&lt;script&gt;alert(&quot;x&quot;)');
    expect(mail).not.toContain('<script>');
    expect((await fetch(`${baseUrl}/inbox/nope`)).status).toBe(404);
  });
});
