import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

/** How long an event is remembered, in seconds: longer than any provider redelivers (Stripe: 3 days, by hand 30). */
const REMEMBERED_S = 90 * 24 * 3600;

/** The webhook events that were received, each once, and whether they were acted on. */
export interface WebhookEvents {
  /** Records event `id` by one conditional write. `acted`: it was recorded and acted on before. */
  begin(id: string, type: string, at: Date): Promise<'new' | 'unfinished' | 'acted'>;
  /** Acting on the event has succeeded. */
  finish(id: string, at: Date): Promise<void>;
}

/** The events in a DynamoDB table with key `id`. */
export function dynamoWebhookEvents(table: string, client: DynamoDBDocumentClient): WebhookEvents {
  const keyOf = (id: string) => ({ id: `webhook#${id}` });
  return {
    async begin(id, type, at) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: {
              ...keyOf(id),
              type,
              received_at: at.toISOString(),
              expires_at: Math.floor(at.getTime() / 1000) + REMEMBERED_S,
            },
            ConditionExpression: 'attribute_not_exists(id)',
          }),
        );
        return 'new';
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const { Item } = await client.send(
          new GetCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true }),
        );
        return Item?.['acted_at'] ? 'acted' : 'unfinished';
      }
    },
    async finish(id, at) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(id),
          UpdateExpression: 'SET acted_at = :at',
          ExpressionAttributeValues: { ':at': at.toISOString() },
        }),
      );
    },
  };
}
