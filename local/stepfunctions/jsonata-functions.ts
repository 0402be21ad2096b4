import { createHash, randomUUID } from 'node:crypto';
import jsonata, { type Expression } from 'jsonata';

const HASHES: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The functions that Step Functions adds to JSONata. */
export const AWS_FUNCTIONS = ['partition', 'range', 'hash', 'random', 'uuid', 'parse'] as const;

/**
 * Gives `expression` what Step Functions adds to JSONata, and the clock of the local cloud for `$now` and `$millis`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
 */
export function registerAwsFunctions(expression: Expression, now: () => number): void {
  expression.registerFunction('partition', partition, '<a-n:a>');
  expression.registerFunction('range', range, '<n-nn:a>');
  expression.registerFunction('hash', hash, '<s-s:s>');
  expression.registerFunction('random', random, '<n?:n>');
  expression.registerFunction('uuid', () => randomUUID(), '<:s>');
  expression.registerFunction('parse', (text: string) => JSON.parse(text), '<s-:x>');
  expression.registerFunction('millis', () => now(), '<:n>');
  expression.registerFunction(
    'now',
    (picture?: string, timezone?: string) =>
      fromMillis.evaluate(undefined, { at: now(), picture, timezone }),
    '<s?s?:s>',
  );
  expression.assign('eval', undefined);
}

const fromMillis = jsonata('$fromMillis($at, $picture, $timezone)');

function partition(array: unknown[], size: number): unknown[][] {
  const step = Math.floor(size);
  if (!(step >= 1)) throw new Error('$partition: the chunk size must be at least 1');
  const chunks: unknown[][] = [];
  for (let at = 0; at < array.length; at += step) chunks.push(array.slice(at, at + step));
  return chunks;
}

function range(first: number, last: number, delta: number): number[] {
  if (delta === 0) throw new Error('$range: the increment must not be 0');
  const count = Math.floor((last - first) / delta) + 1;
  if (count > 1000) throw new Error('$range: an array can have at most 1000 elements');
  return Array.from({ length: Math.max(0, count) }, (_, at) => first + at * delta);
}

function hash(data: string, algorithm: string): string {
  const name = HASHES[algorithm];
  if (!name) throw new Error(`$hash: '${algorithm}' is none of ${Object.keys(HASHES).join(', ')}`);
  return createHash(name).update(data, 'utf8').digest('hex');
}

/** Uniform in [0, 1). The same seed gives the same number (which number is not the one of AWS). */
function random(seed?: number): number {
  if (seed === undefined) return Math.random();
  const digest = createHash('sha256').update(`seed:${seed}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
