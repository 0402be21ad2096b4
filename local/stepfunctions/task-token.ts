import { randomBytes } from 'node:crypto';

/** Makes the token of one attempt of a task: which execution it belongs to, and something nobody can guess. */
export function createTaskToken(execution: number): string {
  return Buffer.from(`fc1:${execution}:${randomBytes(24).toString('base64url')}`).toString(
    'base64url',
  );
}

/** The execution that a token belongs to; undefined for what is no token of ours. */
export function executionOfToken(token: string): number | undefined {
  const match = /^fc1:(\d{1,15}):[\w-]{32}$/.exec(Buffer.from(token, 'base64url').toString());
  return match ? Number(match[1]) : undefined;
}
