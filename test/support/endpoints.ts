import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Base URLs of a running shop and of what stands behind it, as `endpoints.json` names them. */
export interface Endpoints {
  api: string;
  stripe: string;
  taxjar: string;
  fedex: string;
  ups: string;
  usps: string;
  shippo: string;
  sendgrid: string;
  dynamodb: string;
  sqs: string;
  stepfunctions: string;
  eventbridge: string;
  control: string;
}

/** Reads `endpoints.json` in the data folder of a local cloud. */
export function readEndpoints(dataDir: string): Endpoints {
  return JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints;
}
