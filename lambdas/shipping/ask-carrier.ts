import type * as z from 'zod';
import { Transient } from '../shared/errors.ts';
import { askJson, failureOf } from './ask-json.ts';
import type { OAuthToken } from './oauth-token.ts';

/** One request for rates: what is asked, and what the answer has to look like. */
export interface RateQuestion<Answer> {
  carrier: string;
  url: string;
  token: OAuthToken;
  body: unknown;
  answer: z.ZodType<Answer>;
}

/**
 * Asks a carrier with its access token; a token that it refuses is renewed once.
 * @throws Transient if the carrier does not answer, fails, or answers something else than `answer`
 * @throws InvalidOrder if it refuses the shipment
 */
export async function askCarrier<Answer>(
  question: RateQuestion<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  const { carrier, url, token } = question;
  const body = JSON.stringify(question.body);
  const ask = (bearer: string) =>
    askJson(
      carrier,
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body,
      },
      signal,
    );

  const bearer = await token.get(signal);
  let answer = await ask(bearer);
  if (answer.status === 401) answer = await ask(await token.get(signal, bearer));

  const failure = failureOf(carrier, answer);
  if (failure) throw failure;
  const rates = question.answer.safeParse(answer.body);
  if (rates.success) return rates.data;
  const where = rates.error.issues.map(({ path }) => path.join('.') || 'its root');
  throw new Transient(
    `${carrier} sent a malformed answer: wrong at ${where.slice(0, 3).join(', ')}`,
  );
}
