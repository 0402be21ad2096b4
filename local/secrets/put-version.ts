import { alreadyExists, invalidParameter } from './errors.ts';
import { type Secret, type Statements, versionsOf } from './store.ts';

/** The content of a version: a string, or bytes as base64. */
export type SecretValue = { text: string; binary: null } | { text: null; binary: string };

/** Secrets Manager quotas: the size of an encrypted secret value. */
const MAX_BYTES = 65_536;

/** The value in a request, or `undefined` when it has none. @throws InvalidParameterException for both or too long. */
export function secretValue(input: Record<string, unknown>): SecretValue | undefined {
  const { SecretString: text, SecretBinary: binary } = input;
  if (text !== undefined && binary !== undefined) {
    throw invalidParameter("You can't specify both SecretString and SecretBinary.");
  }
  if (typeof text === 'string') {
    requireSize(Buffer.byteLength(text));
    return { text, binary: null };
  }
  if (typeof binary === 'string') {
    requireSize(Buffer.byteLength(binary, 'base64'));
    return { text: null, binary };
  }
  if (text === undefined && binary === undefined) return undefined;
  throw invalidParameter('SecretString must be a string and SecretBinary base64.');
}

/**
 * Stores a version and moves `stages` to it. When it becomes AWSCURRENT, the version that was is AWSPREVIOUS.
 * The same id with the same value is the same version; call it inside a journal write.
 *
 * @throws ResourceExistsException for a version id that has another value.
 */
export function putVersion(
  sql: Statements,
  secret: Secret,
  version: { id: string; value: SecretValue; stages: readonly string[]; now: number },
): void {
  const versions = versionsOf(sql, secret.arn);
  const same = versions.find(({ version_id }) => version_id === version.id);
  if (same) {
    if (same.text === version.value.text && same.binary === version.value.binary) return;
    throw alreadyExists(
      `A resource with the ID you requested already exists: version ${version.id} has another value.`,
    );
  }
  const { text, binary } = version.value;
  const becomesCurrent = version.stages.includes('AWSCURRENT');
  for (const { version_id, labels } of versions) {
    const kept = labels.filter(
      (label) => !version.stages.includes(label) && !(becomesCurrent && label === 'AWSPREVIOUS'),
    );
    if (becomesCurrent && labels.includes('AWSCURRENT')) kept.push('AWSPREVIOUS');
    sql.setStages.run(JSON.stringify(kept), secret.arn, version_id);
  }
  const stages = JSON.stringify(version.stages);
  sql.insertVersion.run(secret.arn, version.id, text, binary, stages, version.now);
}

function requireSize(bytes: number): void {
  if (bytes > MAX_BYTES) {
    throw invalidParameter(
      `The secret value has ${bytes} bytes; at most ${MAX_BYTES} are allowed.`,
    );
  }
}
