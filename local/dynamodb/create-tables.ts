import type { Json, JsonObject } from '../contracts.ts';
import type { Resource } from '../template/read-stack.ts';
import { TemplateError } from '../template/template-error.ts';
import { type DynamoDb, DynamoDbError } from './dynamodb-client.ts';

/**
 * Creates a table of the template that isn't there yet, and the indexes that it doesn't have yet. Never drops one.
 *
 * A stream is left out: nothing reads it locally (an event source on a stream is refused), and each of its records
 * makes later writes slower.
 *
 * @throws TemplateError when the table on disk has another key.
 */
export async function ensureTable(dynamodb: DynamoDb, resource: Resource): Promise<void> {
  const { ref: TableName, properties } = resource;
  const existing = await describe(dynamodb, TableName);
  if (existing) {
    await updateTable(dynamodb, resource, existing);
    return;
  }
  await dynamodb.call('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: properties.AttributeDefinitions ?? [],
    KeySchema: properties.KeySchema ?? [],
    ...lists('LocalSecondaryIndexes', properties.LocalSecondaryIndexes),
    ...lists('GlobalSecondaryIndexes', indexesOf(properties)),
  });
  const TimeToLiveSpecification = properties.TimeToLiveSpecification;
  if (TimeToLiveSpecification) {
    await dynamodb.call('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
  }
}

function lists(name: string, value: Json | undefined): JsonObject {
  return Array.isArray(value) && value.length > 0 ? { [name]: value } : {};
}

/** The indexes without what only has a meaning with provisioned or capped throughput. */
function indexesOf(properties: JsonObject): JsonObject[] {
  const indexes = (properties.GlobalSecondaryIndexes ?? []) as JsonObject[];
  return indexes.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName: IndexName ?? '',
    KeySchema: KeySchema ?? [],
    Projection: Projection ?? { ProjectionType: 'ALL' },
  }));
}

async function describe(dynamodb: DynamoDb, TableName: string): Promise<JsonObject | undefined> {
  try {
    return (await dynamodb.call('DescribeTable', { TableName })).Table as JsonObject;
  } catch (error) {
    if (error instanceof DynamoDbError && error.code === 'ResourceNotFoundException') return;
    throw error;
  }
}

async function updateTable(
  dynamodb: DynamoDb,
  { logicalId, ref: TableName, properties }: Resource,
  existing: JsonObject,
): Promise<void> {
  if (keyOf(existing.KeySchema) !== keyOf(properties.KeySchema)) {
    throw new TemplateError(
      `${logicalId}: table ${TableName} on disk has the key ${keyOf(existing.KeySchema)}, the template has ${keyOf(properties.KeySchema)}; start with another --data folder`,
    );
  }
  const present = new Set(indexesOf(existing).map(({ IndexName }) => IndexName));
  for (const index of indexesOf(properties)) {
    if (present.has(index.IndexName ?? '')) continue;
    await dynamodb.call('UpdateTable', {
      TableName,
      AttributeDefinitions: properties.AttributeDefinitions ?? [],
      GlobalSecondaryIndexUpdates: [{ Create: index }],
    });
  }
}

function keyOf(schema: Json | undefined): string {
  return ((schema ?? []) as { AttributeName: string; KeyType: string }[])
    .map(({ AttributeName, KeyType }) => `${AttributeName}:${KeyType}`)
    .join(', ');
}
