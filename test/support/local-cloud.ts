import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Endpoints, readEndpoints } from './endpoints.ts';

const READY_WITHIN_MS = 30_000;

/** A local cloud in a process of its own, as `npm start` runs it, that never calls a real provider. */
export class LocalCloud {
  readonly dataDir: string;
  endpoints: Endpoints | undefined;
  #process: ChildProcess | undefined;
  #output = '';

  constructor(dataDir = mkdtempSync(join(tmpdir(), 'fastcart-'))) {
    this.dataDir = dataDir;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the local cloud does not run');
    return pid;
  }

  /** Starts it on free ports, and resolves when it is ready. */
  async start(...flags: string[]): Promise<Endpoints> {
    rmSync(join(this.dataDir, 'endpoints.json'), { force: true });
    this.#output = '';
    const child = spawn(
      process.execPath,
      ['local/main.ts', '--local-providers', '--port', '0', '--data', this.dataDir, ...flags],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
    );
    child.stdout.on('data', (text: Buffer) => (this.#output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (this.#output += text.toString()));
    this.#process = child;
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!existsSync(join(this.dataDir, 'endpoints.json'))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the local cloud did not start:\n${this.#output}`);
      }
      await pause(20);
    }
    this.endpoints = readEndpoints(this.dataDir);
    return this.endpoints;
  }

  /** Resolves when the process has ended, by whatever. */
  async ended(): Promise<void> {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** kill -9, with no time to say goodbye. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Stops it and forgets its data. */
  async remove(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
}
