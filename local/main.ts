/**
 * Every worker thread gets a malloc arena of its own from glibc, which costs some 10 MB each and gains nothing here.
 * The limit has to be in the environment when the process begins, so the process begins again, in place.
 */
if (process.platform === 'linux' && process.env.MALLOC_ARENA_MAX === undefined) {
  process.execve?.(
    process.execPath,
    [
      process.execPath,
      ...process.execArgv,
      // Stripping types of the workers' program is still called experimental.
      '--disable-warning=ExperimentalWarning',
      ...process.argv.slice(1),
    ],
    { ...process.env, MALLOC_ARENA_MAX: '2' },
  );
}

const { fail, run } = await import('./cli/run.ts');
await run().catch(fail);
