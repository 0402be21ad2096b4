import type { Clock, Timer } from '../clock.ts';
import type { JsonObject } from '../contracts.ts';
import type { Resource } from '../template/read-stack.ts';
import { type DynamoDb, DynamoDbError } from './dynamodb-client.ts';

/** AWS takes up to two days; ten minutes are soon enough, and a sweep reads the whole table. */
const SWEEP_EVERY_MS = 600_000;
/** Items that expired longer ago are left alone, as by AWS. */
const TOO_OLD_SECONDS = 5 * 365 * 24 * 3600;

interface Expiring {
  table: string;
  attribute: string;
  keys: string[];
}

/** Deletes expired items in the local cloud's time, which the server itself never does. */
export function startExpiry(options: {
  dynamodb: DynamoDb;
  clock: Clock;
  tables: readonly Resource[];
  report: (problem: string) => void;
}): { stop(): void } {
  const { dynamodb, clock, report } = options;
  const expiring = options.tables.flatMap(readExpiry);
  let timer: Timer | undefined;
  let stopped = false;

  async function sweep(): Promise<void> {
    for (const table of expiring) {
      if (!stopped) await expireItems(dynamodb, table, Math.floor(clock.now() / 1000));
    }
  }

  function arm(): void {
    timer = clock.at(clock.now() + SWEEP_EVERY_MS, () => {
      sweep()
        .catch((error: unknown) => {
          if (!stopped) report(`expired items were not swept: ${String(error)}`);
        })
        .finally(() => {
          if (!stopped) arm();
        });
    });
  }

  if (expiring.length > 0) arm();
  return {
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

function readExpiry({ ref, properties }: Resource): Expiring[] {
  const ttl = properties.TimeToLiveSpecification as
    | { AttributeName?: string; Enabled?: boolean }
    | undefined;
  if (!ttl?.Enabled || ttl.AttributeName === undefined) return [];
  const schema = (properties.KeySchema ?? []) as { AttributeName: string }[];
  return [
    {
      table: ref,
      attribute: ttl.AttributeName,
      keys: schema.map(({ AttributeName }) => AttributeName),
    },
  ];
}

/** Deletes what has expired at `now` (seconds since the epoch), a page after the other. */
async function expireItems(dynamodb: DynamoDb, table: Expiring, now: number): Promise<void> {
  const expired = {
    ExpressionAttributeValues: {
      ':now': { N: String(now) },
      ':oldest': { N: String(now - TOO_OLD_SECONDS) },
    },
  };
  const condition = '#ttl < :now AND #ttl > :oldest';
  const keyNames = Object.fromEntries(table.keys.map((key, index) => [`#k${index}`, key]));
  let ExclusiveStartKey: JsonObject | undefined;
  do {
    const page = await dynamodb.call('Scan', {
      TableName: table.table,
      FilterExpression: condition,
      ProjectionExpression: Object.keys(keyNames).join(', '),
      ExpressionAttributeNames: { '#ttl': table.attribute, ...keyNames },
      ...expired,
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    });
    for (const Key of page.Items as JsonObject[]) {
      await deleteIfExpired(dynamodb, {
        TableName: table.table,
        Key,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#ttl': table.attribute },
        ...expired,
      });
    }
    ExclusiveStartKey = page.LastEvaluatedKey as JsonObject | undefined;
  } while (ExclusiveStartKey);
}

/** An item that was given more time since it was read stays. */
async function deleteIfExpired(dynamodb: DynamoDb, request: JsonObject): Promise<void> {
  try {
    await dynamodb.call('DeleteItem', request);
  } catch (error) {
    if (error instanceof DynamoDbError && error.code === 'ConditionalCheckFailedException') return;
    throw error;
  }
}
