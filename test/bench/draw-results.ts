import { drawUsage } from './draw-usage.ts';
import type { Goal } from './goals.ts';
import type { MeasuredLoad, Results } from './results.ts';
import { type Cell, drawTable, drawTitle, ms, number, paint } from './table.ts';

/** The whole run, made to be looked at. */
export function drawResults(results: Results): string {
  return [
    drawHead(results),
    drawLoads(results),
    drawCpu(results),
    drawBootAndRecovery(results),
    drawMemory(results),
    drawUsage(results),
    drawGoals(results.goals),
    drawVerdict(results),
  ].join('\n');
}

function drawHead({ at, machine, baseline, quick }: Results): string {
  const { before, after } = baseline;
  const rates = (name: string, first: number, last: number) => [
    name,
    `${number(first)}/s`,
    `${number(last)}/s`,
    `${number((last / first - 1) * 100)} %`,
  ];
  const small = quick ? ['', paint('yellow', 'A quick run: too few orders to quote.')] : [];
  return [
    drawTitle('FastCart, full paid checkouts', at),
    `  ${machine.cores} cores of ${machine.processor}, Node ${machine.node}, load ${number(machine.loadBefore)} before the run`,
    ...small,
    drawTitle('This machine without a shop', 'apart by more than a few percent: it was not quiet'),
    drawTable(
      ['', 'before', 'after', 'apart'],
      [
        rates(
          '3-item transactions, AWS SDK, 32 callers',
          before.transactionsPerSecond,
          after.transactionsPerSecond,
        ),
        rates(
          'requests to an empty server, 64 callers',
          before.requestsPerSecond,
          after.requestsPerSecond,
        ),
      ],
    ),
  ].join('\n');
}

function drawLoads({ loads, later, baseline }: Results): string {
  const { transactionsPerSecond: most } = baseline.before;
  const row = (name: string, load: MeasuredLoad): (string | Cell)[] => [
    name,
    number(load.orders, 0),
    { text: number(load.ordersPerSecond), style: 'bold' },
    ms(load.p50),
    ms(load.p95),
    ms(load.acceptedP50),
    `${number((load.ordersPerSecond / most) * 100)} %`,
    number(load.backlog, 0),
  ];
  return [
    drawTitle(
      'Checkouts',
      'a closed loop; from POST /orders until a look says confirmed and captured',
    ),
    drawTable(
      ['callers', 'orders', 'orders/s', 'p50', 'p95', 'accepted p50', 'of baseline', 'left over'],
      [
        ...loads.map((load) => row(String(load.callers), load)),
        row(`${later.callers} after ${number(later.after, 0)}`, later),
      ],
    ),
    paint(
      'dim',
      '  of baseline: orders per 3-item transaction. left over: e-mails and webhooks still to do at the end.',
    ),
  ].join('\n');
}

function drawCpu({ loads, later }: Results): string {
  const row = (name: string, { cpu, looks, generatorCpu }: MeasuredLoad): (string | Cell)[] => [
    name,
    { text: ms(cpu.total), style: 'bold' },
    ms(cpu.mainThread),
    ms(cpu.otherThreads),
    ms(cpu.dynamodb),
    number(looks),
    ms(generatorCpu),
  ];
  return [
    drawTitle('CPU per order', 'of the cloud; the load generator is a process of its own'),
    drawTable(
      ['callers', 'cloud', 'main thread', 'other threads', 'DynamoDB', 'looks', 'generator'],
      [
        ...loads.map((load) => row(String(load.callers), load)),
        row(`${later.callers} after ${number(later.after, 0)}`, later),
      ],
    ),
    paint(
      'dim',
      '  main thread: API, engine, queues, providers. other threads: functions, garbage collection, disk.',
    ),
  ].join('\n');
}

function drawBootAndRecovery({ boot, recovery }: Results): string {
  return [
    drawTitle('Boot', `until the API answers; median of ${boot.boots}`),
    drawTable(
      ['', ''],
      [
        ['first after a build: synthesizes, empty data folder', ms(boot.first)],
        ['same build, empty data folder', ms(boot.empty)],
        ['same build, same data', ms(boot.restart)],
      ],
    ),
    drawTitle(
      'kill -9',
      `with ${recovery.inFlight} accepted orders in flight and ${recovery.unanswered} requests unanswered`,
    ),
    drawTable(
      ['', ''],
      [
        ['ready again', ms(recovery.ready)],
        ['first new order paid', ms(recovery.firstNewOrder)],
        ['last of the accepted ones paid', ms(recovery.allEnded)],
      ],
    ),
  ].join('\n');
}

function drawMemory({ memory, later }: Results): string {
  const row = (name: string, { total, cloud, dynamodb }: Results['memory']['idle']) => [
    name,
    { text: `${number(total, 0)} MiB`, style: 'bold' as const },
    number(cloud, 0),
    number(dynamodb, 0),
  ];
  return [
    drawTitle('Memory', 'resident, of all processes'),
    drawTable(
      ['', 'all', 'cloud', 'DynamoDB'],
      [
        row('idle', memory.idle),
        row('after the loads', memory.loaded),
        row(`after ${number(later.after + later.orders, 0)} orders`, memory.later),
        row('at its peak', memory.peak),
      ],
    ),
  ].join('\n');
}

function drawGoals(goals: Goal[]): string {
  const value = (amount: number, unit: Goal['unit']) => {
    const digits = Number.isInteger(amount) || amount >= 100 ? 0 : 1;
    return `${number(amount, digits)} ${unit}`.trimEnd();
  };
  const verdict = ({ met }: Goal): Cell => {
    if (met === undefined) return { text: 'too few orders to tell', style: 'yellow' };
    return met ? { text: 'met', style: 'green' } : { text: 'not met', style: 'red' };
  };
  return [
    drawTitle('Goals', 'for two cores'),
    drawTable(
      ['', 'reached', 'goal', ' '],
      goals.map((goal) => [
        goal.what,
        value(goal.reached, goal.unit),
        `${goal.atLeast ? '≥' : '≤'} ${value(goal.goal, goal.unit)}`,
        verdict(goal),
      ]),
    ),
  ].join('\n');
}

function drawVerdict({ orders: { accepted, wrong } }: Results): string {
  const line =
    wrong.length === 0
      ? paint('green', `All ${number(accepted, 0)} orders were paid, each exactly once.`)
      : paint('red', `${wrong.length} things are wrong with ${number(accepted, 0)} orders:`);
  return ['', line, ...wrong.slice(0, 20).map((what) => `  ${what}`)].join('\n');
}
