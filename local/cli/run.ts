import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { isReal, type Settings } from '../cloud/provider-settings.ts';
import { startCloud } from '../cloud.ts';
import { providerDeclarations } from '../providers/index.ts';
import { loadAssembly } from '../template/load-assembly.ts';
import { fail } from './fail.ts';
import type { Flags } from './read-flags.ts';
import { readyTable } from './ready-table.ts';
import { synthesize } from './synthesize.ts';

/** The environment, and `.env` for what the environment leaves open. */
function readSettings(): Settings {
  try {
    return { ...parseEnv(readFileSync('.env', 'utf8')), ...process.env };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return process.env;
    throw error;
  }
}

function withoutKeys(settings: Settings): Settings {
  const keys = providerDeclarations.flatMap(({ secretDefaults }) => Object.keys(secretDefaults));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !keys.includes(name)));
}

/** Synthesizes, starts, says what is where, and stops on Ctrl-C. */
export async function run(flags: Flags): Promise<void> {
  const settings = flags.localProviders ? withoutKeys(readSettings()) : readSettings();
  const assembly = loadAssembly(await synthesize(process.cwd()));
  const cloud = await startCloud({
    assembly,
    dataDir: flags.data,
    ephemeral: flags.ephemeral,
    port: flags.port,
    settings,
    report: (problem) => console.error(`fastcart: ${problem}`),
  });
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second Ctrl-C means now.
      if (stopping) process.exit(1);
      stopping = true;
      void cloud.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
  const real = providerDeclarations.filter((provider) => isReal(provider, settings));
  process.stdout.write(
    readyTable(
      {
        endpoints: cloud.endpoints,
        dataDir: flags.data,
        ephemeral: flags.ephemeral,
        real: real.map(({ name }) => name),
        seconds: process.uptime(),
      },
      process.stdout.isTTY && !process.env.NO_COLOR,
    ),
  );
}
