import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A folder below `parent` that is this project to the local cloud, and is new to it: nothing is synthesized yet, and
 * there is no `.env`.
 */
export function makeProjectFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, 'project-'));
  for (const name of readdirSync(ROOT)) {
    if (name.startsWith('.') || name === 'node_modules' || name === 'cdk.out') continue;
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  mkdirSync(join(folder, 'node_modules'));
  return folder;
}
