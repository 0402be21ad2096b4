/** A rendered e-mail. `key` names it for ever: two e-mails with one key are the same e-mail. */
export interface EmailMessage {
  key: string;
  to: { email: string; name?: string };
  subject: string;
  html: string;
  text: string;
}

/** Someone who delivers e-mail. */
export interface EmailSender {
  /**
   * Hands one e-mail over. Ends when `signal` aborts.
   * @throws Transient if it was not taken, but may be later
   * @throws EmailRefused if it will never be taken
   * @throws EmailOutcomeUnknown if it may or may not have been taken
   */
  send(message: EmailMessage, signal: AbortSignal): Promise<{ provider_message_id?: string }>;

  /**
   * Whether an e-mail with this key was taken before; `unavailable` if the account can't look that up.
   * @throws Transient if there is no answer now
   */
  find(messageKey: string, signal: AbortSignal): Promise<boolean | 'unavailable'>;
}

/** The provider refuses the e-mail for good: a bad address, a revoked key, too large. */
export class EmailRefused extends Error {
  override readonly name = 'EmailRefused';
}

/** The connection ended without an answer, or with a server's error: it may have been taken. */
export class EmailOutcomeUnknown extends Error {
  override readonly name = 'EmailOutcomeUnknown';
}
