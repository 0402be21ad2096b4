import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Randomness is drawn in large pieces: one call of the system for many ids. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** A random id of `length` letters and digits after `prefix`, such as `pi_3Q…`. */
export function newId(prefix: string, length = 24): string {
  let id = prefix;
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  for (const end = used + length; used < end; used++) {
    id += ALPHABET[(pool[used] ?? 0) % ALPHABET.length];
  }
  return id;
}
