import { fileURLToPath } from 'node:url';
import { fail } from './cli/fail.ts';
import { type Flags, HELP, readFlags } from './cli/read-flags.ts';

/** Saves the types' stripping and the compilation at the next start. */
const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

/**
 * Every worker thread gets a malloc arena of its own from glibc, which costs some 10 MB each and gains nothing here.
 * The limit has to be in the environment when the process begins, and so has the compile cache: the process begins
 * again, in place.
 */
function beginAgain(): void {
  if (process.platform !== 'linux' || process.env.MALLOC_ARENA_MAX !== undefined) return;
  process.execve?.(
    process.execPath,
    [
      process.execPath,
      ...process.execArgv,
      // Stripping the types of the workers' program is still called experimental.
      '--disable-warning=ExperimentalWarning',
      ...process.argv.slice(1),
    ],
    { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, MALLOC_ARENA_MAX: '2' },
  );
}

async function main(flags: Flags): Promise<void> {
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  beginAgain();
  const { run } = await import('./cli/run.ts');
  await run(flags);
}

try {
  await main(readFlags(process.argv.slice(2)));
} catch (error) {
  fail(error);
}
