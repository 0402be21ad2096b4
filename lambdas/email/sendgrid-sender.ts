import sendGridClient from '@sendgrid/client';
import sendGridMail from '@sendgrid/mail';
import * as z from 'zod';
import { Transient } from '../shared/errors.ts';
import {
  type EmailMessage,
  EmailOutcomeUnknown,
  EmailRefused,
  type EmailSender,
} from './email-sender.ts';

// Both packages export one instance for the whole process, and their types hide its class.
const Client = sendGridClient.constructor as new () => typeof sendGridClient;
const MailService = sendGridMail.constructor as new () => typeof sendGridMail;

/** The custom argument that carries a message's key; it holds no personal data, which SendGrid asks for. */
const KEY_ARGUMENT = 'message_key';

/** What SendGrid's client throws: `code` is the HTTP status when there was an answer, a name of Node's when not. */
const failureSchema = z.object({ code: z.union([z.number(), z.string()]) });

const sentSchema = z.object({ headers: z.object({ 'x-message-id': z.string() }) });

const foundSchema = z.object({ messages: z.array(z.unknown()) });

export interface SendGridConfig {
  /** `https://api.sendgrid.com` or what stands in for it. */
  baseUrl: string;
  apiKey: () => Promise<string>;
  /** `FastCart <orders@example.com>` */
  from: string;
}

/**
 * E-mail by SendGrid.
 * @see https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send (`POST /v3/mail/send`)
 * @see https://www.twilio.com/docs/sendgrid/api-reference/email-activity/filter-all-messages (`GET /v3/messages`;
 *   needs the additional e-mail history, and is limited to 6 requests a minute)
 */
export function sendGridSender({ baseUrl, apiKey, from }: SendGridConfig): EmailSender {
  /** A client of one call, since the signal is part of the client's defaults. */
  async function client(signal: AbortSignal): Promise<typeof sendGridClient> {
    const made = new Client();
    // Setting the key resets the base URL: this order matters.
    made.setApiKey(await apiKey());
    const defaults = { url: '', baseUrl, signal };
    return made.setDefaultRequest(defaults);
  }

  return {
    async send(message, signal) {
      const mail = new MailService();
      mail.setClient(await client(signal));
      try {
        const [response] = await mail.send(mailOf(message, from));
        const sent = sentSchema.safeParse(response);
        return sent.success ? { provider_message_id: sent.data.headers['x-message-id'] } : {};
      } catch (error) {
        throw failureOf(statusOf(error));
      }
    },

    async find(messageKey, signal) {
      const qs = { limit: '1', query: `(unique_args['${KEY_ARGUMENT}']="${messageKey}")` };
      const asker = await client(signal);
      try {
        const [, body] = await asker.request({ method: 'GET', url: '/v3/messages', qs });
        return foundSchema.parse(body).messages.length > 0;
      } catch (error) {
        const status = statusOf(error);
        if (status === 403 || status === 404) return 'unavailable';
        throw new Transient(`sendgrid cannot say what it has sent (${status ?? 'no answer'})`);
      }
    },
  };
}

function mailOf({ key, to, subject, html, text }: EmailMessage, from: string) {
  return { to, from, subject, html, text, customArgs: { [KEY_ARGUMENT]: key } };
}

function failureOf(status: number | undefined): Error {
  if (status === undefined) return new EmailOutcomeUnknown('sendgrid did not answer');
  if (status >= 500) return new EmailOutcomeUnknown(`sendgrid answered ${status}`);
  if (status === 429) return new Transient('sendgrid asks for fewer e-mails (429)');
  return new EmailRefused(`sendgrid refused the e-mail (${status})`);
}

function statusOf(error: unknown): number | undefined {
  const failure = failureSchema.safeParse(error);
  return failure.success && typeof failure.data.code === 'number' ? failure.data.code : undefined;
}
