import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { JsonObject } from '../../local/contracts.ts';
import { Cloud, MACHINE, types } from './cloud.ts';

/** Runs the process until it has said `lines` lines, and kills it with SIGKILL. */
async function runAndKill(journal: string, lines: number): Promise<string[]> {
  const script = fileURLToPath(new URL('./killed-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, journal], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    said += chunk as string;
    if (said.split('\n').length > lines) break;
  }
  child.kill('SIGKILL');
  await exited;
  return said.split('\n').slice(0, -1);
}

/** Waits for the end, completing the token that the execution may be waiting for. */
function endedWithAnswers(cloud: Cloud, arn: string): Promise<JsonObject> {
  return vi.waitFor(async () => {
    const described = await cloud.describe(arn);
    if (described.status !== 'RUNNING') return described;
    const history = await cloud.history(arn);
    const details = history.map(
      (event) => event.taskScheduledEventDetails as JsonObject | undefined,
    );
    const asked = details.find((one) => one?.resource === 'invoke.waitForTaskToken');
    if (asked && !types(history).includes('ParallelStateEntered')) {
      const { Payload } = JSON.parse(asked.parameters as string) as { Payload: { token: string } };
      await cloud.call('SendTaskSuccess', { taskToken: Payload.token, output: '"paid"' });
    }
    throw new Error(`${arn} still runs`);
  });
}

test('what a process had promised when it was killed with -9 is kept, and ends', async () => {
  const cloud = new Cloud({ work: (payload) => payload, ask: () => 'asked' });
  try {
    await cloud.detach();
    const promised = await runAndKill(cloud.path, 400);
    await cloud.attach();
    const named = (what: string): string[] =>
      promised
        .filter((line) => line.startsWith(`${what} `))
        .map((line) => line.slice(what.length + 1));
    const arn = (name: string): string => `${MACHINE.replace('stateMachine', 'execution')}:${name}`;
    expect(named('started').length).toBeGreaterThan(50);
    expect(named('completed').length).toBeGreaterThan(50);

    for (const name of named('completed'))
      expect(types(await cloud.history(arn(name)))).toContain('TaskSucceeded');
    for (const name of named('started'))
      expect(await endedWithAnswers(cloud, arn(name))).toMatchObject({
        status: 'SUCCEEDED',
        output: '["A","B"]',
      });
    const completed = new Set(named('completed'));
    for (const { payload } of cloud.invoked.filter(({ name }) => name === 'ask'))
      expect(completed).not.toContain((payload as { name: string }).name);
  } finally {
    await cloud.close();
  }
});
