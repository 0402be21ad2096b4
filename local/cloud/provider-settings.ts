import type { JsonObject } from '../contracts.ts';
import type { FunctionConfig } from '../lambda/function-config.ts';

/** What the local cloud has to know of a provider; the local providers declare it. */
export interface ProviderDeclaration {
  name: string;
  baseUrlVariable: string;
  secretDefaults: Readonly<Record<string, string>>;
}

/** The environment and `.env`; empty values count as not set. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** Whether one of the provider's keys is set for real, so that the real provider is meant. */
export function isReal(provider: ProviderDeclaration, settings: Settings): boolean {
  return Object.keys(provider.secretDefaults).some((key) => Boolean(settings[key]));
}

/**
 * The function with its providers' base URLs set to the local ones, for the variables that the template gives it
 * and the providers that are not meant for real.
 */
export function withLocalProviders(
  config: FunctionConfig,
  providers: readonly (ProviderDeclaration & { baseUrl: string })[],
  settings: Settings,
): FunctionConfig {
  const environment = { ...config.environment };
  for (const provider of providers) {
    if (provider.baseUrlVariable in environment && !isReal(provider, settings)) {
      environment[provider.baseUrlVariable] = provider.baseUrl;
    }
  }
  return { ...config, environment };
}

/**
 * A secret's value with the keys that are set in the environment, or else declared by a local provider.
 * Keys that the secret doesn't have are not added.
 */
export function fillSecret(
  value: JsonObject,
  providers: readonly ProviderDeclaration[],
  settings: Settings,
): JsonObject {
  const defaults: Record<string, string> = {};
  for (const provider of providers) {
    if (!isReal(provider, settings)) Object.assign(defaults, provider.secretDefaults);
  }
  const filled: JsonObject = { ...value };
  for (const key of Object.keys(value)) {
    const set = settings[key] || defaults[key];
    if (set) filled[key] = set;
  }
  return filled;
}
