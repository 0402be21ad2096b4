import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { SharedProps } from './shared-props.ts';

/** Lets `fn` move money at Stripe, as this stage's shop. */
export function grantPayments(fn: LambdaFunction, { config, secrets }: SharedProps): void {
  secrets.grant(fn, 'stripe');
  fn.addEnvironment('SHOP', `fastcart-${config.stage}`);
  fn.addEnvironment('PAYMENT_RETURN_URL', config.paymentReturnUrl);
}
