import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { HttpClient } from './http-client.ts';

/** What the calls of one DynamoDB operation consumed. */
export interface Consumed {
  calls: number;
  readUnits: number;
  writeUnits: number;
  /** Calls that were refused, by a condition for example. */
  refused: number;
}

interface Capacity {
  CapacityUnits?: number;
}

const READS = new Set(['GetItem', 'BatchGetItem', 'TransactGetItems', 'Query', 'Scan']);
const WRITES = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
]);

/**
 * Stands before a DynamoDB server and adds up what its answers say was consumed: it asks for that in each request
 * (`ReturnConsumedCapacity: TOTAL`, which has the indexes in it). A write that was refused says nothing, and is
 * counted with the one unit that DynamoDB takes for it at least.
 */
export class MeteringProxy {
  readonly #server = createServer();
  readonly #upstream: HttpClient;
  #consumed = new Map<string, Consumed>();

  constructor(upstream: string) {
    this.#upstream = new HttpClient(upstream, 64);
  }

  /** Resolves with its base URL. */
  async start(): Promise<string> {
    this.#server.on('request', (request, response) => {
      this.#forward(request).then(
        ({ status, body }) =>
          response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body),
        () => response.destroy(),
      );
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port was given');
    return `http://127.0.0.1:${address.port}`;
  }

  /** By operation, since the last `reset`. */
  get consumed(): ReadonlyMap<string, Consumed> {
    return this.#consumed;
  }

  reset(): void {
    this.#consumed = new Map();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
    this.#upstream.close();
  }

  async #forward(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const target = String(request.headers['x-amz-target']);
    const operation = target.slice(target.indexOf('.') + 1);
    const isMetered = READS.has(operation) || WRITES.has(operation);
    const body = isMetered
      ? JSON.stringify({
          ...(JSON.parse(text) as object),
          ReturnConsumedCapacity: 'TOTAL',
        })
      : text;
    const answer = await this.#upstream.post(request.url ?? '/', body, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      'x-amz-date': String(request.headers['x-amz-date']),
      authorization: String(request.headers.authorization),
    });
    if (isMetered) this.#count(operation, answer);
    return answer;
  }

  #count(operation: string, { status, body }: { status: number; body: string }): void {
    const sum = this.#consumed.get(operation) ?? {
      calls: 0,
      readUnits: 0,
      writeUnits: 0,
      refused: 0,
    };
    this.#consumed.set(operation, sum);
    sum.calls += 1;
    if (status !== 200) sum.refused += 1;
    const units = status === 200 ? unitsIn(body) : 1;
    if (WRITES.has(operation)) sum.writeUnits += units;
    else if (status === 200) sum.readUnits += units;
  }
}

/** One capacity, or one for each table. */
function unitsIn(body: string): number {
  const { ConsumedCapacity: capacity } = JSON.parse(body) as {
    ConsumedCapacity?: Capacity | Capacity[];
  };
  const all = Array.isArray(capacity) ? capacity : [capacity];
  return all.reduce((units, one) => units + (one?.CapacityUnits ?? 0), 0);
}
