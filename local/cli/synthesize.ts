import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The app could not be synthesized; the message is its own reason. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

const CACHE = join('node_modules', '.cache', 'cloud-assemblies');
const KEPT_MS = 24 * 3600 * 1000;
/** What the app can't depend on, or writes itself. */
const DATA_FOLDER_MARK = 'lock.sqlite';
const NOT_INPUTS = new Set(['node_modules', 'cdk.out', 'coverage', 'docs', 'local', 'test']);

/**
 * Synthesizes the CDK app as `cdk.json` says, and gives the folder of its cloud assembly.
 *
 * An assembly is kept under a digest of all it is made of (sources, built functions, lock file, context), so that
 * nothing is synthesized twice, and so that a running cloud keeps its functions while others are built.
 *
 * @throws SynthesisError
 */
export async function synthesize(project: string): Promise<string> {
  const config = readConfig(project);
  const cache = join(project, CACHE);
  const folder = join(cache, digestInputs(project));
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  await removeOld(cache);
  const fresh = join(cache, `new-${randomUUID()}`);
  await runApp(project, config, fresh);
  try {
    await rename(fresh, folder);
  } catch (error) {
    // Another process has made the same in the meantime.
    if (!existsSync(folder)) throw error;
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

interface CdkConfig {
  app: string;
  context?: Record<string, unknown>;
}

function readConfig(project: string): CdkConfig {
  try {
    return JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8')) as CdkConfig;
  } catch (error) {
    throw new SynthesisError(`cannot read cdk.json: ${(error as Error).message}`);
  }
}

function digestInputs(project: string): string {
  const digest = createHash('sha256');
  const add = (path: string, name: string) => {
    if (statSync(path).isDirectory()) {
      const entries = readdirSync(path).sort();
      if (entries.includes(DATA_FOLDER_MARK)) return;
      for (const entry of entries) add(join(path, entry), `${name}/${entry}`);
    } else {
      digest.update(`${name}\0`).update(readFileSync(path));
    }
  };
  for (const name of readdirSync(project).sort()) {
    if (!NOT_INPUTS.has(name) && !name.startsWith('.')) add(join(project, name), name);
  }
  return digest.digest('hex').slice(0, 32);
}

async function removeOld(cache: string): Promise<void> {
  const old = readdirSync(cache).filter(
    (name) => statSync(join(cache, name)).mtimeMs < Date.now() - KEPT_MS,
  );
  await Promise.all(old.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}

/** Runs the app with what the CDK's own command line gives it. */
async function runApp(project: string, config: CdkConfig, outdir: string): Promise<void> {
  const child = spawn(config.app, {
    cwd: project,
    shell: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      // The rules of a deployment are checked when it is deployed; here they would take half of the start.
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({
        'aws:cdk:enable-path-metadata': false,
        'aws:cdk:enable-asset-metadata': false,
        ...config.context,
      }),
    },
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status === 0) return;
  await rm(outdir, { recursive: true, force: true });
  throw new SynthesisError(`the app does not synthesize (${config.app}): ${reasonIn(complaint)}`);
}

/** The line that names the error, out of what Node prints with it. */
function reasonIn(complaint: string): string {
  const lines = complaint.split('\n').map((line) => line.trim());
  const error = lines.find((line) => /^\w*Error\b.*:/.test(line));
  return error?.replace(/^\w*Error[^:]*: /, '') ?? lines.find((line) => line !== '') ?? 'no reason';
}
