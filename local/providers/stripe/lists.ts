import { type Form, isForm } from '../http/form.ts';
import { badParam, noSuch } from './errors.ts';
import { allowOnly, integerOf, listOf, textOf } from './params.ts';
import {
  idOf,
  type Kind,
  type ListFilter,
  type Objects,
  type Page,
  type StripeStore,
} from './store.ts';

/** The parameters by which each kind's list can be narrowed, besides paging and `created`. */
const FILTERS: Readonly<Record<string, readonly string[]>> = {
  payment_intent: ['customer'],
  charge: ['customer', 'payment_intent'],
  refund: ['charge', 'payment_intent'],
  payment_method: ['customer', 'type'],
  customer: ['email'],
  event: ['type', 'types', 'delivery_success'],
  webhook_endpoint: [],
};

export interface ListAnswer<K extends Kind> {
  object: 'list';
  data: Objects[K][];
  has_more: boolean;
  url: string;
}

/**
 * A page of a list, newest first (docs.stripe.com/api/pagination): `limit` 1 to 100, 10 unless told,
 * `starting_after` or `ending_before` an id, `created` as time or range in seconds.
 */
export function listObjects<K extends Kind>(
  store: StripeStore,
  kind: K,
  url: string,
  params: Form,
): ListAnswer<K> {
  const filters = FILTERS[kind] ?? [];
  allowOnly(
    params,
    new Set(['limit', 'starting_after', 'ending_before', 'created', 'expand', ...filters]),
  );
  const { objects, more } = store.list(kind, filterOf(store, params), pageOf(store, kind, params));
  return { object: 'list', data: objects, has_more: more, url };
}

function pageOf(store: StripeStore, kind: Kind, params: Form): Page {
  const limit = limitOf(params);
  const startingAfter = textOf(params, 'starting_after');
  const endingBefore = textOf(params, 'ending_before');
  for (const [param, id] of Object.entries({
    starting_after: startingAfter,
    ending_before: endingBefore,
  })) {
    if (id !== undefined && !store.get(kind, id)) throw noSuch(kind, id, param, 400);
  }
  return { limit, startingAfter, endingBefore };
}

export function limitOf(params: Form): number {
  const limit = integerOf(params, 'limit') ?? 10;
  if (limit < 1 || limit > 100) {
    throw badParam('limit must be between 1 and 100', 'limit', 'parameter_invalid_integer');
  }
  return limit;
}

function filterOf(store: StripeStore, params: Form): ListFilter {
  const type = textOf(params, 'type');
  const charge = textOf(params, 'charge');
  const ofCharge = charge === undefined ? undefined : store.get('charge', charge);
  if (charge !== undefined && !ofCharge) throw noSuch('charge', charge, 'charge', 400);
  const intent = textOf(params, 'payment_intent');
  if (intent !== undefined && !store.get('payment_intent', intent)) {
    throw noSuch('payment_intent', intent, 'payment_intent', 400);
  }
  return {
    customer: textOf(params, 'customer'),
    intent: intent ?? (ofCharge ? idOf(ofCharge.object.payment_intent) : undefined),
    types: type === undefined || type === 'card' ? listOf(params, 'types') : [type],
    ...createdOf(params),
  };
}

function createdOf(params: Form): Pick<ListFilter, 'createdFrom' | 'createdTo'> {
  const { created } = params;
  if (created === undefined) return {};
  if (!isForm(created)) {
    const at = integerOf(params, 'created');
    return { createdFrom: at, createdTo: at };
  }
  const gt = integerOf(created, 'gt');
  const lt = integerOf(created, 'lt');
  return {
    createdFrom: integerOf(created, 'gte') ?? (gt === undefined ? undefined : gt + 1),
    createdTo: integerOf(created, 'lte') ?? (lt === undefined ? undefined : lt - 1),
  };
}
