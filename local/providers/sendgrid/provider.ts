import type { Clock } from '../../clock.ts';
import type { Journal } from '../../journal.ts';
import { type Answer, html, json, type Provider, type ProviderRequest } from '../http/message.ts';
import { createRouter, type Route, routed } from '../http/router.ts';
import { newId } from '../ids.ts';
import { parseActivityQuery } from './activity-query.ts';
import { inboxPage, mailPage, noMailPage } from './inbox-page.ts';
import { Mailbox, type ReceivedMail } from './mailbox.ts';
import { findFaults, type Mail } from './validate-mail.ts';

const PAGE_SIZE = 200;

/**
 * SendGrid's v3 API: `POST /v3/mail/send` (twilio.com/docs/sendgrid/api-reference/mail-send/mail-send) and the Email
 * Activity Feed, `GET /v3/messages` and `/v3/messages/{id}`
 * (twilio.com/docs/sendgrid/api-reference/email-activity/filter-all-messages). Every mail counts as delivered at once.
 *
 * For people: `GET /` is the inbox, `/inbox/{id}` a mail. For tests: `GET /_inbox?to=`, `DELETE /_inbox`.
 */
export function createSendGrid(options: {
  journal: Journal;
  clock: Clock;
  apiKey: string;
}): Provider {
  const { journal, clock, apiKey } = options;
  const mailbox = new Mailbox(journal.db);
  const forPeople = createRouter(inboxRoutes(journal, mailbox));
  const api = routed({
    routes: [
      {
        method: 'POST',
        pattern: '/v3/mail/send',
        handle: (request) => accept(request, journal, mailbox, clock),
      },
      { method: 'GET', pattern: '/v3/messages', handle: (request) => search(request, mailbox) },
      {
        method: 'GET',
        pattern: '/v3/messages/:id',
        handle: ({ params }) => {
          const mail = mailbox.get(params[0] ?? '');
          return mail ? json(200, details(mail)) : json(404, errors('resource not found'));
        },
      },
    ],
    refuse: (request) => refuseKey(request, apiKey),
    notFound: () => json(404, errors('Not Found')),
  });
  return {
    handle: (request) => (forPeople(request) ?? api)(request),
    errorBody: (status) => errors(status === 429 ? 'too many requests' : 'Internal Server Error'),
  };
}

function inboxRoutes(journal: Journal, mailbox: Mailbox): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/',
      handle: () => html(200, inboxPage(mailbox.list(PAGE_SIZE), mailbox.count())),
    },
    {
      method: 'GET',
      pattern: '/inbox/:id',
      handle: ({ params }) => {
        const mail = mailbox.get(params[0] ?? '');
        return mail ? html(200, mailPage(mail)) : html(404, noMailPage());
      },
    },
    {
      method: 'GET',
      pattern: '/_inbox',
      handle: ({ query }) => {
        const to = new URLSearchParams(query).get('to');
        const conditions =
          to === null ? [] : [{ field: 'to_email', operator: '=' as const, value: to }];
        return json(200, mailbox.list(100_000, conditions).toReversed());
      },
    },
    {
      method: 'DELETE',
      pattern: '/_inbox',
      handle: async () => {
        await journal.write(() => mailbox.clear());
        return { status: 204 };
      },
    },
  ];
}

async function accept(
  request: ProviderRequest,
  journal: Journal,
  mailbox: Mailbox,
  clock: Clock,
): Promise<Answer> {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    return json(400, errors('Bad Request'));
  }
  const faults = findFaults(body);
  if (faults.length > 0) return json(400, { errors: faults });
  const messageId = newId('', 22);
  await journal.write(() => mailbox.add(body as Mail, messageId, clock.now()));
  return { status: 202, headers: { 'x-message-id': messageId } };
}

function search(request: ProviderRequest, mailbox: Mailbox): Answer {
  const params = new URLSearchParams(request.query);
  const limit = Number(params.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    return json(
      400,
      errors('limit must be greater than 0 and less than or equal to 1000', 'limit'),
    );
  }
  const conditions = parseActivityQuery(params.get('query') ?? '');
  if (!conditions) return json(400, errors('invalid query', 'query'));
  return json(200, { messages: mailbox.list(limit, conditions).map((mail) => summary(mail)) });
}

function summary(mail: ReceivedMail): object {
  return {
    from_email: mail.from.email,
    msg_id: mail.id,
    subject: mail.subject,
    to_email: mail.to[0]?.email ?? '',
    status: 'delivered',
    opens_count: 0,
    clicks_count: 0,
    last_event_time: mail.at.replace(/\.\d+Z$/, 'Z'),
  };
}

function details(mail: ReceivedMail): object {
  return {
    from_email: mail.from.email,
    msg_id: mail.id,
    subject: mail.subject,
    to_email: mail.to[0]?.email ?? '',
    status: 'delivered',
    template_id: mail.template_id,
    categories: mail.categories,
    unique_args: JSON.stringify(mail.custom_args),
    events: ['processed', 'delivered'].map((event) => ({ event_name: event, processed: mail.at })),
  };
}

function refuseKey(request: ProviderRequest, apiKey: string): Answer | undefined {
  if (request.headers.authorization === `Bearer ${apiKey}`) return undefined;
  return json(401, errors('The provided authorization grant is invalid, expired, or revoked'));
}

function errors(message: string, field: string | null = null): object {
  return { errors: [{ message, field, help: null }] };
}
