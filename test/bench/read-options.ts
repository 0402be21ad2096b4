import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

/** What a run does, as the flags ask for it. */
export interface Plan {
  quick: boolean;
  /** Where the results go as JSON. */
  json?: string;
  /** Boots of each kind. */
  boots: number;
  /** Callers of each load, in this order. */
  callers: number[];
  /** Orders that a load measures at most, after its warm-up. */
  orders: number;
  /** Orders before a load measures, for a number of callers. */
  warmUp(callers: number): number;
  /** Seconds that a warm-up, and then a measurement, may take at most. */
  seconds: number;
  /** Orders that the cloud has seen before the second load of 64 callers, and the seconds that this may take. */
  fillTo: number;
  fillSeconds: number;
  /** Orders whose transitions, invocations and request units are counted. */
  metered: number;
  baselineSeconds: number;
}

export const HELP = `Measures full paid checkouts on a local cloud, on the functions as they are built.

Usage: npm run bench -- [flags]

  --quick       a small run of under a minute: too few orders for a number to be quoted
  --orders N    measure at most N orders per load (default 1000, quick 50)
  --json FILE   write the results there as well
  --help        show this

Exits 1 when an order was lost or came out wrong. How fast it was changes nothing.
`;

const MAX_ORDERS = 1_000_000;

/** @throws Error that says in one line which flag is wrong and what would be right */
export function readOptions(args: readonly string[]): Plan | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const quick = values.quick ?? false;
  return {
    quick,
    ...(values.json !== undefined && { json: readFile(values.json) }),
    callers: [1, 8, 32, 64],
    orders: readOrders(values.orders) ?? (quick ? 50 : 1000),
    ...(quick
      ? {
          boots: 1,
          warmUp: (callers) => Math.max(5, callers),
          seconds: 2,
          fillTo: 0,
          fillSeconds: 4,
          metered: 5,
          baselineSeconds: 0.8,
        }
      : {
          boots: 3,
          warmUp: (callers) => Math.max(40, 5 * callers),
          seconds: 30,
          fillTo: 10_000,
          fillSeconds: 900,
          metered: 20,
          baselineSeconds: 3,
        }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        orders: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const [reason = ''] = (error as Error).message.split(/\. |\n/);
    throw new Error(`${reason}: the flags are --quick, --orders N, --json FILE and --help`, {
      cause: error,
    });
  }
}

function readOrders(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const orders = Number(text);
  if (/^\d+$/.test(text) && orders >= 1 && orders <= MAX_ORDERS) return orders;
  throw new Error(`--orders ${text}: expected a whole number from 1 to ${MAX_ORDERS}`);
}

function readFile(path: string): string {
  if (path !== '' && existsSync(dirname(path))) return path;
  throw new Error(`--json ${path}: expected a file in a folder that is there`);
}
