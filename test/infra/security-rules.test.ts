import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { PROD, synthesize } from './synthesized.ts';

test.each([
  ['dev', {}],
  ['prod', PROD],
])('the %s stack is clean by AWS Solutions rules', (_stage, context) => {
  const { app } = synthesize(context);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).not.toThrow();
});
