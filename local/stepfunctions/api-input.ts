import { type Json, type JsonObject, ServiceError } from '../contracts.ts';

function invalid(field: string, value: Json | undefined, constraint: string): ServiceError {
  const told =
    value === undefined || value === null
      ? 'null'
      : `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value ${told} at '${field}' failed to satisfy constraint: ${constraint}`,
  );
}

/** A required string of an API input, of at most `most` characters. @throws ServiceError `ValidationException` */
export function text(input: JsonObject, field: string, most = Number.MAX_SAFE_INTEGER): string {
  const value = input[field];
  if (typeof value !== 'string') throw invalid(field, value, 'Member must not be null');
  if (value.length > most)
    throw invalid(field, value, `Member must have length less than or equal to ${most}`);
  return value;
}

/** A string that may be missing. */
export function optionalText(input: JsonObject, field: string, most?: number): string | undefined {
  return input[field] === undefined || input[field] === null ? undefined : text(input, field, most);
}

export function oneOf(
  input: JsonObject,
  field: string,
  values: readonly string[],
): string | undefined {
  const value = optionalText(input, field);
  if (value !== undefined && !values.includes(value))
    throw invalid(field, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
  return value;
}

export function flag(input: JsonObject, field: string, fallback: boolean): boolean {
  const value = input[field];
  return typeof value === 'boolean' ? value : fallback;
}

/** How many results a page has: 100 unless asked otherwise, 1,000 at most; 0 means the default. */
export function pageSize(input: JsonObject, fallback = 100): number {
  const value = input.maxResults ?? 0;
  if (!Number.isInteger(value) || Number(value) < 0)
    throw invalid('maxResults', value, 'Member must have value greater than or equal to 0');
  if (Number(value) > 1000)
    throw invalid('maxResults', value, 'Member must have value less than or equal to 1000');
  return Number(value) || fallback;
}

/** Where the next page begins: what `pageToken` has made. @throws ServiceError `InvalidToken` */
export function pageStart(input: JsonObject): string | undefined {
  const token = optionalText(input, 'nextToken', 1024);
  if (token === undefined) return undefined;
  const [mark, ...rest] = Buffer.from(token, 'base64url').toString().split(':');
  if (mark !== 'next') throw new ServiceError('InvalidToken', `Invalid Token: '${token}'`);
  return rest.join(':');
}

export function pageToken(start: string | number): string {
  return Buffer.from(`next:${start}`).toString('base64url');
}

/** Times are seconds on the wire. */
export function seconds(ms: number): number {
  return ms / 1000;
}
