import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Output } from './messages.ts';

/** One line that a function wrote. `time` is ISO 8601 in the local cloud's time. */
export interface LogLine {
  time: string;
  function: string;
  request_id: string;
  stream: 'stdout' | 'stderr';
  message: string;
}

/** Lines that are kept in memory for readers. */
const KEPT = 1000;
const WRITE_EVERY_MS = 100;
const ROTATE_AT_BYTES = 16 * 2 ** 20;

/**
 * The functions' output: `<folder>/<function>.log`, a JSON object a line, and the latest lines in memory.
 * A file of more than 16 MiB is set aside as `.log.1` when the local cloud starts.
 */
export class FunctionLogs {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #recent: LogLine[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();
  readonly #unwritten = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    mkdirSync(folder, { recursive: true });
  }

  /** Sets a large file of an earlier run aside. */
  rotate(functionName: string): void {
    const path = this.#path(functionName);
    if (existsSync(path) && statSync(path).size > ROTATE_AT_BYTES) renameSync(path, `${path}.1`);
  }

  record(functionName: string, output: readonly Output[]): void {
    const time = new Date(this.#clock.now()).toISOString();
    let text = this.#unwritten.get(functionName) ?? '';
    for (const { requestId, stream, text: written } of output) {
      for (const message of written.split('\n')) {
        if (message === '') continue;
        const line: LogLine = {
          time,
          function: functionName,
          request_id: requestId,
          stream,
          message,
        };
        text += `${JSON.stringify(line)}\n`;
        this.#recent.push(line);
        for (const listener of this.#listeners) listener(line);
      }
    }
    if (this.#recent.length > KEPT * 2) this.#recent.splice(0, this.#recent.length - KEPT);
    this.#unwritten.set(functionName, text);
    this.#timer ??= setTimeout(() => this.flush(), WRITE_EVERY_MS);
  }

  /** The latest lines, oldest first. */
  recent(functionName?: string): LogLine[] {
    const lines = this.#recent.slice(-KEPT);
    return functionName === undefined
      ? lines
      : lines.filter((line) => line.function === functionName);
  }

  /** Calls `listener` with each line from now on; the result ends that. */
  follow(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [functionName, text] of this.#unwritten) {
      appendFileSync(this.#path(functionName), text);
    }
    this.#unwritten.clear();
  }

  #path(functionName: string): string {
    return join(this.#folder, `${functionName}.log`);
  }
}
