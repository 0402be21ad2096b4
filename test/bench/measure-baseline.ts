import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '../../local/dynamodb/start-dynamodb.ts';
import { HttpClient } from './http-client.ts';

/** What this machine does without a shop, so that a number of another machine can be held against it. */
export interface Baseline {
  /** Transactions of three small puts a second: AWS SDK, 32 callers, the local DynamoDB server on disk. */
  transactionsPerSecond: number;
  /** Requests a second to an HTTP server that does nothing, by the load's own client, 64 callers. */
  requestsPerSecond: number;
}

const TABLE = 'baseline';

export async function measureBaseline(folder: string, seconds: number): Promise<Baseline> {
  return {
    transactionsPerSecond: await measureTransactions(folder, seconds),
    requestsPerSecond: await measureRequests(seconds),
  };
}

async function measureTransactions(folder: string, seconds: number): Promise<number> {
  const server = await startDynamoDb({ dbPath: join(folder, `baseline-${Date.now()}.sqlite`) });
  try {
    await server.call('CreateTable', {
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    });
    const plain = new DynamoDBClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const client = DynamoDBDocumentClient.from(plain);
    let written = 0;
    const rate = await callsPerSecond(32, seconds, async () => {
      const Put = (part: string) => ({
        Put: { TableName: TABLE, Item: { id: `${part}${written}`, value: written } },
      });
      written += 1;
      await client.send(new TransactWriteCommand({ TransactItems: ['a', 'b', 'c'].map(Put) }));
    });
    plain.destroy();
    return rate;
  } finally {
    await server.stop();
  }
}

async function measureRequests(seconds: number): Promise<number> {
  const program = fileURLToPath(new URL('./empty-server.ts', import.meta.url));
  const server = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exit = once(server, 'exit');
  try {
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    const client = new HttpClient(`http://127.0.0.1:${port.toString().trim()}`, 64);
    const rate = await callsPerSecond(64, seconds, () => client.get('/'));
    client.close();
    return rate;
  } finally {
    server.stdin.end();
    await exit;
  }
}

/** A closed loop of `callers`; its first third warms up and does not count. */
async function callsPerSecond(
  callers: number,
  seconds: number,
  call: () => Promise<unknown>,
): Promise<number> {
  const began = performance.now();
  const from = began + (seconds * 1000) / 3;
  const until = began + seconds * 1000;
  let counted = 0;
  const caller = async () => {
    while (performance.now() < until) {
      await call();
      const now = performance.now();
      if (now >= from && now < until) counted += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (counted * 1000) / (until - from);
}
