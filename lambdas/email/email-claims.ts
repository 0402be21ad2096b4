import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

/**
 * How long a sender may be at work before another takes over: longer than one message may take (a look-up, the
 * sending and two writes), so that nobody takes over from the living.
 */
export const LEASE_MS = 60_000;

/** How long an e-mail is remembered, in seconds: SQS keeps a message for 14 days at most, in either queue. */
const REMEMBERED_S = 30 * 24 * 3600;

/** The right to send one e-mail, until `leaseUntil`. */
export interface EmailClaim {
  key: string;
  /** Who holds it. */
  owner: string;
  /** Epoch milliseconds. */
  leaseUntil: number;
  /** Another tried before and it is not known whether the e-mail went out: look before sending. */
  suspect: boolean;
}

/** Which e-mails have been sent, or are being sent: each is sent by one at a time, and once. */
export interface EmailClaims {
  /**
   * `sent`: it has been sent. `busy`: another is at it. Otherwise the claim, which has to end in one of the others.
   * @param owner a name that no other attempt has
   */
  claim(key: string, owner: string, at: Date): Promise<EmailClaim | 'sent' | 'busy'>;
  /** It was sent, by whomever. */
  sent(key: string, providerMessageId: string | undefined, at: Date): Promise<void>;
  /** It was surely not sent by this claim; what was suspected before still is. */
  notSent(claim: EmailClaim): Promise<void>;
  /** It may have been sent: the next one looks first, and need not wait for the lease to end. */
  unknown(claim: EmailClaim): Promise<void>;
}

interface EmailRecord {
  id: string;
  email_state: 'free' | 'sending' | 'unknown' | 'sent';
  claimed_by: string;
  lease_until: number;
}

/** The claims in a DynamoDB table with key `id`. */
export function dynamoEmailClaims(table: string, client: DynamoDBDocumentClient): EmailClaims {
  const put = (claim: EmailClaim, condition: string, seen: Record<string, unknown>) =>
    held(
      client.send(
        new PutCommand({
          TableName: table,
          Item: {
            id: claim.key,
            email_state: 'sending',
            claimed_by: claim.owner,
            lease_until: claim.leaseUntil,
            expires_at: expiry(claim.leaseUntil),
          },
          ConditionExpression: condition,
          ExpressionAttributeValues: seen,
        }),
      ),
    );

  const read = async (key: string): Promise<EmailRecord | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { id: key }, ConsistentRead: true }),
    );
    return Item as EmailRecord | undefined;
  };

  const leave = async ({ key, owner }: EmailClaim, state: 'free' | 'unknown'): Promise<void> => {
    await held(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { id: key },
          UpdateExpression: 'SET email_state = :state',
          ConditionExpression: 'email_state = :sending AND claimed_by = :mine',
          ExpressionAttributeValues: { ':state': state, ':sending': 'sending', ':mine': owner },
        }),
      ),
    );
  };

  return {
    async claim(key, owner, at) {
      const claim = { key, owner, leaseUntil: at.getTime() + LEASE_MS, suspect: false };
      const free = 'attribute_not_exists(id) OR email_state = :free';
      if (await put(claim, free, { ':free': 'free' })) return claim;

      const seen = await read(key);
      if (!seen) return 'busy';
      if (seen.email_state === 'sent') return 'sent';
      // Our own write, whose first answer was lost and which was then repeated by the SDK.
      if (seen.claimed_by === owner) return claim;
      if (seen.email_state === 'sending' && seen.lease_until > at.getTime()) return 'busy';

      const taken = await put(claim, 'email_state = :state AND claimed_by = :owner', {
        ':state': seen.email_state,
        ':owner': seen.claimed_by,
      });
      return taken ? { ...claim, suspect: true } : 'busy';
    },

    async sent(key, providerMessageId, at) {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: {
            id: key,
            email_state: 'sent',
            provider_message_id: providerMessageId,
            sent_at: at.toISOString(),
            expires_at: expiry(at.getTime()),
          },
        }),
      );
    },

    notSent: (claim) => leave(claim, claim.suspect ? 'unknown' : 'free'),
    unknown: (claim) => leave(claim, 'unknown'),
  };
}

/** Whether the write's condition held. */
async function held(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

function expiry(ms: number): number {
  return Math.floor(ms / 1000) + REMEMBERED_S;
}
