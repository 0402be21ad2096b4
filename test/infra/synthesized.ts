import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import cdk from '../../cdk.json' with { type: 'json' };
import { readConfig } from '../../infra/config.ts';
import { FastCartStack } from '../../infra/fastcart-stack.ts';

/** What a deployment to production has to say. */
export const PROD = {
  stage: 'prod',
  paymentReturnUrl: 'https://shop.example/return',
  emailFrom: 'orders@shop.example',
  alarmEmail: 'team@shop.example',
  shipFrom: { street: '1 Main St', city: 'Seattle', state: 'WA', zip: '98101', country: 'US' },
};

/** The stack as a deployment with `context` would have it, by the same rules. */
export function synthesize(context: Record<string, unknown> = {}): {
  app: App;
  stack: FastCartStack;
} {
  const app = new App({ context: { ...cdk.context, ...context } });
  const config = readConfig(app.node);
  return { app, stack: new FastCartStack(app, `FastCart-${config.stage}`, { config }) };
}

export function templateOf(context: Record<string, unknown> = {}): Template {
  return Template.fromStack(synthesize(context).stack);
}
