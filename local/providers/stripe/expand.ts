import type { Form } from '../http/form.ts';
import { badParam } from './errors.ts';
import { listOf } from './params.ts';
import type { Kind, StripeStore } from './store.ts';

/** Which fields hold the id of another object, and of which kind. */
const LINKS: Readonly<Record<string, Kind>> = {
  customer: 'customer',
  latest_charge: 'charge',
  charge: 'charge',
  payment_intent: 'payment_intent',
  payment_method: 'payment_method',
};
const MAX_DEPTH = 4;

/**
 * Puts objects in the place of their ids, as `expand[]=latest_charge.refunds` asks (docs.stripe.com/api/expanding_objects);
 * in lists as `data.latest_charge`. @throws StripeRefusal 400 when a field can't be expanded.
 */
export function expand(store: StripeStore, object: object, params: Form): object {
  const paths = listOf(params, 'expand');
  if (!paths) return object;
  const copy = structuredClone(object) as Record<string, unknown>;
  for (const path of paths) {
    const fields = path.split('.');
    if (fields.length > MAX_DEPTH) {
      throw badParam('You cannot expand more than 4 levels of a property.', 'expand');
    }
    expandPath(store, copy, fields, path);
  }
  return copy;
}

function expandPath(
  store: StripeStore,
  object: Record<string, unknown>,
  fields: readonly string[],
  path: string,
): void {
  const [field, ...rest] = fields;
  if (field === undefined) return;
  if (field === 'data' && Array.isArray(object['data'])) {
    for (const item of object['data'] as Record<string, unknown>[]) {
      expandPath(store, item, rest, path);
    }
    return;
  }
  const value = object[field];
  if (field === 'refunds' && object['object'] === 'charge') {
    object[field] = refundsOf(store, object);
  } else if (typeof value === 'string' && LINKS[field]) {
    object[field] = store.get(LINKS[field], value)?.object ?? value;
  } else if (!(field in object) || (value !== null && typeof value !== 'object')) {
    throw badParam(
      `This property cannot be expanded (${field}). You may want to try expanding '${path}' in another way.`,
      'expand',
    );
  }
  const next = object[field];
  if (typeof next === 'object' && next !== null) {
    expandPath(store, next as Record<string, unknown>, rest, path);
  }
}

function refundsOf(store: StripeStore, charge: Record<string, unknown>): object {
  const { objects, more } = store.list(
    'refund',
    { intent: String(charge['payment_intent']) },
    { limit: 10 },
  );
  return {
    object: 'list',
    data: objects.filter((refund) => refund.charge === charge['id']),
    has_more: more,
    url: `/v1/charges/${String(charge['id'])}/refunds`,
  };
}
