import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.ts';

/**
 * OAuth access tokens (RFC 6749, section 4.4) that carry their own expiry, signed, so that they outlive a restart
 * and need no table.
 */
export class AccessTokens {
  readonly lifetimeSeconds: number;
  readonly #clock: Clock;
  readonly #clientId: string;
  readonly #clientSecret: string;

  constructor(options: {
    clock: Clock;
    clientId: string;
    clientSecret: string;
    lifetimeSeconds: number;
  }) {
    this.#clock = options.clock;
    this.#clientId = options.clientId;
    this.#clientSecret = options.clientSecret;
    this.lifetimeSeconds = options.lifetimeSeconds;
  }

  /** A token for these credentials, or undefined when they are not ours. */
  grant(clientId: unknown, clientSecret: unknown): string | undefined {
    if (clientId !== this.#clientId || clientSecret !== this.#clientSecret) return undefined;
    const expires = String(this.#clock.now() + this.lifetimeSeconds * 1000);
    return `${Buffer.from(expires).toString('base64url')}.${this.#sign(expires)}`;
  }

  /** Whether an `Authorization` header holds a token of ours that has not expired. */
  accepts(authorization: string | undefined): boolean {
    const [payload, signature] = (/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '').split('.');
    if (!payload || !signature) return false;
    const expires = Buffer.from(payload, 'base64url').toString();
    const expected = Buffer.from(this.#sign(expires));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
    return Number(expires) > this.#clock.now();
  }

  #sign(expires: string): string {
    return createHmac('sha256', this.#clientSecret).update(expires).digest('base64url');
  }
}
