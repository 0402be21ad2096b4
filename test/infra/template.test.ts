import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { PROD, templateOf } from './synthesized.ts';

const dev = templateOf();
const prod = templateOf(PROD);

describe('functions', () => {
  const functions = Object.values(dev.findResources('AWS::Lambda::Function'));

  test('run on Node 24 and arm64, traced, with a log group that forgets', () => {
    dev.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogGroup: Match.anyValue() },
    });
    dev.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    expect(functions.length).toBeGreaterThan(15);
  });

  test('hold no secret in their environment', () => {
    const names = functions.flatMap((fn) =>
      Object.keys(fn['Properties'].Environment?.Variables ?? {}),
    );
    expect(names).toContain('STRIPE_SECRET_ARN');
    expect(names.filter((name) => /(KEY|TOKEN|PASSWORD|_SECRET)$/.test(name))).toEqual([]);
  });

  test('may do only what they are named for', () => {
    for (const [id, policy] of Object.entries(dev.findResources('AWS::IAM::Policy'))) {
      for (const statement of policy['Properties'].PolicyDocument.Statement) {
        const actions = [statement.Action].flat();
        const wildcards = actions.filter((action: string) => action.includes('*'));
        expect(wildcards, id).toEqual([]);
        if (statement.Resource !== '*') continue;
        const onEverything = actions.filter((action: string) => !/^(xray|logs):/.test(action));
        expect(onEverything, id).toEqual([]);
      }
    }
  });
});

test('tables are on demand, encrypted and recoverable', () => {
  dev.allResourcesProperties('AWS::DynamoDB::Table', {
    BillingMode: 'PAY_PER_REQUEST',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    SSESpecification: { SSEEnabled: true },
  });
});

test('production keeps its tables, whatever happens to the stack', () => {
  const tables = Object.values(prod.findResources('AWS::DynamoDB::Table'));
  expect(tables).toHaveLength(4);
  for (const table of tables) {
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table['Properties'].DeletionProtectionEnabled).toBe(true);
  }
});

test('production gets no sample catalogue', () => {
  dev.resourceCountIs('Custom::SampleCatalogue', 1);
  prod.resourceCountIs('Custom::SampleCatalogue', 0);
});

test('the e-mail queue hands dead letters on, and they alarm', () => {
  dev.hasResourceProperties('AWS::SQS::Queue', {
    RedrivePolicy: { maxReceiveCount: 3, deadLetterTargetArn: Match.anyValue() },
  });
  dev.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  dev.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmDescription: 'E-mails could not be sent',
    AlarmActions: Match.anyValue(),
  });
});

test('an order that needs attention alarms', () => {
  dev.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'OrdersNeedingAttention',
    Namespace: 'FastCart',
    Threshold: 1,
    AlarmActions: Match.anyValue(),
  });
});

test('alarms may be published, and reach who is named', () => {
  dev.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'sns:Publish',
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
        }),
      ]),
    },
  });
  prod.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email' });
});

test('what the parking of a failed undo fails to do is kept and alarms', () => {
  dev.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
  });
});

test('a checkout that ends uncaught starts the undo, an undo that does is parked', () => {
  const uncaught = { status: ['FAILED', 'TIMED_OUT', 'ABORTED'] };
  dev.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { source: ['aws.states'], detail: uncaught },
    Targets: [Match.objectLike({ RoleArn: Match.anyValue(), DeadLetterConfig: Match.anyValue() })],
  });
  dev.resourcePropertiesCountIs('AWS::Events::Rule', { EventPattern: { detail: uncaught } }, 2);
});

test('the payment wait is a choice of the deployment', () => {
  const machine = templateOf({ paymentWaitSeconds: 60 }).findResources(
    'AWS::StepFunctions::StateMachine',
  );
  const waits = Object.values(machine).map(
    ({ Properties }) => Properties.DefinitionSubstitutions.PaymentWaitSeconds,
  );
  expect(waits).toContain('60');
});

test.each([
  ['paymentWaitSeconds', '5'],
  ['paymentWaitSeconds', '4000'],
  ['stage', 'test'],
  ['emailFrom', 'nobody'],
  ['shipFrom', '{"street":"1 Main St"}'],
  ['flatRate', '{"USD":{"standrad":795}}'],
  ['flatRate', '{not JSON'],
])('a context value that is wrong is named: %s=%s', (name, value) => {
  expect(() => templateOf({ [name]: value })).toThrow(new RegExp(name));
});

test('production is not deployed with examples for a sender and a warehouse', () => {
  expect(() => templateOf({ stage: 'prod' })).toThrow(/paymentReturnUrl, emailFrom, shipFrom/);
});
