import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AwsListener, listenAwsJson } from '../../local/aws-json.ts';
import { VirtualClock } from '../../local/clock.ts';
import { Journal } from '../../local/journal.ts';
import { createSecrets } from '../../local/secrets/service.ts';

let clock: VirtualClock;
let journal: Journal;
let listener: AwsListener;
let client: SecretsManagerClient;

beforeEach(async () => {
  clock = new VirtualClock();
  journal = new Journal(':memory:');
  await open();
});
afterEach(async () => {
  await shut();
  journal.close();
});

async function open() {
  listener = await listenAwsJson({ services: [createSecrets({ journal, clock })], port: 0 });
  client = new SecretsManagerClient({
    endpoint: listener.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}
async function shut() {
  client.destroy();
  await listener.close();
}

const create = (Name: string, SecretString = 'sk_test_1') =>
  client.send(new CreateSecretCommand({ Name, SecretString }));
const value = (SecretId: string, VersionStage?: string) =>
  client.send(new GetSecretValueCommand({ SecretId, VersionStage }));

describe('secrets', () => {
  it('are read by name, ARN and ARN without its suffix', async () => {
    const created = await create('fastcart/dev/stripe');
    expect(created.ARN).toMatch(
      /^arn:aws:secretsmanager:us-east-1:000000000000:secret:fastcart\/dev\/stripe-[A-Za-z0-9]{6}$/,
    );
    const arn = created.ARN ?? '';
    for (const id of ['fastcart/dev/stripe', arn, arn.slice(0, -7)]) {
      expect(await value(id)).toMatchObject({
        ARN: arn,
        Name: 'fastcart/dev/stripe',
        SecretString: 'sk_test_1',
        VersionId: created.VersionId,
        VersionStages: ['AWSCURRENT'],
      });
    }
  });

  it('keep bytes', async () => {
    const bytes = new Uint8Array([0, 1, 255]);
    await client.send(new CreateSecretCommand({ Name: 'raw', SecretBinary: bytes }));
    expect((await value('raw')).SecretBinary).toEqual(bytes);
  });

  it('keep the value before the current one', async () => {
    const first = await create('rotating', 'one');
    await client.send(new PutSecretValueCommand({ SecretId: 'rotating', SecretString: 'two' }));
    await client.send(new UpdateSecretCommand({ SecretId: 'rotating', SecretString: 'three' }));
    expect((await value('rotating')).SecretString).toBe('three');
    expect((await value('rotating', 'AWSPREVIOUS')).SecretString).toBe('two');
    const old = new GetSecretValueCommand({ SecretId: 'rotating', VersionId: first.VersionId });
    expect((await client.send(old)).SecretString).toBe('one');
    const { VersionIdsToStages } = await client.send(
      new DescribeSecretCommand({ SecretId: 'rotating' }),
    );
    expect(Object.values(VersionIdsToStages ?? {}).flat()).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
  });

  it('take the same request twice as one, and refuse another value under its token', async () => {
    await create('once', 'one');
    const ClientRequestToken = '11111111-2222-3333-4444-555555555555';
    const put = (SecretString: string) =>
      client.send(
        new PutSecretValueCommand({ SecretId: 'once', SecretString, ClientRequestToken }),
      );
    await put('two');
    await put('two');
    expect((await value('once', 'AWSPREVIOUS')).SecretString).toBe('one');
    await expect(put('three')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect((await value('once')).SecretString).toBe('two');
  });

  it('are listed by page', async () => {
    for (const name of ['a', 'b', 'c']) await create(name);
    const first = await client.send(new ListSecretsCommand({ MaxResults: 2 }));
    const { NextToken } = first;
    const rest = await client.send(new ListSecretsCommand({ MaxResults: 2, NextToken }));
    const names = [...(first.SecretList ?? []), ...(rest.SecretList ?? [])].map(({ Name }) => Name);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(rest.NextToken).toBeUndefined();
  });

  it('can be restored until their recovery window is over', async () => {
    await create('leaving');
    await client.send(new DeleteSecretCommand({ SecretId: 'leaving', RecoveryWindowInDays: 7 }));
    await expect(value('leaving')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    });
    await expect(create('leaving')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await client.send(new RestoreSecretCommand({ SecretId: 'leaving' }));
    expect((await value('leaving')).SecretString).toBe('sk_test_1');
    await client.send(new DeleteSecretCommand({ SecretId: 'leaving', RecoveryWindowInDays: 7 }));
    clock.advance(7 * 86_400_000);
    await expect(value('leaving')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await create('leaving', 'anew');
    expect((await value('leaving')).SecretString).toBe('anew');
  });

  it('are still there when the service starts again', async () => {
    await create('kept', 'value');
    await shut();
    await open();
    expect((await value('kept')).SecretString).toBe('value');
  });

  it('can be generated', async () => {
    const { RandomPassword } = await client.send(
      new GetRandomPasswordCommand({ PasswordLength: 40, ExcludePunctuation: true }),
    );
    expect(RandomPassword).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{40}$/);
  });
});

describe('refusals', () => {
  it('names an unknown secret and an unknown version as AWS does', async () => {
    await expect(value('none')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
    await create('only-one');
    await expect(value('only-one', 'AWSPREVIOUS')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message:
        "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
    });
  });

  it('refuses what exists, what is too long and what has no value', async () => {
    await create('taken');
    await expect(create('taken')).rejects.toMatchObject({
      name: 'ResourceExistsException',
      message: 'The operation failed because the secret taken already exists.',
    });
    await expect(create('long', 'x'.repeat(65_537))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(
      client.send(new PutSecretValueCommand({ SecretId: 'taken' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(create('with space')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});
