import { Agent, request } from 'node:http';
import type { JsonObject } from '../contracts.ts';

export interface DynamoDb {
  /** Base URL, no slash at its end. */
  readonly url: string;
  /** @throws DynamoDbError as the service answers it. */
  call(operation: string, input: JsonObject): Promise<JsonObject>;
  close(): void;
}

/** `code` is the name of the exception, such as `ConditionalCheckFailedException`. */
export class DynamoDbError extends Error {
  override readonly name = 'DynamoDbError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

// Nothing checks the signature; the server only wants the header to look like one.
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local';

/** Calls DynamoDB's JSON API with nothing in between: the SDK costs several times as much a call. */
export function createDynamoDbClient(url: string): DynamoDb {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const { hostname, port } = new URL(url);

  return {
    url,
    close: () => agent.destroy(),
    call: (operation, input) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify(input);
        const outgoing = request(
          {
            agent,
            hostname,
            port,
            method: 'POST',
            headers: {
              authorization: AUTHORIZATION,
              'x-amz-date': '20260101T000000Z',
              'content-type': 'application/x-amz-json-1.0',
              'content-length': Buffer.byteLength(body),
              'x-amz-target': `DynamoDB_20120810.${operation}`,
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => {
              const text = Buffer.concat(chunks).toString();
              if (response.statusCode === 200) resolve(JSON.parse(text) as JsonObject);
              else reject(errorOf(text));
            });
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
  };
}

function errorOf(text: string): DynamoDbError {
  try {
    const { __type = '', message, Message } = JSON.parse(text) as Record<string, string>;
    return new DynamoDbError(__type.split('#').at(-1) ?? __type, message ?? Message ?? '');
  } catch {
    return new DynamoDbError('InternalServerError', text);
  }
}
