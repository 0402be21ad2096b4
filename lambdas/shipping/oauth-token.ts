import * as z from 'zod';
import type { Clock } from '../shared/clock.ts';
import { Transient } from '../shared/errors.ts';
import { askJson } from './ask-json.ts';

/** A token is renewed this long before it expires, so that none expires on its way. */
const RENEW_BEFORE_MS = 60_000;

/** FedEx and USPS tell the seconds as a number, UPS as a string. */
const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
});

export interface OAuthCredentials {
  id: string;
  secret: string;
}

export interface OAuthToken {
  /**
   * The token at hand, or a new one. With `refused`, the token that the carrier did not take, a new one unless it has
   * been renewed since.
   * @throws Transient if the carrier gives none
   */
  get(signal: AbortSignal, refused?: string): Promise<string>;
}

/**
 * A carrier's access token by the client credentials grant (RFC 6749, section 4.4), kept in the container.
 *
 * `auth` says where the credentials go: into the form (FedEx, USPS) or the Authorization header (UPS).
 */
export function oauthToken(
  carrier: string,
  url: string,
  auth: 'form' | 'header',
  credentials: () => Promise<OAuthCredentials>,
  clock: Clock,
): OAuthToken {
  let current: { token: string; renewAt: number } | undefined;

  return {
    async get(signal, refused) {
      if (current && current.token !== refused && clock.now().getTime() < current.renewAt) {
        return current.token;
      }
      const { id, secret } = await credentials();
      const form = new URLSearchParams({ grant_type: 'client_credentials' });
      const headers = new Headers();
      if (auth === 'form') {
        form.set('client_id', id);
        form.set('client_secret', secret);
      } else {
        headers.set('authorization', `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`);
      }

      const answer = await askJson(carrier, url, { method: 'POST', headers, body: form }, signal);
      const token = tokenSchema.safeParse(answer.body);
      if (answer.status !== 200 || !token.success) {
        throw new Transient(`${carrier} gave no access token (${answer.status})`);
      }
      const lifetime = token.data.expires_in * 1000;
      const renewAt = clock.now().getTime() + lifetime - RENEW_BEFORE_MS;
      current = { token: token.data.access_token, renewAt };
      return current.token;
    },
  };
}
