import { type AwsService, type JsonObject, ServiceError } from '../contracts.ts';
import { showJson } from '../template/read-properties.ts';
import type { Resource } from '../template/read-stack.ts';
import { TemplateError } from '../template/template-error.ts';
import { fillSecret, type ProviderDeclaration, type Settings } from './provider-settings.ts';

/**
 * Creates the template's secrets. In one that is a JSON object, the keys that are set in the environment or declared
 * by a local provider follow them at every start; everything else in it stays as it was put in.
 */
export async function provisionSecrets(options: {
  secrets: AwsService;
  resources: readonly Resource[];
  providers: readonly ProviderDeclaration[];
  settings: Settings;
}): Promise<void> {
  await Promise.all(options.resources.map((resource) => provisionSecret(options, resource)));
}

async function provisionSecret(
  options: Parameters<typeof provisionSecrets>[0],
  resource: Resource,
): Promise<void> {
  const call = (operation: string, input: JsonObject) =>
    options.secrets.handle(operation, input, new AbortController().signal);
  const Name = resource.ref.slice(resource.ref.indexOf(':secret:') + ':secret:'.length);
  const current = await currentValue(call, Name);
  const value = current ?? (await initialValue(call, resource));
  const wanted = fill(value, options.providers, options.settings);
  if (current === undefined) {
    const { Description = '' } = resource.properties;
    await call('CreateSecret', { Name, Description, SecretString: wanted });
  } else if (wanted !== current) {
    await call('PutSecretValue', { SecretId: Name, SecretString: wanted });
  }
}

type Call = (operation: string, input: JsonObject) => Promise<JsonObject>;

async function currentValue(call: Call, SecretId: string): Promise<string | undefined> {
  try {
    return showJson((await call('GetSecretValue', { SecretId })).SecretString ?? '');
  } catch (error) {
    if (error instanceof ServiceError && error.name === 'ResourceNotFoundException') return;
    throw error;
  }
}

async function initialValue(call: Call, { logicalId, properties }: Resource): Promise<string> {
  const { SecretString, GenerateSecretString } = properties;
  if (typeof SecretString === 'string') return SecretString;
  const { SecretStringTemplate, GenerateStringKey, ...rules } = (GenerateSecretString ??
    {}) as JsonObject;
  const { RandomPassword = '' } = await call('GetRandomPassword', rules);
  if (typeof GenerateStringKey !== 'string') return showJson(RandomPassword);
  const template = parseObject(showJson(SecretStringTemplate));
  if (!template) throw new TemplateError(`${logicalId}: SecretStringTemplate is no JSON object`);
  return JSON.stringify({ ...template, [GenerateStringKey]: RandomPassword });
}

function fill(
  value: string,
  providers: readonly ProviderDeclaration[],
  settings: Settings,
): string {
  const object = parseObject(value);
  if (!object) return value;
  const filled = fillSecret(object, providers, settings);
  const changed = Object.entries(filled).some(([key, item]) => object[key] !== item);
  return changed ? JSON.stringify(filled) : value;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
