import type { EmailTemplate } from '../orders/announcements.ts';
import type { OrderReader } from '../orders/order-store.ts';
import type { Clock } from '../shared/clock.ts';
import { InvalidOrder, Transient } from '../shared/errors.ts';
import type { OrderNumber } from '../shared/order.ts';
import type { EmailClaim, EmailClaims } from './email-claims.ts';
import { type EmailMessage, EmailOutcomeUnknown, type EmailSender } from './email-sender.ts';
import { greetingName } from './templates/format.ts';
import { renderEmail } from './templates/render-email.ts';

/** How long the provider may take to say what it has sent, and to take an e-mail. */
const FIND_TIMEOUT_MS = 5000;
const SEND_TIMEOUT_MS = 10_000;

export interface EmailRequest {
  order_number: OrderNumber;
  template: EmailTemplate;
}

export interface SendEmailDeps {
  orders: OrderReader;
  claims: EmailClaims;
  sender: EmailSender;
  clock: Clock;
  /** A new name for every attempt. */
  newOwner: () => string;
  /** Milliseconds for the sending; 10,000 when left out. */
  timeoutMs?: number;
}

/** Whether this call sent the e-mail, or found that it had been sent. */
export type EmailSent = 'sent' | 'sent_before';

/**
 * Sends an order's e-mail once, however often it is asked for.
 *
 * The e-mail is claimed with one conditional write before it is sent. When a sender died, or its answer was lost, the
 * next one asks the provider first whether the e-mail went out. Where the account can't be asked, it is sent again: an
 * e-mail lost is worse than an e-mail twice.
 * @throws Transient, EmailRefused, EmailOutcomeUnknown, InvalidOrder: it was not sent, or that is not known; asking
 *   again is safe
 */
export async function sendEmail(deps: SendEmailDeps, request: EmailRequest): Promise<EmailSent> {
  const { orders, claims, clock, newOwner } = deps;
  const order = await orders.get(request.order_number);
  if (!order) throw new InvalidOrder(`there is no order ${request.order_number}`);
  const key = `email#${request.order_number}#${request.template}`;
  const { email, name } = order.customer;
  const to = { email, name: greetingName(name) };
  const message = { key, to, ...renderEmail(request.template, order) };

  const claim = await claims.claim(key, newOwner(), clock.now());
  if (claim === 'sent') return 'sent_before';
  if (claim === 'busy') throw new Transient('this e-mail is being sent by another');
  if (claim.suspect && (await wentOut(deps, claim))) {
    await claims.sent(key, undefined, clock.now());
    return 'sent_before';
  }
  const providerMessageId = await handOver(deps, claim, message);
  await claims.sent(key, providerMessageId, clock.now());
  return 'sent';
}

async function wentOut({ claims, sender }: SendEmailDeps, claim: EmailClaim): Promise<boolean> {
  try {
    return (await sender.find(claim.key, AbortSignal.timeout(FIND_TIMEOUT_MS))) === true;
  } catch (error) {
    await claims.unknown(claim);
    throw error;
  }
}

async function handOver(
  { claims, sender, timeoutMs = SEND_TIMEOUT_MS }: SendEmailDeps,
  claim: EmailClaim,
  message: EmailMessage,
): Promise<string | undefined> {
  try {
    const sent = await sender.send(message, AbortSignal.timeout(timeoutMs));
    return sent.provider_message_id;
  } catch (error) {
    await (error instanceof EmailOutcomeUnknown ? claims.unknown(claim) : claims.notSent(claim));
    throw error;
  }
}
