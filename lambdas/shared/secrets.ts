import { getSecret } from '@aws-lambda-powertools/parameters/secrets';

const CACHED_SECONDS = 300;

/**
 * The secret `arn` as the JSON object that it holds, cached for five minutes, so that a rotated secret is picked up
 * without a deploy.
 * @throws Error if the secret is missing or is no JSON object; its content is never part of the message
 */
export async function secret(arn: string): Promise<Record<string, string>> {
  const value = await getSecret(arn, { maxAge: CACHED_SECONDS, transform: 'json' });
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    throw new Error(`secret ${arn} is not a JSON object of strings`);
  }
  return value as Record<string, string>;
}
