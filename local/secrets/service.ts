import { randomUUID } from 'node:crypto';
import { unknownOperation } from '../aws-json.ts';
import type { Clock } from '../clock.ts';
import type { AwsService, Json, JsonObject } from '../contracts.ts';
import type { Journal } from '../journal.ts';
import {
  alreadyExists,
  invalidParameter,
  invalidRequest,
  markedForDeletion,
  notFound,
} from './errors.ts';
import { putVersion, secretValue } from './put-version.ts';
import { randomPassword } from './random-password.ts';
import {
  findSecret,
  isGone,
  newArn,
  prepareStatements,
  type Secret,
  type Statements,
  versionStages,
  versionsOf,
} from './store.ts';

interface Parts {
  journal: Journal;
  clock: Clock;
  sql: Statements;
}
type Operation = (parts: Parts, input: JsonObject) => JsonObject | Promise<JsonObject>;

const OPERATIONS = new Map<string, Operation>([
  ['CreateSecret', createSecret],
  ['GetSecretValue', getSecretValue],
  ['PutSecretValue', putSecretValue],
  ['UpdateSecret', updateSecret],
  ['DescribeSecret', describeSecret],
  ['ListSecrets', listSecrets],
  ['DeleteSecret', deleteSecret],
  ['RestoreSecret', restoreSecret],
  ['GetRandomPassword', (_parts, input) => ({ RandomPassword: randomPassword(input) })],
]);
const DAY_MS = 86_400_000;

/** Secrets Manager in `journal`. Values are kept as they are: encryption at rest is AWS's. */
export function createSecrets({ journal, clock }: { journal: Journal; clock: Clock }): AwsService {
  const parts: Parts = { journal, clock, sql: prepareStatements(journal.db) };
  return {
    name: 'Secrets Manager',
    targetPrefix: 'secretsmanager',
    async handle(operation, input) {
      const act = OPERATIONS.get(operation);
      if (!act) throw unknownOperation('Secrets Manager', operation);
      return act(parts, input);
    },
  };
}

