import { Aws } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { SharedProps } from './shared-props.ts';

/** Lets `fn` move money at Stripe, as the one shop that this stage is in this account and region. */
export function grantPayments(fn: LambdaFunction, { config, secrets }: SharedProps): void {
  secrets.grant(fn, 'stripe');
  fn.addEnvironment('SHOP', `fastcart-${config.stage}:${Aws.ACCOUNT_ID}:${Aws.REGION}`);
  fn.addEnvironment('PAYMENT_RETURN_URL', config.paymentReturnUrl);
}
