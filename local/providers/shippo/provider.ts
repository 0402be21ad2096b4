import type { Clock } from '../../clock.ts';
import type { Journal } from '../../journal.ts';
import { parseObject } from '../carriers/price-list.ts';
import { type Answer, json, type Provider, type ProviderRequest } from '../http/message.ts';
import { type Route, routed } from '../http/router.ts';
import { createShipment, ShippoRefusal } from './shipments.ts';
import { type ShippoKind, type ShippoObject, ShippoStore } from './store.ts';
import { trackParcel } from './tracking.ts';
import { buyLabel, labelOf, refundLabel } from './transactions.ts';

/**
 * Shippo's API (docs.goshippo.com/shippoapi/public-api): shipments with rates, transactions (labels), refunds, tracks.
 * Paths end in a slash or not. A label's `label_url` is a PDF on this server.
 */
export function createShippo(options: {
  journal: Journal;
  clock: Clock;
  baseUrl: string;
  token: string;
}): Provider {
  const { journal, clock, baseUrl, token } = options;
  const store = new ShippoStore(journal.db);
  const handle = routed({
    routes: [
      ...collection('shipments', 'shipment', store),
      ...collection('transactions', 'transaction', store, 'rate'),
      ...collection('refunds', 'refund', store, 'transaction'),
      made('/shipments', journal, (input) => createShipment(store, input, clock.now())),
      made('/transactions', journal, (input) =>
        buyLabel(store, input, { now: clock.now(), baseUrl }),
      ),
      made('/refunds', journal, (input) => refundLabel(store, input, clock.now())),
      {
        method: 'GET',
        pattern: '/rates/:id',
        handle: ({ params }) => found(store.get('rate', params[0] ?? '')),
      },
      {
        method: 'GET',
        pattern: '/tracks/:carrier/:number',
        handle: ({ params: [carrier = '', number = ''] }) =>
          found(trackParcel(carrier, number, store.byTracking(number), clock.now())),
      },
      { method: 'GET', pattern: '/labels/:file', handle: (request) => label(request, store) },
    ],
    refuse: (request) => refuseToken(request, token),
    notFound: () => json(404, { detail: 'Not found.' }),
  });
  return {
    handle: async (request) => {
      if (request.path.length > 1 && request.path.endsWith('/')) {
        request.path = request.path.slice(0, -1);
      }
      try {
        return await handle(request);
      } catch (error) {
        if (error instanceof ShippoRefusal) return json(error.status, error.fields);
        throw error;
      }
    },
    errorBody: () => ({ detail: 'The request failed.' }),
  };
}

function made(
  pattern: string,
  journal: Journal,
  make: (input: Record<string, unknown>) => ShippoObject,
): Route {
  return {
    method: 'POST',
    pattern,
    handle: async (request) => {
      const input = parseObject(request.body);
      if (!input) return json(400, { detail: 'JSON parse error' });
      return json(201, await journal.write(() => make(input)));
    },
  };
}

/** `GET /transactions?rate=&page=&results=` and `GET /transactions/{id}`. */
function collection(name: string, kind: ShippoKind, store: ShippoStore, link?: string): Route[] {
  return [
    {
      method: 'GET',
      pattern: `/${name}`,
      handle: ({ query, baseUrl }) => {
        const params = new URLSearchParams(query);
        const page = Math.max(1, Number(params.get('page') ?? 1) || 1);
        const results = Math.min(100, Math.max(1, Number(params.get('results') ?? 25) || 25));
        const of = link === undefined ? undefined : (params.get(link) ?? undefined);
        const { results: list, more } = store.list(kind, { link: of, page, results });
        const pageUrl = (number: number) => {
          params.set('page', String(number));
          return `${baseUrl}/${name}/?${params.toString()}`;
        };
        return json(200, {
          next: more ? pageUrl(page + 1) : null,
          previous: page > 1 ? pageUrl(page - 1) : null,
          results: list,
        });
      },
    },
    {
      method: 'GET',
      pattern: `/${name}/:id`,
      handle: ({ params }) => found(store.get(kind, params[0] ?? '')),
    },
  ];
}

function found(object: object | undefined): Answer {
  return object ? json(200, object) : json(404, { detail: 'Not found.' });
}

function label(request: ProviderRequest, store: ShippoStore): Answer {
  const pdf = labelOf(store, (request.params[0] ?? '').replace(/\.pdf$/, ''));
  if (pdf === undefined) return json(404, { detail: 'Not found.' });
  return { status: 200, headers: { 'content-type': 'application/pdf' }, body: pdf };
}

/** `Authorization: ShippoToken <token>`; labels are public by their unguessable address, as Shippo's are. */
function refuseToken(request: ProviderRequest, token: string): Answer | undefined {
  if (request.path.startsWith('/labels/')) return undefined;
  const { authorization } = request.headers;
  if (authorization === `ShippoToken ${token}`) return undefined;
  return json(401, {
    detail:
      authorization === undefined
        ? 'Authentication credentials were not provided.'
        : 'Invalid token.',
  });
}
