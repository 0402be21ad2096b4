import { cpus } from 'node:os';

/** Real time over which the load is taken. */
const WINDOW_MS = 100;

/**
 * How busy the machine's cores are, whoever uses them: 0 when all are idle, 1 when none is.
 *
 * An event that waits while the cores are idle waits for an instance; one that waits while they are busy would only
 * wait longer if another instance had to be started first.
 */
export function createCpuLoad(): () => number {
  let since = performance.now();
  let before = coreTimes();
  let load = 0;
  return () => {
    if (performance.now() - since < WINDOW_MS) return load;
    const now = coreTimes();
    const all = now.all - before.all;
    if (all > 0) load = 1 - (now.idle - before.idle) / all;
    since = performance.now();
    before = now;
    return load;
  };
}

function coreTimes(): { all: number; idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.irq + times.idle;
    idle += times.idle;
  }
  return { all, idle };
}
