import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another local cloud runs on the folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

export interface DataFolder {
  /** Where `endpoints.json` and the logs are. */
  readonly path: string;
  /** Where the state is: the same, or a temporary folder of an ephemeral cloud. */
  readonly state: string;
  /** Writes a file as a whole: who sees it sees all of it. */
  publish(name: string, value: object): void;
  withdraw(name: string): void;
  /** Lets another cloud have the folder, and removes what is ephemeral. */
  release(): void;
}

/**
 * Opens a data folder for this process alone. The lock is SQLite's: it goes when the process does, however it ends.
 *
 * @throws DataFolderInUse when another process has it.
 */
export function openDataFolder(folder: string, ephemeral: boolean): DataFolder {
  const path = resolve(folder);
  mkdirSync(path, { recursive: true });
  const lock = new DatabaseSync(join(path, 'lock.sqlite'));
  const pidFile = join(path, 'pid');
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new DataFolderInUse(
      `${folder} is in use by another local cloud (process ${readPid(pidFile)}): stop it, or choose another folder with --data`,
    );
  }
  writeFileSync(pidFile, String(process.pid));
  rmSync(join(path, 'endpoints.json'), { force: true });
  const state = ephemeral ? mkdtempSync(join(tmpdir(), 'fastcart-state-')) : path;
  return {
    path,
    state,
    publish(name, value) {
      const file = join(path, name);
      writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`);
      renameSync(`${file}.new`, file);
    },
    withdraw: (name) => rmSync(join(path, name), { force: true }),
    release() {
      if (ephemeral) rmSync(state, { recursive: true, force: true });
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

function readPid(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return 'unknown';
  }
}