function createSecret({ journal, clock, sql }: Parts, input: JsonObject): Promise<JsonObject> {
  const name = required(input, 'Name');
  if (!/^[A-Za-z0-9/_+=.@!-]{1,512}$/.test(name)) {
    throw invalidParameter(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  const value = secretValue(input);
  const id = optional(input, 'ClientRequestToken') ?? randomUUID();
  return journal.write(() => {
    const now = clock.now();
    const existing = sql.byName.get(name) as Secret | undefined;
    if (existing && isGone(existing, now)) remove(sql, existing);
    else if (existing) refuseExisting(sql, existing, id);
    const secret: Secret = {
      arn: newArn(name),
      name,
      description: optional(input, 'Description') ?? null,
      kms_key_id: optional(input, 'KmsKeyId') ?? null,
      tags: JSON.stringify(input['Tags'] ?? []),
      created_at: now,
      changed_at: now,
      deletion_at: null,
    };
    const { arn, description, kms_key_id, tags } = secret;
    sql.insert.run(arn, name, description, kms_key_id, tags, now, now);
    const output: JsonObject = { ARN: arn, Name: name };
    if (!value) return output;
    putVersion(sql, secret, { id, value, stages: ['AWSCURRENT'], now });
    return { ...output, VersionId: id };
  });
}

function refuseExisting(sql: Statements, existing: Secret, id: string): never {
  if (existing.deletion_at !== null) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const repeated = versionsOf(sql, existing.arn).some(({ version_id }) => version_id === id);
  const hint = repeated ? ' by the same ClientRequestToken' : '';
  throw alreadyExists(
    `The operation failed because the secret ${existing.name} already exists${hint}.`,
  );
}

function getSecretValue({ clock, sql }: Parts, input: JsonObject): JsonObject {
  const secret = usable(sql, input, clock.now());
  const id = optional(input, 'VersionId');
  const stage = optional(input, 'VersionStage') ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const version = versionsOf(sql, secret.arn).find(
    ({ version_id, labels }) =>
      (id === undefined || version_id === id) && (stage === undefined || labels.includes(stage)),
  );
  if (!version) {
    throw notFound(
      id === undefined
        ? `secret value for staging label: ${stage}`
        : `secret value for VersionId: ${id}`,
    );
  }
  const output: JsonObject = {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.version_id,
    VersionStages: version.labels,
    CreatedDate: version.created_at / 1000,
  };
  if (version.text !== null) output['SecretString'] = version.text;
  if (version.binary !== null) output['SecretBinary'] = version.binary;
  return output;
}

function putSecretValue({ journal, clock, sql }: Parts, input: JsonObject): Promise<JsonObject> {
  const value = secretValue(input);
  if (!value) throw invalidRequest('You must provide either SecretString or SecretBinary.');
  const id = optional(input, 'ClientRequestToken') ?? randomUUID();
  const stages = stageList(input['VersionStages']);
  return journal.write(() => {
    const now = clock.now();
    const secret = usable(sql, input, now);
    putVersion(sql, secret, { id, value, stages, now });
    sql.describe.run(secret.description, secret.kms_key_id, now, secret.arn);
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
  });
}

function updateSecret({ journal, clock, sql }: Parts, input: JsonObject): Promise<JsonObject> {
  const value = secretValue(input);
  const id = optional(input, 'ClientRequestToken') ?? randomUUID();
  return journal.write(() => {
    const now = clock.now();
    const secret = usable(sql, input, now);
    const description = optional(input, 'Description') ?? secret.description;
    const key = optional(input, 'KmsKeyId') ?? secret.kms_key_id;
    if (value) putVersion(sql, secret, { id, value, stages: ['AWSCURRENT'], now });
    sql.describe.run(description, key, now, secret.arn);
    const output: JsonObject = { ARN: secret.arn, Name: secret.name };
    return value ? { ...output, VersionId: id } : output;
  });
}

function describeSecret({ clock, sql }: Parts, input: JsonObject): JsonObject {
  const secret = findSecret(sql, required(input, 'SecretId'), clock.now());
  return { ...summary(secret), VersionIdsToStages: versionStages(sql, secret.arn) };
}

function listSecrets({ clock, sql }: Parts, input: JsonObject): JsonObject {
  if (input['Filters'] !== undefined)
    throw invalidParameter('The local ListSecrets has no Filters.');
  const now = clock.now();
  const secrets = (sql.all.all() as unknown as Secret[]).filter(
    (secret) =>
      !isGone(secret, now) &&
      (secret.deletion_at === null || input['IncludePlannedDeletion'] === true),
  );
  const after = optional(input, 'NextToken');
  const rest = after === undefined ? secrets : secrets.filter(({ name }) => name > after);
  const max = typeof input['MaxResults'] === 'number' ? input['MaxResults'] : 100;
  const shown = rest.slice(0, max);
  const SecretList = shown.map((secret) => ({
    ...summary(secret),
    SecretVersionsToStages: versionStages(sql, secret.arn),
  }));
  const last = shown.at(-1);
  return last && shown.length < rest.length ? { SecretList, NextToken: last.name } : { SecretList };
}

function deleteSecret({ journal, clock, sql }: Parts, input: JsonObject): Promise<JsonObject> {
  const force = input['ForceDeleteWithoutRecovery'] === true;
  const days = input['RecoveryWindowInDays'] ?? 30;
  if (typeof days !== 'number' || days < 7 || days > 30) {
    throw invalidParameter('RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  }
  return journal.write(() => {
    const now = clock.now();
    const secret = findSecret(sql, required(input, 'SecretId'), now);
    if (secret.deletion_at !== null && !force) throw markedForDeletion();
    const deletionAt = force ? now : now + days * DAY_MS;
    if (force) remove(sql, secret);
    else sql.setDeletion.run(deletionAt, secret.arn);
    return { ARN: secret.arn, Name: secret.name, DeletionDate: deletionAt / 1000 };
  });
}

function restoreSecret({ journal, clock, sql }: Parts, input: JsonObject): Promise<JsonObject> {
  return journal.write(() => {
    const secret = findSecret(sql, required(input, 'SecretId'), clock.now());
    sql.setDeletion.run(null, secret.arn);
    return { ARN: secret.arn, Name: secret.name };
  });
}

function remove(sql: Statements, secret: Secret): void {
  sql.removeVersions.run(secret.arn);
  sql.remove.run(secret.arn);
}

/** The secret of a request that works on its value. @throws InvalidRequestException when it is to be deleted. */
function usable(sql: Statements, input: JsonObject, now: number): Secret {
  const secret = findSecret(sql, required(input, 'SecretId'), now);
  if (secret.deletion_at !== null) throw markedForDeletion();
  return secret;
}

function summary(secret: Secret): JsonObject {
  const output: JsonObject = {
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: secret.created_at / 1000,
    LastChangedDate: secret.changed_at / 1000,
    Tags: JSON.parse(secret.tags) as Json,
  };
  if (secret.description !== null) output['Description'] = secret.description;
  if (secret.kms_key_id !== null) output['KmsKeyId'] = secret.kms_key_id;
  if (secret.deletion_at !== null) output['DeletedDate'] = secret.deletion_at / 1000;
  return output;
}

function stageList(value: Json | undefined): string[] {
  if (value === undefined || value === null) return ['AWSCURRENT'];
  if (!Array.isArray(value) || value.length === 0 || !value.every((v) => typeof v === 'string')) {
    throw invalidParameter('VersionStages must be a list of staging labels.');
  }
  return value;
}

function required(input: JsonObject, name: string): string {
  const value = optional(input, name);
  if (value === undefined || value === '') {
    throw invalidParameter(`${name} must be given, as a string that is not empty.`);
  }
  return value;
}

function optional(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidParameter(`${name} must be a string.`);
  return value;
}
