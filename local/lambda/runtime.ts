import { randomUUID } from 'node:crypto';
import type { VirtualClock } from '../clock.ts';
import { type InvocationResult, type Json, type LambdaRuntime, TaskError } from '../contracts.ts';
import { createCpuLoad } from './cpu-load.ts';
import { instanceEnvironment, type ServiceEndpoints } from './environment.ts';
import type { Faults } from './faults.ts';
import type { FunctionConfig } from './function-config.ts';
import type { FunctionLogs } from './function-logs.ts';
import { type Capacity, FunctionPool } from './function-pool.ts';
import { Instance, type Outcome } from './instance.ts';

export interface LambdaRuntimeOptions {
  functions: readonly FunctionConfig[];
  clock: VirtualClock;
  endpoints: ServiceEndpoints;
  logs: FunctionLogs;
  faults: Faults;
  /** Hears of each invocation. */
  onInvoke?: (functionName: string) => void;
  /** Instances that run in all while there is much to do; every function may have one even so. */
  maxInstances?: number;
  /** Instances that a function without a reserved concurrency may have. */
  maxInstancesPerFunction?: number;
}

export interface RunningLambdas extends LambdaRuntime {
  /** The function for a name, an ARN, or an ARN with a qualifier. */
  find(functionName: string): FunctionConfig | undefined;
  /** Starts one instance each, so that the first event needn't wait for it. */
  warm(functionNames: readonly string[]): Promise<void>;
  /** Instances that run at the moment, by function name. */
  instances(): Record<string, number>;
  stop(): Promise<void>;
}

/** Lambda's limit for a synchronous event and for its answer. */
const MAX_PAYLOAD_BYTES = 6 * 2 ** 20;
/** Real time after which an idle instance is stopped: those of a burst soon, a function's last one later. */
const BURST_IDLE_MS = 10_000;
const LAST_IDLE_MS = 300_000;
const REAP_EVERY_MS = 5_000;
/** An instance that was just used is not given up for another function's: it will be used again. */
const KEEP_IDLE_MS = 2_000;
/** The load of the cores above which one more instance would only take their time from the others. */
const BUSY = 0.75;
/** The load below which more instances than usual do no harm: they wait, for a customer or a slow provider. */
const QUIET = 0.4;
const DEFAULT_MAX_INSTANCES = 12;
const DEFAULT_MAX_PER_FUNCTION = 16;

/** Runs the functions of the template, each instance in a thread of its own that is started when it is needed. */
export function createLambdaRuntime(options: LambdaRuntimeOptions): RunningLambdas {
  const { clock, endpoints, logs, faults } = options;
  const maxInstances = options.maxInstances ?? DEFAULT_MAX_INSTANCES;
  const byName = new Map<string, FunctionPool>();

  function running(): number {
    let count = 0;
    for (const pool of byName.values()) count += pool.size;
    return count;
  }

  /** Makes room: stops the instance that has been idle for longest, unless it will be used again at once. */
  function reapOldestIdle(): void {
    const [oldest] = [...byName.values()]
      .filter((pool) => performance.now() - (pool.oldestIdle() ?? Infinity) > KEEP_IDLE_MS)
      .toSorted((a, b) => (a.oldestIdle() ?? 0) - (b.oldestIdle() ?? 0));
    oldest?.reap();
  }

  const cpuLoad = createCpuLoad();
  let starting = 0;

  const capacity: Capacity = {
    allow(pool) {
      if (pool.size === 0) {
        if (running() >= maxInstances) reapOldestIdle();
        return true;
      }
      if (starting > 0) return false;
      return cpuLoad() < (running() < maxInstances ? BUSY : QUIET);
    },
    start(config) {
      const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
      const stream = `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
      const environment = instanceEnvironment(config, endpoints, stream);
      const instance = new Instance(config, environment, clock.offset, (output) =>
        logs.record(config.name, output),
      );
      starting += 1;
      void instance.ready().finally(() => (starting -= 1));
      return instance;
    },
  };

  for (const config of options.functions) {
    const limit =
      config.reservedConcurrency ?? options.maxInstancesPerFunction ?? DEFAULT_MAX_PER_FUNCTION;
    byName.set(config.name, new FunctionPool(config, limit, capacity));
    logs.rotate(config.name);
  }

  function poolOf(functionName: string): FunctionPool | undefined {
    const arn = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(functionName);
    return byName.get(arn?.[1] ?? functionName.split(':')[0] ?? '');
  }

  const reaper = setInterval(() => {
    const now = performance.now();
    for (const pool of byName.values()) {
      while (now - (pool.oldestIdle() ?? now) > (pool.size > 1 ? BURST_IDLE_MS : LAST_IDLE_MS)) {
        pool.reap();
      }
    }
  }, REAP_EVERY_MS);
  reaper.unref();

  async function invoke(functionName: string, event: Json): Promise<InvocationResult> {
    const pool = poolOf(functionName);
    if (!pool) {
      throw new TaskError(
        'Lambda.ResourceNotFoundException',
        `Function not found: ${functionName}`,
      );
    }
    if (pool.config.reservedConcurrency === 0) {
      throw new TaskError('Lambda.TooManyRequestsException', 'Rate Exceeded.');
    }
    const text = JSON.stringify(event);
    if (Buffer.byteLength(text) > MAX_PAYLOAD_BYTES) {
      throw new TaskError(
        'Lambda.RequestTooLargeException',
        `Request must be smaller than ${MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation`,
      );
    }
    options.onInvoke?.(pool.config.name);
    const requestId = randomUUID();
    const outcome = await faults.run(pool.config, requestId, () => pool.run(requestId, text));
    return resultOf(outcome);
  }

  return {
    invoke,
    find: (functionName) => poolOf(functionName)?.config,
    async warm(functionNames) {
      await Promise.all(functionNames.flatMap((name) => poolOf(name)?.warm() ?? []));
    },
    instances: () =>
      Object.fromEntries([...byName].map(([name, pool]) => [name, pool.size] as const)),
    async stop() {
      clearInterval(reaper);
      await Promise.all([...byName.values()].map((pool) => pool.stop()));
      logs.flush();
    },
  };
}

function resultOf(outcome: Outcome): InvocationResult {
  if ('failure' in outcome) {
    return { payload: { ...outcome.failure }, functionError: 'Unhandled' };
  }
  if (Buffer.byteLength(outcome.result) > MAX_PAYLOAD_BYTES) {
    return {
      payload: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`,
      },
      functionError: 'Unhandled',
    };
  }
  return { payload: JSON.parse(outcome.result) as Json };
}
