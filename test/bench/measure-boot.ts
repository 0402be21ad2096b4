import { join } from 'node:path';
import { BenchCloud } from './bench-cloud.ts';
import { percentile } from './percentile.ts';
import { makeProjectFolder } from './project-folder.ts';

/** Milliseconds from the start of the process until the API answers; medians. */
export interface Boot {
  boots: number;
  /** The first after a build: the app is synthesized, the data folder is empty. */
  first: number;
  /** The same build again, with an empty data folder. */
  empty: number;
  /** The same build and data again. */
  restart: number;
}

export async function measureBoot(
  folder: string,
  boots: number,
  onBoot: (done: number) => void,
): Promise<Boot> {
  const times = { first: [] as number[], empty: [] as number[], restart: [] as number[] };
  let done = 0;
  for (let round = 0; round < boots; round += 1) {
    const project = makeProjectFolder(folder);
    const boot = async (kind: keyof typeof times, data: string) => {
      const cloud = new BenchCloud(project, join(folder, `boot-${round}-${data}`));
      times[kind].push(await cloud.start());
      await cloud.stop();
      done += 1;
      onBoot(done);
    };
    await boot('first', 'a');
    await boot('empty', 'b');
    await boot('restart', 'b');
  }
  const median = (all: number[]) => percentile(all, 0.5) ?? 0;
  return {
    boots,
    first: median(times.first),
    empty: median(times.empty),
    restart: median(times.restart),
  };
}
