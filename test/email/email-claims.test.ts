import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dynamoEmailClaims,
  type EmailClaim,
  type EmailClaims,
  LEASE_MS,
} from '../../lambdas/email/email-claims.ts';
import { RECORDS, startTables } from '../shipping/order-table.ts';
import type { RealDynamoDb } from '../support/real-dynamodb.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const LATER = new Date(NOW.getTime() + LEASE_MS);
const JUST_BEFORE = new Date(LATER.getTime() - 1);

let db: RealDynamoDb;
let claims: EmailClaims;
let keys = 0;

beforeAll(async () => {
  db = await startTables();
  claims = dynamoEmailClaims(RECORDS, db.client);
});
afterAll(() => db.stop());

const newKey = () => `email#${keys++}`;

async function claimed(key: string, owner: string, at: Date): Promise<EmailClaim> {
  const claim = await claims.claim(key, owner, at);
  if (typeof claim === 'string') throw new Error(`expected a claim and got ${claim}`);
  return claim;
}

describe('claims of e-mails', () => {
  it('go to the first who asks', async () => {
    const key = newKey();

    expect(await claims.claim(key, 'one', NOW)).toMatchObject({ owner: 'one', suspect: false });
    expect(await claims.claim(key, 'two', NOW)).toBe('busy');
  });

  it('go to exactly one of many who ask at once', async () => {
    const key = newKey();
    const owners = Array.from({ length: 20 }, (_, i) => `owner-${i}`);

    const answers = await Promise.all(owners.map((owner) => claims.claim(key, owner, NOW)));

    expect(answers.filter((answer) => answer === 'busy')).toHaveLength(19);
  });

  it('are given again to the owner whose first write was answered into the void', async () => {
    const key = newKey();
    await claimed(key, 'one', NOW);

    expect(await claims.claim(key, 'one', NOW)).toMatchObject({ owner: 'one', suspect: false });
  });

  it('are taken over when the lease has ended, as suspect, by exactly one', async () => {
    const key = newKey();
    await claimed(key, 'dead', NOW);

    expect(await claims.claim(key, 'two', JUST_BEFORE)).toBe('busy');
    const answers = await Promise.all(
      ['two', 'three'].map((owner) => claims.claim(key, owner, LATER)),
    );

    expect(answers).toContain('busy');
    expect(answers).toContainEqual(expect.objectContaining({ suspect: true }));
  });

  it('of unknown outcome are taken over at once, as suspect', async () => {
    const key = newKey();
    await claims.unknown(await claimed(key, 'one', NOW));

    expect(await claims.claim(key, 'two', NOW)).toMatchObject({ owner: 'two', suspect: true });
  });

  it('that surely sent nothing leave nothing behind', async () => {
    const key = newKey();
    await claims.notSent(await claimed(key, 'one', NOW));

    expect(await claims.claim(key, 'two', NOW)).toMatchObject({ owner: 'two', suspect: false });
  });

  it('that surely sent nothing stay suspect when another may have', async () => {
    const key = newKey();
    await claims.unknown(await claimed(key, 'one', NOW));
    await claims.notSent(await claimed(key, 'two', NOW));

    expect(await claims.claim(key, 'three', NOW)).toMatchObject({ suspect: true });
  });

  it('end for ever when the e-mail was sent', async () => {
    const key = newKey();
    await claimed(key, 'one', NOW);
    await claims.sent(key, 'sendgrid-id', NOW);

    expect(await claims.claim(key, 'two', LATER)).toBe('sent');
  });

  it('of one who was taken for dead do not undo what the next one did', async () => {
    const key = newKey();
    const dead = await claimed(key, 'dead', NOW);
    await claimed(key, 'next', LATER);
    await claims.notSent(dead);
    await claims.unknown(dead);

    expect(await claims.claim(key, 'third', LATER)).toBe('busy');

    await claims.sent(key, undefined, LATER);
    await claims.notSent(dead);

    expect(await claims.claim(key, 'third', LATER)).toBe('sent');
  });

  it('are remembered for longer than SQS keeps a message', async () => {
    const key = newKey();
    await claims.sent(key, 'sendgrid-id', NOW);
    const { Item } = await db.client.send(new GetCommand({ TableName: RECORDS, Key: { id: key } }));

    expect(Item?.expires_at).toBeGreaterThan(NOW.getTime() / 1000 + 2 * 14 * 24 * 3600);
  });
});
