import { join } from 'node:path';
import { shopAt } from '../support/shop.ts';
import { BenchCloud } from './bench-cloud.ts';
import { stockProducts } from './bench-products.ts';
import { compareGoals } from './goals.ts';
import { measureBaseline } from './measure-baseline.ts';
import { measureBoot } from './measure-boot.ts';
import { measureRecovery } from './measure-recovery.ts';
import { measureUsage } from './measure-usage.ts';
import type { Progress } from './progress.ts';
import { makeProjectFolder } from './project-folder.ts';
import type { Plan } from './read-options.ts';
import { describeMachine, type MeasuredLoad, type Results } from './results.ts';
import { type Load, runLoad } from './run-load.ts';
import { verifyPayments } from './verify-payments.ts';

/** Runs everything, one after the other, in `folder`. Wrong orders are in the results; it throws when a cloud does not start. */
export async function runBench(plan: Plan, folder: string, progress: Progress): Promise<Results> {
  const at = new Date().toISOString();
  const machine = describeMachine();
  progress.begin('Baseline');
  const before = await measureBaseline(folder, plan.baselineSeconds);
  progress.begin('Boot');
  const boot = await measureBoot(folder, plan.boots, (done) =>
    progress.say(`${done} of ${plan.boots * 3}`),
  );

  const project = makeProjectFolder(folder);
  const loaded = await runLoads(plan, new BenchCloud(project, join(folder, 'loads')), progress);

  progress.begin(`Usage per order: ${plan.metered} orders one by one`);
  const { wrong: wronglyMetered, ...usage } = await measureUsage(
    project,
    folder,
    plan.metered,
    (done) => progress.say(`${done} of ${plan.metered}`),
  );
  progress.begin('Baseline again');
  const after = await measureBaseline(folder, plan.baselineSeconds);
  progress.end();

  const { wrong, accepted, ...measured } = loaded;
  const results = {
    at,
    quick: plan.quick,
    machine,
    baseline: { before, after },
    boot,
    ...measured,
    usage,
    orders: { accepted: accepted + usage.orders, wrong: [...wrong, ...wronglyMetered] },
  };
  return { ...results, goals: compareGoals(results) };
}

/** One cloud lives through all the loads, is killed and comes back. */
async function runLoads(plan: Plan, cloud: BenchCloud, progress: Progress) {
  const accepted: string[] = [];
  const wrong: string[] = [];

  const load = async (name: string, { ...wanted }: Load): Promise<MeasuredLoad> => {
    progress.begin(name);
    const limit = wanted.warmUp + wanted.orders;
    const {
      paid,
      wrong: found,
      ...measured
    } = await runLoad(cloud, wanted, (done) => {
      if (done % 10 === 0) progress.say(`${done} of ${limit} orders`);
    });
    accepted.push(...paid);
    wrong.push(...found);
    return measured;
  };
  const planned = (callers: number): Load => ({
    callers,
    warmUp: plan.warmUp(callers),
    orders: plan.orders,
    seconds: plan.seconds,
  });

  try {
    progress.begin('Starting a cloud');
    await cloud.start();
    await stockProducts(shopAt(cloud.endpoints));
    const idle = cloud.memory();
    const loads: MeasuredLoad[] = [];
    for (const callers of plan.callers) {
      loads.push(await load(`Checkouts, callers: ${callers}`, planned(callers)));
    }
    const afterLoads = cloud.memory();

    const most = plan.callers.at(-1) ?? 1;
    const missing = plan.fillTo - accepted.length;
    if (missing > 0) {
      const fill = { callers: most, warmUp: 0, orders: missing, seconds: plan.fillSeconds };
      await load(`On to ${plan.fillTo} orders`, fill);
    }
    const after = accepted.length;
    const again = await load(`Checkouts, callers: ${most}, after ${after} orders`, planned(most));
    const memory = {
      idle,
      loaded: afterLoads,
      later: cloud.memory(),
      peak: cloud.peakMemory(),
    };

    progress.begin('kill -9 and recovery');
    const recovered = await measureRecovery(cloud, (text) => progress.say(text));
    const { paid, wrong: found, ...recovery } = recovered;
    accepted.push(...paid);
    wrong.push(...found);
    progress.begin(`Checking the payments of ${accepted.length} orders`);
    wrong.push(...(await verifyPayments(shopAt(cloud.endpoints), accepted)));

    const first = loads.at(-1)?.ordersPerSecond ?? 0;
    const slowdownPercent = first > 0 ? (1 - again.ordersPerSecond / first) * 100 : 0;
    const later = { ...again, after, slowdownPercent };
    return { loads, later, memory, recovery, accepted: accepted.length, wrong };
  } finally {
    await cloud.stop();
  }
}
