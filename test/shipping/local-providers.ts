import { VirtualClock } from '../../local/clock.ts';
import {
  type ProviderName,
  providerDeclarations,
  startProviders,
} from '../../local/providers/index.ts';

export interface LocalProviders {
  baseUrls: Record<ProviderName, string>;
  clock: VirtualClock;
  stop(): Promise<void>;
}

/** The local cloud's providers on ports of their own; they forget everything when they stop. */
export async function startLocalProviders(): Promise<LocalProviders> {
  const clock = new VirtualClock();
  const providers = await startProviders({ dataDir: ':memory:', clock });
  return { baseUrls: providers.baseUrls, clock, stop: () => providers.stop() };
}

/** The value that the local provider wants for the key `name` of its secret. */
export function localSecret(name: string): string {
  for (const { secretDefaults } of providerDeclarations) {
    const value = secretDefaults[name];
    if (value !== undefined) return value;
  }
  throw new Error(`no local provider has a secret ${name}`);
}

/** The local carrier's credentials, as its adapter wants them. */
export function localCredentials(carrier: 'fedex' | 'ups' | 'usps') {
  const prefix = carrier.toUpperCase();
  return async () => ({
    id: localSecret(`${prefix}_CLIENT_ID`),
    secret: localSecret(`${prefix}_CLIENT_SECRET`),
    account: carrier === 'usps' ? '' : localSecret(`${prefix}_ACCOUNT_NUMBER`),
  });
}
