import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawResults } from './draw-results.ts';
import { Progress } from './progress.ts';
import { HELP, type Plan, readOptions } from './read-options.ts';
import { runBench } from './run-bench.ts';

/** Measures the built shop on local clouds of its own. Exits 1 when an order was lost or wrong, never for being slow. */
async function main(plan: Plan): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fastcart-bench-'));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  process.once('exit', forget);
  const results = await runBench(plan, folder, new Progress());
  console.log(drawResults(results));
  if (plan.json !== undefined)
    writeFileSync(plan.json, `${JSON.stringify(results, undefined, 2)}\n`);
  process.exitCode = results.orders.wrong.length === 0 ? 0 : 1;
}

try {
  const plan = readOptions(process.argv.slice(2));
  if (plan === 'help') process.stdout.write(HELP);
  else await main(plan);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
