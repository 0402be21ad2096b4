import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import Stripe from 'stripe';
import type { OrderView } from '../../lambdas/orders/order-view.ts';
import type { Endpoints } from './endpoints.ts';

/** An e-mail leaves a moment after its order ended. */
const EMAILS_WITHIN_MS = 10_000;

const LOCAL = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const;

export interface Answer<T> {
  status: number;
  body: T;
}

export interface ApiFailure {
  error: string;
  code: string;
  details?: { path: string; message: string }[];
  retry_after?: number;
}

export interface StockLevel {
  available: number;
  held: number;
}

export type Shop = ReturnType<typeof shopAt>;

/** A caller of the shop at `endpoints`, and an auditor who looks behind its counter. */
export function shopAt(endpoints: Endpoints) {
  const sfn = new SFNClient({ ...LOCAL, endpoint: endpoints.stepfunctions });
  const dynamo = DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...LOCAL, endpoint: endpoints.dynamodb }),
  );
  const { hostname, port } = new URL(endpoints.stripe);
  const stripe = new Stripe('sk_test_local', {
    host: hostname,
    port,
    protocol: 'http',
    telemetry: false,
  });

  const call = async <T>(
    method: string,
    path: string,
    init: RequestInit = {},
  ): Promise<Answer<T>> => {
    const response = await fetch(`${endpoints.api}${path}`, {
      method,
      signal: AbortSignal.timeout(35_000),
      ...init,
    });
    const body: T = JSON.parse(await response.text());
    return { status: response.status, body };
  };

  const tableLike = memoized(async (name: string) => {
    const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
    const table = TableNames.find((candidate) => candidate.includes(name));
    if (!table) throw new Error(`there is no table like ${name}`);
    return table;
  });

  const machineArn = memoized(async (suffix: string) => {
    const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
    const arn = stateMachines.find(({ name }) => name?.endsWith(suffix))?.stateMachineArn;
    if (!arn) throw new Error(`there is no state machine ${suffix}`);
    return arn;
  });

  const runningArns = async (suffix: string): Promise<string[]> => {
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({
        stateMachineArn: await machineArn(suffix),
        statusFilter: 'RUNNING',
      }),
    );
    return executions.map(({ executionArn = '' }) => executionArn);
  };

  /** The history of the execution that is named by an order, of the machine whose name ends with `suffix`. */
  const history = async (suffix: string, orderNumber: string): Promise<HistoryEvent[]> => {
    const machine = await machineArn(suffix);
    const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${orderNumber}`;
    const { events = [] } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    return events;
  };

  /** The message keys of all e-mails that arrived, `<order number>#<template>` each. */
  const inbox = async (): Promise<string[]> => {
    const response = await fetch(`${endpoints.sendgrid}/_inbox`);
    const keys = (await response.text()).matchAll(/"message_key":"([^"]+)"/g);
    return [...keys].map(([, key = '']) => key);
  };

  return {
    endpoints,
    stripe,
    sfn,
    dynamo,
    call,
    tableLike,
    machineArn,

    placeOrder: (body: unknown, key?: string): Promise<Answer<OrderView>> =>
      call('POST', '/orders', {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
      }),

    /** The order, when it stands still or after `wait` seconds. */
    order: async (orderNumber: string, wait = 20): Promise<OrderView> =>
      (await call<OrderView>('GET', `/orders/${orderNumber}?wait=${wait}`)).body,

    async stock(sku: string): Promise<StockLevel> {
      const TableName = await tableLike('Stock');
      const { Item } = await dynamo.send(
        new GetCommand({ TableName, Key: { id: `sku#${sku}` }, ConsistentRead: true }),
      );
      return { available: Number(Item?.['available']), held: Number(Item?.['held']) };
    },

    async scan<T>(table: string): Promise<T[]> {
      const TableName = await tableLike(table);
      const items: T[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await dynamo.send(
          new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: start }),
        );
        items.push(...((page.Items ?? []) as T[]));
        start = page.LastEvaluatedKey;
      } while (start);
      return items;
    },

    history,

    /** The history, once the execution has ended. */
    async endedHistory(suffix: string, orderNumber: string): Promise<HistoryEvent[]> {
      for (;;) {
        const events = await history(suffix, orderNumber);
        if (/^Execution(?!Started)/.test(events.at(-1)?.type ?? '')) return events;
        await pause(10);
      }
    },

    runningExecutions: async (suffix: string): Promise<number> =>
      (await runningArns(suffix)).length,

    /** The last event of each execution that runs now. */
    async lastEvents(): Promise<string[]> {
      const arns = await Promise.all(['dev-checkout', 'dev-undo-checkout'].map(runningArns));
      const last = arns.flat().map(async (executionArn) => {
        const { events = [] } = await sfn.send(
          new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
        );
        return events[0]?.type ?? '';
      });
      return Promise.all(last);
    },

    /** Every payment intent of an order at the provider, newest first. */
    async intents(orderNumber: string): Promise<Stripe.PaymentIntent[]> {
      const found: Stripe.PaymentIntent[] = [];
      for await (const intent of stripe.paymentIntents.list({ limit: 100 })) {
        if (intent.metadata['order_number'] === orderNumber) found.push(intent);
      }
      return found;
    },

    inbox,

    /** The templates of the e-mails that were sent for an order, once there are `atLeast` of them. */
    async emails(orderNumber: string, atLeast: number): Promise<string[]> {
      const deadline = Date.now() + EMAILS_WITHIN_MS;
      for (;;) {
        const keys = (await inbox()).filter((key) => key.includes(`${orderNumber}#`));
        if (keys.length >= atLeast || Date.now() > deadline) {
          return keys.map((key) => key.split('#').at(-1) ?? '');
        }
        await pause(20);
      }
    },

    /** What a local provider was asked. */
    calls: async (provider: 'stripe' | 'taxjar' | 'sendgrid'): Promise<ProviderCall[]> => {
      const response = await fetch(`${endpoints[provider]}/_calls`);
      const body = (await response.json()) as ProviderCall[] | { calls: ProviderCall[] };
      return Array.isArray(body) ? body : body.calls;
    },

    /** Lets a local provider fail. */
    fault: (provider: keyof Endpoints, fault: ProviderFault) =>
      post(`${endpoints[provider]}/_faults`, fault),

    /** Lets a function of the local cloud fail; `function` is the beginning of its name in the template. */
    functionFault: (fault: FunctionFault) => post(`${endpoints.control}/_faults`, fault),

    clearFunctionFaults: () => fetch(`${endpoints.control}/_faults`, { method: 'DELETE' }),

    /** The local cloud's time. */
    async now(): Promise<Date> {
      const response = await fetch(endpoints.control);
      const { now } = (await response.json()) as { now: string };
      return new Date(now);
    },

    /** Sets the local cloud's clock forward. */
    advance: (seconds: number) => post(`${endpoints.control}/_clock`, { advance_seconds: seconds }),
  };
}

export interface ProviderCall {
  method: string;
  path: string;
  body?: unknown;
}

export interface FunctionFault {
  function: string;
  kind: 'before' | 'after' | 'timeout_after' | 'twice' | 'kill_before' | 'kill_after';
  times?: number;
}

export interface ProviderFault {
  match: string | { method?: string; path?: string; body?: string };
  times?: number;
  kind:
    | 'status'
    | 'timeout'
    | 'reset'
    | 'delay'
    | 'after_effect_timeout'
    | 'after_effect_reset'
    | 'after_effect_status';
  status?: number;
  ms?: number;
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

function memoized(find: (name: string) => Promise<string>): (name: string) => Promise<string> {
  const found = new Map<string, Promise<string>>();
  return (name) => {
    const known = found.get(name) ?? find(name);
    found.set(name, known);
    return known;
  };
}
