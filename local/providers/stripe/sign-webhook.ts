import { createHmac } from 'node:crypto';

/** `Stripe-Signature` of a payload (docs.stripe.com/webhooks/signature: HMAC-SHA256 of `<t>.<payload>`). `seconds` since 1970. */
export function signPayload(payload: string, secret: string, seconds: number): string {
  const signature = createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex');
  return `t=${seconds},v1=${signature}`;
}
