import type { Config } from './config.ts';
import type { Email } from './email.ts';
import type { Events } from './events.ts';
import type { ProviderSecrets } from './provider-secrets.ts';
import type { Tables } from './tables.ts';

/** What most parts of the stack are wired to. */
export interface SharedProps {
  config: Config;
  tables: Tables;
  secrets: ProviderSecrets;
  events: Events;
  email: Email;
}
