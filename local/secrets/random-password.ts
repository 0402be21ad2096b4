import { randomInt } from 'node:crypto';
import type { JsonObject } from '../contracts.ts';
import { invalidParameter } from './errors.ts';

const CLASSES = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

/**
 * GetRandomPassword, and what `GenerateSecretString` of a template asks for: 32 characters unless
 * `PasswordLength` (1 to 4096) says otherwise, with at least one of every class unless told not to.
 */
export function randomPassword(input: JsonObject): string {
  const length = input['PasswordLength'] ?? 32;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 1 || length > 4096) {
    throw invalidParameter('PasswordLength must be a whole number from 1 to 4096.');
  }
  const excluded = new Set(
    typeof input['ExcludeCharacters'] === 'string' ? input['ExcludeCharacters'] : '',
  );
  const classes = Object.entries(CLASSES)
    .filter(([option]) => input[option] !== true)
    .map(([, characters]) => characters.split('').filter((character) => !excluded.has(character)));
  if (input['IncludeSpace'] === true) classes.push([' ']);
  const usable = classes.filter((characters) => characters.length > 0);
  const all = usable.flat();
  if (all.length === 0) throw invalidParameter('No characters are left to make a password of.');
  const required = input['RequireEachIncludedType'] === false ? [] : usable;
  if (required.length > length) {
    throw invalidParameter(`PasswordLength ${length} is too short for one of each character type.`);
  }
  const password = required.map(pick);
  while (password.length < length) password.push(pick(all));
  for (let i = password.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [password[i], password[j]] = [password[j] ?? '', password[i] ?? ''];
  }
  return password.join('');
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}
