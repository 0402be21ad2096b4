import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { Transient } from './errors.ts';

const CACHED_SECONDS = 300;

/**
 * The secret `arn` as the JSON object that it holds, cached for five minutes, so that a rotated secret is picked up
 * without a deploy.
 * @throws Transient if it cannot be read, Error if it is no JSON object; its content is never part of the message
 */
export async function secret(arn: string): Promise<Record<string, string>> {
  const value = await getSecret(arn, { maxAge: CACHED_SECONDS, transform: 'json' }).catch(() => {
    throw new Transient('a secret cannot be read');
  });
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    throw new Error(`secret ${arn} is not a JSON object of strings`);
  }
  return value as Record<string, string>;
}
