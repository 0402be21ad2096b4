import * as z from 'zod';
import { html, json, wantsPage } from '../http/message.ts';
import type { Route } from '../http/router.ts';
import { challengeEndedPage, challengePage, noChallengePage } from './challenge-page.ts';
import type { StripeDesk } from './desk.ts';
import { StripeRefusal } from './errors.ts';
import { forceStatus } from './force-status.ts';
import { idOf } from './store.ts';
import { answerChallenge, returnAddress } from './three-d-secure.ts';

const modeSchema = z.strictObject({ mode: z.enum(['deliver', 'hold', 'drop']) });
const releaseSchema = z.strictObject({
  order: z.enum(['as_created', 'reverse']).default('as_created'),
  duplicate: z.int().min(0).max(100).default(0),
});
const statusSchema = z.strictObject({ status: z.string() });

/**
 * What Stripe does not have, for people and tests, without a key:
 * - `GET /3ds/{intent}`: the challenge's page; `POST /3ds/{intent}/pass` and `/fail`: its answers. A browser is sent
 *   on to `return_url`; a program gets the intent's `{ id, status }`.
 * - `POST /_webhooks` `{ mode }`, `GET /_webhooks`, `POST /_webhooks/release` `{ order, duplicate }`.
 * - `POST /_events/{id}/resend`; `POST /_intents/{id}` `{ status }` (see force-status.ts).
 */
export function controlRoutes(desk: StripeDesk): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/3ds/:id',
      handle: ({ params }) => {
        const id = params[0] ?? '';
        const intent = desk.store.get('payment_intent', id)?.object;
        if (!intent) return html(404, noChallengePage(id));
        if (intent.status !== 'requires_action') return html(200, challengeEndedPage(intent));
        const method = desk.store.get('payment_method', idOf(intent.payment_method))?.object;
        return html(200, challengePage(intent, method));
      },
    },
    challengeAnswer(desk, 'pass'),
    challengeAnswer(desk, 'fail'),
    { method: 'GET', pattern: '/_webhooks', handle: () => json(200, desk.webhooks.describe()) },
    {
      method: 'POST',
      pattern: '/_webhooks',
      handle: ({ body }) =>
        checked(modeSchema, body, ({ mode }) => {
          desk.webhooks.mode = mode;
          return desk.webhooks.describe();
        }),
    },
    {
      method: 'POST',
      pattern: '/_webhooks/release',
      handle: ({ body }) =>
        checked(releaseSchema, body || '{}', async ({ order, duplicate }) => ({
          delivered: await desk.webhooks.release(order, duplicate),
        })),
    },
    {
      method: 'POST',
      pattern: '/_events/:id/resend',
      handle: async ({ params }) => {
        const delivered = await desk.webhooks.resend(params[0] ?? '');
        return delivered
          ? json(200, { delivered })
          : json(404, { error: `no such event: ${params[0]}` });
      },
    },
    {
      method: 'POST',
      pattern: '/_intents/:id',
      handle: ({ body, params }) =>
        checked(statusSchema, body, ({ status }) =>
          desk.change((session) => forceStatus(session, params[0] ?? '', status)),
        ),
    },
  ];
}

function challengeAnswer(desk: StripeDesk, answer: 'pass' | 'fail'): Route {
  return {
    method: 'POST',
    pattern: `/3ds/:id/${answer}`,
    handle: async (request) => {
      const id = request.params[0] ?? '';
      const toPage = wantsPage(request);
      try {
        const { intent, returnUrl } = await desk.change((session) =>
          answerChallenge(session, id, answer === 'pass'),
        );
        if (!toPage) return json(200, { id: intent.id, status: intent.status });
        if (returnUrl === undefined) return html(200, challengeEndedPage(intent));
        return { status: 303, headers: { location: returnAddress(returnUrl, intent) } };
      } catch (error) {
        if (!(error instanceof StripeRefusal)) throw error;
        if (!toPage) return json(error.status, { error: error.message });
        const intent = error.body.payment_intent;
        return html(error.status, intent ? challengeEndedPage(intent) : noChallengePage(id));
      }
    },
  };
}

/** Runs a control with its checked body; 400 names what is wrong with it. */
async function checked<T>(
  schema: z.ZodType<T>,
  body: string,
  run: (input: T) => object | Promise<object>,
) {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    return json(400, { error: 'the body is not JSON' });
  }
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return json(400, { error: wrong.join('; ') });
  }
  try {
    return json(200, await run(parsed.data));
  } catch (error) {
    if (error instanceof StripeRefusal) return json(error.status, { error: error.message });
    throw error;
  }
}
