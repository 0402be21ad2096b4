import { afterEach, describe, expect, it } from 'vitest';
import { type OAuthToken, oauthToken } from '../../lambdas/shipping/oauth-token.ts';
import { VirtualClock } from '../../local/clock.ts';
import { answering, type WireServer } from './wire-server.ts';

const signal = new AbortController().signal;

let server: WireServer;
afterEach(() => server.stop());

async function start(auth: 'form' | 'header', expires_in: unknown = 3600) {
  let tokens = 0;
  server = await answering(() => ({
    status: 200,
    body: { access_token: `token-${++tokens}`, token_type: 'Bearer', expires_in },
  }));
  const time = new VirtualClock();
  const clock = { now: () => new Date(time.now()) };
  const credentials = async () => ({ id: 'my id', secret: 's:&=ü' });
  const token: OAuthToken = oauthToken('ups', `${server.baseUrl}/token`, auth, credentials, clock);
  return { token, time };
}

describe('an access token', () => {
  it('is asked for with the credentials in the form', async () => {
    const { token } = await start('form');
    await token.get(signal);

    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'my id',
      client_secret: 's:&=ü',
    });
  });

  it('is asked for with the credentials in the header', async () => {
    const { token } = await start('header');
    await token.get(signal);

    const [scheme, value = ''] = server.requests[0]?.headers.authorization?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    expect(Buffer.from(value, 'base64').toString()).toBe('my id:s:&=ü');
    expect(server.requests[0]?.body).toBe('grant_type=client_credentials');
  });

  it.each([3600, '3600'])(
    'is renewed a minute before its end, told as %j seconds',
    async (lifetime) => {
      const { token, time } = await start('form', lifetime);

      expect(await token.get(signal)).toBe('token-1');
      time.advance(3_500_000);
      expect(await token.get(signal)).toBe('token-1');
      time.advance(40_000);
      expect(await token.get(signal)).toBe('token-2');
    },
  );

  it('is not renewed for a refusal of the one before', async () => {
    const { token } = await start('form');
    const first = await token.get(signal);

    expect(await token.get(signal, first)).toBe('token-2');
    expect(await token.get(signal, first)).toBe('token-2');
  });

  it.each([undefined, 'soon', 0, -1, null])('without a lifetime (%j) is none', async (lifetime) => {
    const { token } = await start('form', lifetime ?? null);

    await expect(token.get(signal)).rejects.toMatchObject({ name: 'Transient' });
  });
});
