import { randomUUID } from 'node:crypto';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { dynamoOrders } from '../orders/order-store.ts';
import { dynamodb } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { lambdaHandler } from '../shared/lambda-handler.ts';
import { logger } from '../shared/logger.ts';
import { secret } from '../shared/secrets.ts';
import { dynamoEmailClaims } from './email-claims.ts';
import { processEmailMessage } from './process-email-message.ts';
import { sendGridSender } from './sendgrid-sender.ts';

const sendGridArn = env('SENDGRID_SECRET_ARN');

const sendGridSecret = z.object({ SENDGRID_API_KEY: z.string().min(1) });

const tables = dynamodb();

const deps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), tables),
  claims: dynamoEmailClaims(env('RECORDS_TABLE'), tables),
  sender: sendGridSender({
    baseUrl: env('SENDGRID_API_BASE'),
    from: env('EMAIL_FROM'),
    apiKey: async () => sendGridSecret.parse(await secret(sendGridArn)).SENDGRID_API_KEY,
  }),
  clock: systemClock,
  newOwner: randomUUID,
  logger,
};

const processor = new BatchProcessor(EventType.SQS);

/** Takes a batch from the e-mail queue and reports which of its messages are to come again. */
export const handler = lambdaHandler(
  (event: SQSEvent, context): Promise<SQSBatchResponse> =>
    processPartialResponse(
      event,
      (record: SQSRecord) => processEmailMessage(deps, record.body),
      processor,
      // A batch of which every message failed is no failure of the function: each goes its own way to the dead letters.
      { context, throwOnFullBatchFailure: false },
    ),
);
