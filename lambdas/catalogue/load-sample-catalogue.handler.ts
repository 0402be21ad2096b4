import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { dynamodb } from '../shared/aws-clients.ts';
import { env } from '../shared/environment.ts';
import { logger } from '../shared/logger.ts';
import { loadSampleCatalogue } from './load-sample-catalogue.ts';

const deps = {
  client: dynamodb(),
  catalogueTable: env('CATALOGUE_TABLE'),
  stockTable: env('STOCK_TABLE'),
};

/**
 * A CloudFormation custom resource: loads the samples when the stack is created or they change, and leaves
 * everything where it is when the stack goes. CloudFormation waits for the answer at `ResponseURL`.
 */
export const handler = async (event: CloudFormationCustomResourceEvent): Promise<void> => {
  const status = await load(event).catch((error: unknown) => {
    logger.error('samples not loaded', { error: error instanceof Error ? error.name : 'unknown' });
    return 'FAILED';
  });
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    // The URL was signed without a content type; any other is refused (CloudFormation, cfn-response).
    headers: { 'content-type': '' },
    body: JSON.stringify({
      Status: status,
      Reason: status === 'FAILED' ? 'The sample catalogue could not be loaded: see the log' : '',
      PhysicalResourceId: 'sample-catalogue',
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
    }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`CloudFormation refused the answer: ${response.status}`);
};

async function load(event: CloudFormationCustomResourceEvent): Promise<'SUCCESS'> {
  if (event.RequestType !== 'Delete') await loadSampleCatalogue(deps);
  return 'SUCCESS';
}
