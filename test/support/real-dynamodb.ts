import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { vi } from 'vitest';

export interface RealDynamoDb {
  endpoint: string;
  client: DynamoDBDocumentClient;
  get(table: string, key: Record<string, string>): Promise<{ Item?: Record<string, unknown> }>;
  stop(): Promise<void>;
}

/** A DynamoDB server of its own, in memory; `tables` maps each table to its partition key, a string. */
export async function startDynamoDb(tables: Record<string, string>): Promise<RealDynamoDb> {
  const port = await freePort();
  const binary = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
  const server = spawn(binary, ['--port', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const plain = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  for (const [table, key] of Object.entries(tables)) {
    await vi.waitFor(() => createTable(plain, table, key), { timeout: 10_000 });
  }
  const client = DynamoDBDocumentClient.from(plain, {
    marshallOptions: { removeUndefinedValues: true },
  });
  return {
    endpoint,
    client,
    get: (table, key) =>
      client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true })),
    async stop() {
      plain.destroy();
      await stopped(server);
    },
  };
}

async function createTable(client: DynamoDBClient, table: string, key: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    }),
  );
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

async function stopped(server: ChildProcess): Promise<void> {
  const exit = once(server, 'exit');
  server.kill();
  await exit;
}
