import { availableParallelism } from 'node:os';

/** Real time over which the load is taken. */
const WINDOW_MS = 100;

/**
 * How busy this process keeps the machine: 0 when it waits, 1 when all its threads together use every core.
 *
 * An event that waits while the cores are idle waits for an instance; one that waits while they are busy would only
 * wait longer if another instance had to be started first.
 */
export function createCpuLoad(): () => number {
  const cores = availableParallelism();
  let since = performance.now();
  let used = process.cpuUsage();
  let load = 0;
  return () => {
    const elapsed = performance.now() - since;
    if (elapsed < WINDOW_MS) return load;
    const { user, system } = process.cpuUsage(used);
    load = (user + system) / 1000 / elapsed / cores;
    since = performance.now();
    used = process.cpuUsage();
    return load;
  };
}
