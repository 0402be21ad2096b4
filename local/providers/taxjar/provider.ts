import type { Journal } from '../../journal.ts';
import { type Answer, json, type Provider, type ProviderRequest } from '../http/message.ts';
import { type Route, routed } from '../http/router.ts';
import { calculateTax, combined } from './calculate-tax.ts';
import { toRate } from './decimal.ts';
import { TaxJarRefusal, taxJarError } from './errors.ts';
import { ratesOf } from './rates.ts';
import { type TransactionKind, Transactions } from './transactions.ts';
import { stateOfZip } from './zip-state.ts';

/**
 * TaxJar's SmartCalcs API, version 2 (developers.taxjar.com/api/reference): `POST /v2/taxes`, `GET /v2/rates/{zip}`,
 * and order and refund transactions.
 */
export function createTaxJar(options: { journal: Journal; apiKey: string }): Provider {
  const { journal, apiKey } = options;
  const transactions = new Transactions(journal.db);
  const routes: Route[] = [
    { method: 'POST', pattern: '/v2/taxes', handle: (request) => calculated(request) },
    {
      method: 'GET',
      pattern: '/v2/rates/:zip',
      handle: ({ params }) => ratesAnswer(params[0] ?? ''),
    },
    ...transactionRoutes('order', journal, transactions),
    ...transactionRoutes('refund', journal, transactions),
  ];
  const handle = routed({
    routes,
    refuse: (request) => refuseKey(request, apiKey),
    notFound: () => json(404, taxJarError(404, 'Resource can not be found')),
  });
  return {
    handle: async (request) => {
      try {
        return await handle(request);
      } catch (error) {
        if (error instanceof TaxJarRefusal) return error.answer();
        throw error;
      }
    },
    errorBody: (status) => taxJarError(status, 'The request failed'),
  };
}

function transactionRoutes(
  kind: TransactionKind,
  journal: Journal,
  transactions: Transactions,
): Route[] {
  const pattern = `/v2/transactions/${kind}s`;
  return [
    {
      method: 'POST',
      pattern,
      handle: async (request) => {
        const input = bodyOf(request);
        return json(201, { [kind]: await journal.write(() => transactions.create(kind, input)) });
      },
    },
    {
      method: 'GET',
      pattern,
      handle: () => json(200, { [`${kind}s`]: transactions.ids(kind) }),
    },
    {
      method: 'GET',
      pattern: `${pattern}/:id`,
      handle: ({ params }) => json(200, { [kind]: transactions.show(kind, params[0] ?? '') }),
    },
    {
      method: 'DELETE',
      pattern: `${pattern}/:id`,
      handle: async ({ params }) =>
        json(200, {
          [kind]: await journal.write(() => transactions.remove(kind, params[0] ?? '')),
        }),
    },
  ];
}

function calculated(request: ProviderRequest): Answer {
  return json(200, calculateTax(bodyOf(request)));
}

function ratesAnswer(zip: string): Answer {
  const state = stateOfZip(zip);
  if (!/^\d{5}(-\d{4})?$/.test(zip) || state === undefined) {
    throw new TaxJarRefusal(404, 'Resource can not be found');
  }
  const rates = ratesOf(state, zip);
  const shown = (rate: bigint | undefined) => String(toRate(rate ?? 0n));
  return json(200, {
    rate: {
      zip,
      country: 'US',
      country_rate: '0',
      state,
      state_rate: shown(rates?.state),
      county: rates?.countyName ?? null,
      county_rate: shown(rates?.county),
      city: rates?.cityName ?? null,
      city_rate: shown(rates?.city),
      combined_district_rate: shown(rates?.special),
      combined_rate: shown(rates && combined(rates)),
      freight_taxable: rates?.freightTaxable ?? false,
    },
  });
}

function bodyOf(request: ProviderRequest): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    body = undefined;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TaxJarRefusal(400, 'The request body is not a JSON object');
  }
  return body as Record<string, unknown>;
}

/** `Authorization: Bearer <key>` or `Token token="<key>"`. */
function refuseKey(request: ProviderRequest, apiKey: string): Answer | undefined {
  const key = /^(?:Bearer\s+|Token\s+token=)"?([^"]*)"?$/i.exec(
    request.headers.authorization ?? '',
  )?.[1];
  if (key === apiKey) return undefined;
  const route = `${request.method} ${request.path}`;
  return json(401, taxJarError(401, `Not authorized for route '${route}'`));
}
