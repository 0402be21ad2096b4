import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { signPayload } from './sign-webhook.ts';

const NO_ANSWER_MS = 20_000;
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const secureAgent = new SecureAgent({ keepAlive: true, maxSockets: 32 });

/** How a delivery went: the endpoint's HTTP status, or why there was none. */
export interface Delivered {
  status: number | null;
  error?: string;
}

/** Posts an event's JSON, signed, to an endpoint; waits at most 20 s for its answer. `now` in milliseconds. */
export function postWebhook(
  url: string,
  payload: string,
  secret: string,
  now: number,
): Promise<Delivered> {
  return new Promise((resolve) => {
    const secure = url.startsWith('https:');
    const outgoing = (secure ? secureRequest : request)(
      url,
      {
        method: 'POST',
        agent: secure ? secureAgent : agent,
        timeout: NO_ANSWER_MS,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(payload),
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'stripe-signature': signPayload(payload, secret, Math.floor(now / 1000)),
        },
      },
      (response) => {
        response.resume();
        response.once('close', () => resolve({ status: response.statusCode ?? null }));
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer within 20 s')));
    outgoing.once('error', (error) => resolve({ status: null, error: error.message }));
    outgoing.end(payload);
  });
}

export function isAccepted({ status }: Delivered): boolean {
  return status !== null && status >= 200 && status < 300;
}
