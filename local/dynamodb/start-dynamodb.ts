import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createDynamoDbClient, type DynamoDb } from './dynamodb-client.ts';
import { freePort } from './free-port.ts';

export interface RunningDynamoDb extends DynamoDb {
  /** Ends the server; kill -9 of our own process does so too. */
  stop(): Promise<void>;
}

/** DynamoDB can't be had on this machine; the message says what to do. */
export class DynamoDbUnavailable extends Error {
  override readonly name = 'DynamoDbUnavailable';
}

const READY_WITHIN_MS = 10_000;
const ATTEMPTS = 3;

/**
 * Runs the server and kills it when standard input ends, which it does with our process, however that ended.
 * The shell outlives neither: it waits for the server.
 */
const WATCHDOG = `
exec 3<&0
"$@" </dev/null >/dev/null 2>&1 3<&- & server=$!
(cat <&3 >/dev/null; kill -9 $server 2>/dev/null) & watch=$!
wait $server; status=$?
kill $watch 2>/dev/null
exit $status`;

/**
 * Starts the native DynamoDB server on a free port of 127.0.0.1 with its data in `dbPath`.
 * Where its binary can't be had, uses the server at `endpoint` (`DYNAMODB_ENDPOINT`), such as DynamoDB Local.
 *
 * @throws DynamoDbUnavailable when there is neither, or it doesn't answer.
 */
export async function startDynamoDb(options: {
  dbPath: string;
  endpoint?: string;
}): Promise<RunningDynamoDb> {
  if (options.endpoint !== undefined) return await useServer(options.endpoint);
  const binary = findBinary();
  if (binary === undefined) {
    throw new DynamoDbUnavailable(
      `no DynamoDB server for ${process.platform}-${process.arch}: start DynamoDB Local (docker run -p 8000:8000 amazon/dynamodb-local) and set DYNAMODB_ENDPOINT=http://127.0.0.1:8000`,
    );
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePort(binary, options.dbPath);
    } catch (error) {
      // The port may have been taken since it was found free, or a server that is being killed still holds the file.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function useServer(endpoint: string): Promise<RunningDynamoDb> {
  const client = createDynamoDbClient(endpoint.replace(/\/$/, ''));
  try {
    await client.call('ListTables', {});
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DynamoDbUnavailable(`no DynamoDB at DYNAMODB_ENDPOINT=${endpoint}: ${reason}`);
  }
  return { ...client, stop: async () => client.close() };
}

function findBinary(): string | undefined {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/dynoxide`);
  } catch {
    return undefined;
  }
}

async function startOnFreePort(binary: string, dbPath: string): Promise<RunningDynamoDb> {
  const port = await freePort();
  const server = spawn(
    '/bin/sh',
    ['-c', WATCHDOG, 'sh', binary, 'serve', '--port', String(port), '--db-path', dbPath],
    { stdio: ['pipe', 'ignore', 'ignore'] },
  );
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  });
  const client = createDynamoDbClient(`http://127.0.0.1:${port}`);
  const stop = async () => {
    client.close();
    server.stdin?.destroy();
    await ended;
  };
  if (await answers(client, server)) return { ...client, stop };
  await stop();
  throw new DynamoDbUnavailable(`${binary} did not start on port ${port} with ${dbPath}`);
}

async function answers(client: DynamoDb, server: ChildProcess): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline && server.exitCode === null) {
    try {
      await client.call('ListTables', {});
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  return false;
}
