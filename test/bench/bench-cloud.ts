import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Endpoints, readEndpoints } from '../support/endpoints.ts';
import { type CpuTimes, type Memory, readCpu, readMemory, readPeakMemory } from './process-tree.ts';
import { ROOT } from './project-folder.ts';

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 3;

/** Clouds that must not outlive this process. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A local cloud as `npm start` runs it, in an environment of its own. */
export class BenchCloud {
  readonly #project: string;
  readonly #dataDir: string;
  readonly #settings: Record<string, string>;
  #process: ChildProcess | undefined;

  /** `settings` are added to the environment, such as `DYNAMODB_ENDPOINT`. */
  constructor(project: string, dataDir: string, settings: Record<string, string> = {}) {
    this.#project = project;
    this.#dataDir = dataDir;
    this.#settings = settings;
  }

  get endpoints(): Endpoints {
    return readEndpoints(this.#dataDir);
  }

  get logs(): string {
    return join(this.#dataDir, 'logs');
  }

  /** Answers the milliseconds from the start of the process until it was ready. */
  async start(): Promise<number> {
    const ready = join(this.#dataDir, 'endpoints.json');
    rmSync(ready, { force: true });
    const began = performance.now();
    const child = spawn(
      process.execPath,
      ['local/main.ts', '--port', '0', '--data', this.#dataDir, '--local-providers'],
      {
        cwd: this.#project,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
          HOME: process.env['HOME'],
          NO_COLOR: '1',
          ...this.#settings,
        },
      },
    );
    this.#process = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => {
      complaint = `${complaint}${text.toString()}`.slice(-4000);
    });
    while (!existsSync(ready)) {
      if (child.exitCode !== null || performance.now() - began > READY_WITHIN_MS) {
        throw new Error(`the local cloud did not start: ${complaint.trim() || 'no reason given'}`);
      }
      await pause(LOOK_EVERY_MS);
    }
    return performance.now() - began;
  }

  cpu(): CpuTimes {
    return readCpu(this.#pid);
  }

  memory(): Memory {
    return readMemory(this.#pid);
  }

  peakMemory(): Memory {
    return readPeakMemory(this.#pid);
  }

  /** kill -9: nothing is said or saved any more. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  get #pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the local cloud does not run');
    return pid;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
}
