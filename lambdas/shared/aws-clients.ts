import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * How long a call to AWS may take, and how often it is tried, before it is an error; endpoints come from the standard
 * environment. A write that was given up has an unknown outcome, so every conditional write of ours accepts that it
 * may have been done already. Without `throwOnRequestTimeout` the SDK only warns of a late answer.
 */
const limits = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
};

export function dynamodb(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(limits), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

export const stepFunctions = () => new SFNClient(limits);

export const eventBridge = () => new EventBridgeClient(limits);

export const sqs = () => new SQSClient(limits);
