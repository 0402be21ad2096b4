import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { badParam } from './errors.ts';
import { limitOf } from './lists.ts';
import { allowOnly, requiredText, textOf } from './params.ts';
import type { StripeStore } from './store.ts';

/**
 * How far Stripe's search may lag behind ("searchable in less than one minute", and not to be used to read what one
 * has just written: docs.stripe.com/search#data-freshness). Here it always does, so that nobody comes to rely on more.
 */
const SEARCH_LAG_MS = 60_000;

interface Term {
  field: string;
  key?: string;
  operator: string;
  value: string;
}

const TERM =
  /^\s*(?<not>-)?(?<field>[a-z_]+)(?:\[(?<quote>["'])(?<key>.*?)\k<quote>\])?\s*(?<operator>:|~|>=|<=|>|<)\s*(?:(?<q>["'])(?<text>(?:\\.|(?!\k<q>).)*)\k<q>|(?<bare>[\w.-]+))\s*/;
const FIELDS = new Set(['amount', 'created', 'currency', 'customer', 'metadata', 'status']);

/**
 * `GET /v1/payment_intents/search` (docs.stripe.com/search#search-query-language): `field:value`,
 * `metadata["key"]:"value"`, `-` for not, `<`, `>`, `<=`, `>=` for numbers, joined by all AND or all OR.
 */
export function searchIntents(
  store: StripeStore,
  params: Form,
  now: number,
): Stripe.ApiSearchResult<Stripe.PaymentIntent> {
  allowOnly(params, new Set(['query', 'limit', 'page', 'expand']));
  const { terms, any } = parseQuery(requiredText(params, 'query'));
  const limit = limitOf(params);
  const skip = Number(textOf(params, 'page') ?? 0);
  const found: Stripe.PaymentIntent[] = [];
  let seen = 0;
  for (const intent of store.scan('payment_intent')) {
    if (intent.created * 1000 > now - SEARCH_LAG_MS) continue;
    const matches = any
      ? terms.some((term) => holds(term, intent))
      : terms.every((term) => holds(term, intent));
    if (!matches || seen++ < skip) continue;
    found.push(intent);
    if (found.length > limit) break;
  }
  const more = found.length > limit;
  return {
    object: 'search_result',
    data: found.slice(0, limit),
    has_more: more,
    next_page: more ? String(skip + limit) : null,
    url: '/v1/payment_intents/search',
  };
}

function parseQuery(query: string): { terms: (Term & { not: boolean })[]; any: boolean } {
  const terms: (Term & { not: boolean })[] = [];
  const joins = new Set<string>();
  let rest = query;
  while (rest.trim() !== '') {
    const groups = TERM.exec(rest)?.groups;
    if (!groups)
      throw badParam(`We were unable to parse your search query near: ${rest.trim()}`, 'query');
    const { field = '', key, operator = ':' } = groups;
    if (!FIELDS.has(field)) {
      throw badParam(
        `Field \`${field}\` is an unsupported search field for resource \`payment_intents\`.`,
        'query',
      );
    }
    const value = groups['text']?.replaceAll(/\\(.)/g, '$1') ?? groups['bare'] ?? '';
    terms.push({
      field,
      ...(key === undefined ? {} : { key }),
      operator,
      value,
      not: groups['not'] === '-',
    });
    rest = rest.replace(TERM, '');
    const join = /^(AND|OR)\s+/i.exec(rest)?.[1];
    if (join) {
      joins.add(join.toUpperCase());
      rest = rest.slice(join.length);
    } else if (rest !== '') joins.add('AND');
  }
  if (terms.length === 0) throw badParam('The search query is empty.', 'query');
  if (joins.size > 1) throw badParam('AND and OR can not be mixed in one search query.', 'query');
  return { terms, any: joins.has('OR') };
}

function holds(term: Term & { not: boolean }, intent: Stripe.PaymentIntent): boolean {
  const actual =
    term.field === 'metadata'
      ? intent.metadata[term.key ?? '']
      : (intent as unknown as Record<string, unknown>)[term.field];
  return compare(actual, term) !== term.not;
}

function compare(actual: unknown, { operator, value }: Term): boolean {
  if (actual === undefined || actual === null) return false;
  const text = typeof actual === 'string' || typeof actual === 'number' ? String(actual) : '';
  if (operator === ':') return text === value;
  if (operator === '~') return text.includes(value);
  const left = Number(actual);
  const right = Number(value);
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}
