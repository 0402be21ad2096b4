import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { answer, apiHandler } from '../shared/api-handler.ts';
import { dynamodb } from '../shared/aws-clients.ts';
import { env } from '../shared/environment.ts';
import { logger } from '../shared/logger.ts';

const client = dynamodb();
const TableName = env('ORDERS_TABLE');

/** `GET /health`: 200 when orders can be read and written, else 503. */
export const handler = apiHandler(async () => {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE' || Table?.TableStatus === 'UPDATING') {
      return answer(200, { status: 'ok' });
    }
  } catch (error) {
    logger.error('health check failed', { error: error instanceof Error ? error.name : 'unknown' });
  }
  return answer(
    503,
    { error: 'Orders cannot be stored now', code: 'UNAVAILABLE', retry_after: 5 },
    { 'retry-after': '5' },
  );
});
