import { backlogOf } from './backlog.ts';
import type { BenchCloud } from './bench-cloud.ts';
import { type Bought, Customer } from './customer.ts';
import { percentile } from './percentile.ts';
import { type CpuTimes, cpuBetween } from './process-tree.ts';

export interface Load {
  callers: number;
  /** Orders that are paid before the measurement begins. */
  warmUp: number;
  /** Orders that are measured at most. */
  orders: number;
  /** Limit for the warm-up, and then for the measurement. */
  seconds: number;
}

/** What a load came to. Times are milliseconds, CPU is milliseconds per order. */
export interface LoadResult {
  callers: number;
  orders: number;
  ordersPerSecond: number;
  p50: number;
  p95: number;
  acceptedP50: number;
  /** `GET /orders/{n}` per order; their cost is in the cloud's CPU. */
  looks: number;
  cpu: CpuTimes & { total: number };
  /** CPU of this process, which makes the load. */
  generatorCpu: number;
  /** Webhooks and e-mails that were still to be done when the last order was paid. */
  backlog: number;
  /** Every order that was accepted and seen paid, warm-up and rest included. */
  paid: string[];
  wrong: string[];
}

interface Mark {
  at: number;
  cpu: CpuTimes;
  generator: NodeJS.CpuUsage;
}

/**
 * A closed loop: each caller sends its next order when the one before is paid. Measures between two moments of the
 * running loop, so that neither its start nor its end counts. A caller whose order is lost or wrong stops.
 */
export async function runLoad(
  cloud: BenchCloud,
  load: Load,
  onPaid: (paid: number) => void,
): Promise<LoadResult> {
  const customer = new Customer(cloud.endpoints.api, load.callers);
  const paid: string[] = [];
  const wrong: string[] = [];
  const measured: Bought[] = [];
  const mark = (): Mark => ({
    at: performance.now(),
    cpu: cloud.cpu(),
    generator: process.cpuUsage(),
  });
  const began = performance.now();
  let from: Mark | undefined;
  let to: Mark | undefined;

  function take(bought: Bought): void {
    paid.push(bought.orderNumber);
    onPaid(paid.length);
    if (to) return;
    const now = performance.now();
    if (!from) {
      if (paid.length >= load.warmUp || now - began > load.seconds * 1000) from = mark();
      return;
    }
    measured.push(bought);
    if (measured.length >= load.orders || now - from.at > load.seconds * 1000) to = mark();
  }

  async function caller(): Promise<void> {
    try {
      while (!to) take(await customer.untilPaid(await customer.place()));
    } catch (error) {
      wrong.push(error instanceof Error ? error.message : String(error));
    }
  }

  try {
    await Promise.all(Array.from({ length: load.callers }, caller));
  } finally {
    customer.close();
  }
  // Only when every caller has met a wrong order is there no end, or not even a beginning.
  to ??= mark();
  const rates = summary(measured, from ?? to, to);
  const backlog = await finishBacklog(cloud, wrong);
  return { ...rates, callers: load.callers, backlog, paid, wrong };
}

/** Lets the webhooks and e-mails be done, so that they don't burden what comes next. Answers how many there were. */
async function finishBacklog(cloud: BenchCloud, wrong: string[]): Promise<number> {
  try {
    const backlog = backlogOf(cloud.endpoints);
    const left = await backlog.size();
    const stuck = await backlog.gone();
    if (stuck > 0) wrong.push(`${stuck} e-mails and webhooks are not done after a minute`);
    return left;
  } catch (error) {
    wrong.push(`the cloud does not answer any more: ${String(error)}`);
    return 0;
  }
}

function summary(measured: Bought[], from: Mark, to: Mark) {
  const orders = measured.length;
  const per = (total: number) => (orders === 0 ? 0 : total / orders);
  const times = measured.map(({ ms }) => ms);
  const cpu = cpuBetween(from.cpu, to.cpu);
  const parts = {
    mainThread: per(cpu.mainThread),
    otherThreads: per(cpu.otherThreads),
    dynamodb: per(cpu.dynamodb),
  };
  const generator =
    to.generator.user + to.generator.system - from.generator.user - from.generator.system;
  return {
    orders,
    ordersPerSecond: orders === 0 ? 0 : (orders * 1000) / (to.at - from.at),
    p50: percentile(times, 0.5) ?? 0,
    p95: percentile(times, 0.95) ?? 0,
    acceptedP50:
      percentile(
        measured.map(({ acceptedMs }) => acceptedMs),
        0.5,
      ) ?? 0,
    looks: per(measured.reduce((total, { looks }) => total + looks, 0)),
    cpu: { ...parts, total: parts.mainThread + parts.otherThreads + parts.dynamodb },
    generatorCpu: per(generator / 1000),
  };
}
