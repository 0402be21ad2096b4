import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { synthesize } from './synthesized.ts';

test.each(['dev', 'prod'])('the %s stack is clean by AWS Solutions rules', (stage) => {
  const { app } = synthesize({ stage });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).not.toThrow();
});
