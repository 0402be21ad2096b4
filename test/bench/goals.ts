import type { Results } from './results.ts';

/** A goal for a full paid checkout on two cores with providers that answer at once. */
export interface Goal {
  what: string;
  reached: number;
  goal: number;
  unit: 'ms' | 'orders/s' | '%' | 'MiB' | '';
  atLeast: boolean;
  /** Undefined when this run was too small to tell. */
  met: boolean | undefined;
}

const MANY_ORDERS = 10_000;

/** Each goal beside what was reached, met or not. */
export function compareGoals(results: Omit<Results, 'goals'>): Goal[] {
  const { boot, loads, later, memory, recovery, usage } = results;
  const one = loads.find(({ callers, orders }) => callers === 1 && orders > 0)?.p50 ?? Infinity;
  const many = loads.find(({ callers }) => callers === 64)?.ordersPerSecond ?? 0;
  const enough = later.after >= MANY_ORDERS;

  const atMost = (what: string, reached: number, goal: number, unit: Goal['unit']): Goal => ({
    what,
    reached,
    goal,
    unit,
    atLeast: false,
    met: reached <= goal,
  });
  const atLeast = (what: string, reached: number, goal: number, unit: Goal['unit']): Goal => ({
    ...atMost(what, reached, goal, unit),
    atLeast: true,
    met: reached >= goal,
  });
  /** A slowdown over few orders says nothing, either way. */
  const slower = (goal: Goal): Goal => (enough ? goal : { ...goal, met: undefined });
  /** Too much memory already is too much; little so far is not yet little. */
  const grown = (goal: Goal): Goal => (goal.met ? slower(goal) : goal);

  return [
    atMost('ready after the build', boot.first, 2_000, 'ms'),
    atMost('p50 at one caller', one, 40, 'ms'),
    atMost('  then', one, 20, 'ms'),
    atLeast('64 callers', many, 60, 'orders/s'),
    atLeast('  then', many, 120, 'orders/s'),
    slower(atMost(`slower after ${later.after} orders`, later.slowdownPercent, 10, '%')),
    grown(atMost('memory at its peak', memory.peak.total, 400, 'MiB')),
    atMost('first new order after kill -9', recovery.firstNewOrder, 2_000, 'ms'),
    atMost('all accepted ones ended after kill -9', recovery.allEnded, 5_000, 'ms'),
    atMost('transitions of a paid order', usage.transitions, 8, ''),
  ];
}
