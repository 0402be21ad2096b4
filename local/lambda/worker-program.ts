import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/local-cloud', import.meta.url));

let program: URL | undefined;

/**
 * The worker's program as JavaScript, kept from one run to the next: whoever strips types keeps some 20 MB of the
 * stripper, which would be each thread if they started from TypeScript.
 */
export function workerProgram(): URL {
  program ??= prepare();
  return program;
}

function prepare(): URL {
  const source = readFileSync(new URL('worker.ts', import.meta.url), 'utf8');
  const digest = createHash('sha256').update(process.version).update(source).digest('hex');
  const path = join(CACHE, `worker-${digest.slice(0, 32)}.mjs`);
  if (!existsSync(path)) {
    mkdirSync(CACHE, { recursive: true });
    const fresh = `${path}.${randomUUID()}`;
    writeFileSync(fresh, stripTypeScriptTypes(source));
    renameSync(fresh, path);
  }
  return pathToFileURL(path);
}
