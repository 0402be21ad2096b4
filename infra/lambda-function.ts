import { existsSync } from 'node:fs';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allow } from './grants.ts';

/** How long a function may run, in seconds: less than the 30 s of an API request and of a task. */
const TIMEOUT_S = 28;

/**
 * The function built from `lambdas/<capability>/<handler>.handler.ts`, alone in its bundle, with a log group of its
 * own. It may do nothing until it is granted something.
 * @throws Error if the bundle was not built
 */
export function lambdaFunction(
  scope: Construct,
  handler: string,
  options: { environment?: Record<string, string>; timeoutSeconds?: number } = {},
): LambdaFunction {
  const bundle = `dist/${handler}`;
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing: run \`npm run build\` first`);
  const id = handler.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
  const place = new Construct(scope, id);
  const logGroup = new LogGroup(place, 'Log', {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // A role of our own: AWS's managed one may write to every log group of the account.
  const role = new Role(place, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  allow(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
  Validations.of(place).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray has no resources to name: tracing writes to * (X-Ray, actions and resources)',
  });
  return new LambdaFunction(place, 'Function', {
    description: `FastCart: ${handler}`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(bundle),
    memorySize: 512,
    timeout: Duration.seconds(options.timeoutSeconds ?? TIMEOUT_S),
    tracing: Tracing.ACTIVE,
    environment: { POWERTOOLS_LOG_LEVEL: 'INFO', ...options.environment },
    role,
    logGroup,
  });
}
