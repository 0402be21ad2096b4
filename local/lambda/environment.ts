import { REGION } from '../contracts.ts';
import type { FunctionConfig } from './function-config.ts';

/** Base URLs of the AWS services that a function's SDK clients call. */
export interface ServiceEndpoints {
  /** Everything that is served in AWS JSON: Step Functions, SQS, EventBridge, Secrets Manager. */
  services: string;
  dynamodb: string;
}

/**
 * The environment that an instance starts with: Lambda's own variables, credentials that no service checks, the
 * standard endpoint variables of the SDKs, and the function's variables from the template.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function instanceEnvironment(
  config: FunctionConfig,
  endpoints: ServiceEndpoints,
  logStream: string,
): Record<string, string> {
  return {
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'production',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: config.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: endpoints.services,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    _HANDLER: `index.${config.handlerName}`,
    ...config.environment,
  };
}
