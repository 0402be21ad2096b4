import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Goal } from './goals.ts';
import type { Baseline } from './measure-baseline.ts';
import type { Boot } from './measure-boot.ts';
import type { Recovery } from './measure-recovery.ts';
import type { UsageResult } from './measure-usage.ts';
import type { Memory } from './process-tree.ts';
import type { LoadResult } from './run-load.ts';

/** A load without the numbers of its orders. */
export type MeasuredLoad = Omit<LoadResult, 'paid' | 'wrong'>;

export interface Machine {
  cores: number;
  processor: string;
  node: string;
  /** Processes that ran or wanted to before the run began, over a minute: more than a few tenths disturb it. */
  loadBefore: number;
}

/** Everything that a run has measured. Times are milliseconds, memory is MiB. */
export interface Results {
  at: string;
  quick: boolean;
  machine: Machine;
  /** Before the run, and after it: how far they are apart is how quiet the machine was. */
  baseline: { before: Baseline; after: Baseline };
  boot: Boot;
  loads: MeasuredLoad[];
  /** The last of the loads again, after `orders` orders. */
  later: MeasuredLoad & { after: number; slowdownPercent: number };
  memory: { idle: Memory; loaded: Memory; later: Memory; peak: Memory };
  recovery: Omit<Recovery, 'paid' | 'wrong'>;
  usage: Omit<UsageResult, 'wrong'>;
  goals: Goal[];
  orders: { accepted: number; wrong: string[] };
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}
