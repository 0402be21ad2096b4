import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readFlags } from '../../local/cli/read-flags.ts';
import { temporaryFolder } from './fixtures/a-cloud.ts';
import { aFunction, anHttpApi, type TestStack, writeAssembly } from './fixtures/an-assembly.ts';

const MAIN = resolve('local/main.ts');
const STACK: TestStack = {
  resources: {
    Hello: aFunction('hello', {
      Environment: { Variables: { STRIPE_API_BASE: 'https://api.stripe.com' } },
    }),
    ...anHttpApi({ 'GET /': 'Hello' }),
  },
  code: { hello: 'export const handler = async () => process.env.STRIPE_API_BASE;' },
};

let project: string;
const running = new Set<() => Promise<void>>();

/** A CDK project whose app writes the stack, and leaves a mark each time that it runs. */
function aProject(stack: TestStack): void {
  writeAssembly(stack, join(project, 'stack'));
  writeFileSync(
    join(project, 'cdk.json'),
    JSON.stringify({ app: 'node app.mjs', context: { a: 1 } }),
  );
  writeFileSync(
    join(project, 'app.mjs'),
    `import { appendFileSync, cpSync } from 'node:fs';
     appendFileSync('coverage/runs', process.env.CDK_CONTEXT_JSON + '\\n');
     cpSync('stack', process.env.CDK_OUTDIR, { recursive: true });`,
  );
  mkdirSync(join(project, 'coverage'), { recursive: true });
}

beforeEach(() => {
  project = temporaryFolder();
  mkdirSync(join(project, 'stack'));
  aProject(STACK);
});
afterEach(async () => {
  await Promise.all([...running].map((stop) => stop()));
  rmSync(project, { recursive: true, force: true });
});

function start(...flags: string[]) {
  const child = spawn(process.execPath, [MAIN, ...flags], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (output.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output.stderr += text.toString()));
  const end = once(child, 'close').then(([status]) => ({ status: status as number, ...output }));
  const stop = async () => {
    child.kill('SIGTERM');
    await end;
    running.delete(stop);
  };
  running.add(stop);
  return { child, end, output, stop };
}

async function ready(dataDir: string, ...flags: string[]) {
  const cloud = start('--port', '0', '--data', dataDir, ...flags);
  const file = join(project, dataDir, 'endpoints.json');
  await vi.waitFor(
    () => {
      if (cloud.child.exitCode !== null) throw new Error(cloud.output.stderr);
      expect(existsSync(file)).toBe(true);
      expect(cloud.output.stdout).toContain('Ctrl-C');
    },
    { timeout: 20_000, interval: 20 },
  );
  const endpoints = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  return { ...cloud, endpoints };
}

async function refused(...flags: string[]): Promise<string> {
  const { status, stdout, stderr } = await start(...flags).end;
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return stderr.trim();
}

describe('npm start', () => {
  it('says what is where, serves it, and stops cleanly', async () => {
    const { endpoints, output, child, end } = await ready('data');
    for (const url of Object.values(endpoints)) expect(output.stdout).toContain(url);
    expect(await (await fetch(endpoints.api ?? '')).text()).toBe(endpoints.stripe);
    child.kill('SIGINT');
    expect(await end).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(project, 'data', 'endpoints.json'))).toBe(false);
  });

  it('synthesizes again only when something has changed', async () => {
    const runs = () =>
      readFileSync(join(project, 'coverage', 'runs'), 'utf8')
        .trim()
        .split('\n');
    await (await ready('one')).stop();
    await (await ready('two')).stop();
    expect(runs()).toHaveLength(1);
    expect(JSON.parse(runs()[0] ?? '')).toMatchObject({ a: 1 });
    writeFileSync(join(project, 'stack', 'extra.txt'), 'changed');
    await (await ready('two')).stop();
    expect(runs()).toHaveLength(2);
  });

  it('leaves no state behind when it is ephemeral', async () => {
    const { stop } = await ready('data', '--ephemeral');
    const during = readdirSync(join(project, 'data'));
    await stop();
    expect(during.filter((name) => /^(cloud|dynamodb|providers)\./.test(name))).toEqual([]);
  });

  it('uses the local providers all the same when it is told to', async () => {
    writeFileSync(join(project, '.env'), 'STRIPE_SECRET_KEY=sk_test_real\n');
    const { endpoints, output } = await ready('data', '--local-providers');
    expect(output.stdout).not.toContain('the real one');
    expect(await (await fetch(endpoints.api ?? '')).text()).toBe(endpoints.stripe);
  });

  it('uses the real provider whose key is in .env, and says so', async () => {
    writeFileSync(join(project, '.env'), 'STRIPE_SECRET_KEY=sk_test_real\nTAXJAR_API_KEY=\n');
    const { endpoints, output } = await ready('data');
    expect(await (await fetch(endpoints.api ?? '')).text()).toBe('https://api.stripe.com');
    expect(output.stdout).toMatch(/stripe +the real one/);
    expect(output.stdout).toMatch(/taxjar +http:/);
  });

  it('explains its flags', async () => {
    const { status, stdout } = await start('--help').end;
    expect(status).toBe(0);
    for (const flag of ['--port', '--data', '--ephemeral']) expect(stdout).toContain(flag);
  });
});

describe('what is wrong is said in one line', () => {
  it.each<[string[], RegExp]>([
    [['--port', 'x'], /--port x: expected a whole number from 0 to 65524/],
    [['--port', '70000'], /--port 70000/],
    [['extra'], /'extra'.*the flags are/],
    [['--data', ''], /--data: expected a folder/],
  ])('%j', (flags, expected) => {
    expect(() => readFlags(flags)).toThrow(expected);
  });

  it('an unknown flag', async () => {
    expect(await refused('--prot', '1')).toMatch(/'--prot'.*the flags are --port N, --data DIR/);
  });

  it('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const reason = await refused('--port', String(port));
    server.close();
    expect(reason).toBe(
      `fastcart: port ${port} is taken: stop what listens there, or choose another with --port`,
    );
  });

  it('a data folder in use', async () => {
    const { child } = await ready('data');
    expect(await refused('--port', '0', '--data', 'data')).toBe(
      `fastcart: data is in use by another local cloud (process ${child.pid}): stop it, or choose another folder with --data`,
    );
  });

  it('an app that does not synthesize', async () => {
    writeFileSync(
      join(project, 'app.mjs'),
      "throw new Error('dist/hello is missing: run `npm run build` first');",
    );
    expect(await refused()).toMatch(/dist\/hello is missing: run `npm run build` first$/);
    expect(readdirSync(join(project, 'node_modules', '.cache', 'cloud-assemblies'))).toEqual([]);
  });

  it('a project that is none', async () => {
    rmSync(join(project, 'cdk.json'));
    expect(await refused()).toMatch(/cannot read cdk\.json/);
  });

  it('a broken definition', async () => {
    aProject({
      resources: {
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            StateMachineName: 'checkout',
            RoleArn: 'arn:aws:iam::000000000000:role/r',
            DefinitionString: JSON.stringify({
              QueryLanguage: 'JSONata',
              StartAt: 'Pay',
              States: { Pay: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' } },
            }),
          },
        },
      },
    });
    expect(await refused('--port', '0')).toMatch(/state machine checkout: .*Pay/);
  });

  it('no DynamoDB', async () => {
    writeFileSync(join(project, '.env'), 'DYNAMODB_ENDPOINT=http://127.0.0.1:1\n');
    expect(await refused('--port', '0')).toMatch(/no DynamoDB at DYNAMODB_ENDPOINT=http:/);
  });
});
