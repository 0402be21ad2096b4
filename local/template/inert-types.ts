/**
 * Resource types that need nothing to run locally, each with its reason. Anything that is neither here nor among the
 * kinds is refused, so that nothing is left out unnoticed.
 */
const INERT: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^AWS::IAM::/, 'permissions are not enforced locally'],
  [/^AWS::Lambda::Permission$/, 'permissions are not enforced locally'],
  [/^AWS::SQS::QueuePolicy$/, 'permissions are not enforced locally'],
  [/^AWS::Events::EventBusPolicy$/, 'permissions are not enforced locally'],
  [/^AWS::SecretsManager::ResourcePolicy$/, 'permissions are not enforced locally'],
  [/^AWS::SNS::TopicPolicy$/, 'permissions are not enforced locally'],
  [/^AWS::KMS::/, 'data at rest is not encrypted locally'],
  [/^AWS::Logs::/, 'logs are files in the data folder'],
  [/^AWS::CloudWatch::/, 'alarms and dashboards watch metrics that only AWS has'],
  [/^AWS::ApplicationInsights::/, 'watches metrics that only AWS has'],
  [/^AWS::SNS::(Topic|Subscription)$/, 'only alarms publish to topics'],
  [/^AWS::XRay::/, 'there is no tracing locally'],
  [/^AWS::Budgets::/, 'nothing is billed locally'],
  [/^AWS::SecretsManager::RotationSchedule$/, 'secrets are not rotated locally'],
  [/^AWS::CDK::Metadata$/, 'describes the CDK itself'],
];

/** Why a resource of this type is not run locally, or nothing when it has to be run. */
export function inertReason(type: string): string | undefined {
  return INERT.find(([pattern]) => pattern.test(type))?.[1];
}
