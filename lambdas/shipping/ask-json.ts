import { InvalidOrder, Transient } from '../shared/errors.ts';

/** The statuses with which a provider says that the request's data, and not the request, is at fault. */
const REFUSALS = new Set([400, 404, 422]);

export interface JsonAnswer {
  status: number;
  /** Undefined when the body is no JSON. */
  body: unknown;
}

/**
 * One HTTP call that is over, body and all, when `signal` aborts. Every status is an answer.
 * @throws Transient if there is none
 */
export async function askJson(
  provider: string,
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  try {
    const response = await fetch(url, { ...init, signal });
    return { status: response.status, body: parsed(await response.text()) };
  } catch {
    throw new Transient(
      signal.aborted ? `${provider} did not answer in time` : `${provider} cannot be reached`,
    );
  }
}

/**
 * The failure that an answer's status stands for, undefined for success.
 *
 * 401 and 403 are our account's trouble and not the order's, so that they count as failures of the moment.
 */
export function failureOf(
  provider: string,
  { status }: Pick<JsonAnswer, 'status'>,
): Transient | InvalidOrder | undefined {
  if (status >= 200 && status < 300) return undefined;
  return REFUSALS.has(status)
    ? new InvalidOrder(`${provider} refused the shipment (${status})`)
    : new Transient(`${provider} answered ${status}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
