import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Json } from '../../local/contracts.ts';
import type { LambdaFault } from '../../local/lambda/faults.ts';
import { runStack, type TestCloud } from './fixtures/a-cloud.ts';
import { aFunction } from './fixtures/an-assembly.ts';

const CODE = {
  probe: `
    let invocations = 0;
    let inside = 0;
    export const handler = async (event, context) => {
      invocations += 1;
      inside += 1;
      const overlap = inside > 1;
      if (event.hold) await new Promise((resolve) => setTimeout(resolve, event.hold));
      inside -= 1;
      return {
        invocations, overlap, now: Date.now(), constructed: new Date().getTime(), text: Date(),
        parsed: new Date(0).toISOString(), isDate: new Date() instanceof Date,
        env: { ...process.env }, remaining: context.getRemainingTimeInMillis(),
        context: { ...context, getRemainingTimeInMillis: undefined },
      };
    };`,
  odd: `
    const act = {
      throw: () => { const error = new Error('no stock'); error.name = 'OutOfStock'; throw error; },
      text: () => { throw 'just text'; },
      hang: () => new Promise(() => {}),
      spin: () => { for (;;); },
      exit: () => process.exit(3),
      reject: () => { Promise.reject(new TypeError('nobody listens')); return new Promise(() => {}); },
      nothing: () => undefined,
      large: () => 'x'.repeat(6 * 2 ** 20 + 1),
      eat: () => { const all = []; for (;;) all.push(new Array(10_000).fill({ a: 1 })); },
      size: (event) => event.data.length,
      date: () => ({ at: new Date(0), none: undefined }),
    };
    export const handler = async (event) => act[event.act](event);`,
  chatty: `
    import { Console } from 'node:console';
    const own = new Console({ stdout: process.stdout, stderr: process.stderr });
    export const handler = async (event) => {
      console.log('plain %d', 1);
      console.error('bad');
      own.info(JSON.stringify({ level: 'INFO', message: 'structured' }));
      if (event.hang) await new Promise(() => {});
    };`,
  counter: `
    import { appendFileSync } from 'node:fs';
    export const handler = async (event) => { appendFileSync(event.file, 'x'); return 'done'; };`,
  broken: `import 'not-a-package'; export const handler = async () => 1;`,
  unnamed: `export const other = async () => 1;`,
};

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await runStack({
    resources: {
      Probe: aFunction('probe', {
        FunctionName: 'probe',
        Timeout: 5,
        MemorySize: 256,
        Environment: { Variables: { OWN: { Ref: 'AWS::StackName' }, COUNT: 7 } },
      }),
      Single: aFunction('probe', {
        FunctionName: 'single',
        ReservedConcurrentExecutions: 1,
        Timeout: 10,
      }),
      Off: aFunction('probe', { FunctionName: 'off', ReservedConcurrentExecutions: 0 }),
      Odd: aFunction('odd', { FunctionName: 'odd', Timeout: 1, MemorySize: 128 }),
      Eater: aFunction('odd', { FunctionName: 'eater', Timeout: 20, MemorySize: 128 }),
      Chatty: aFunction('chatty', { FunctionName: 'chatty', Timeout: 1 }),
      Counter: aFunction('counter', { FunctionName: 'counter' }),
      Broken: aFunction('broken', { FunctionName: 'broken' }),
      Unnamed: aFunction('unnamed', { FunctionName: 'unnamed' }),
    },
    code: CODE,
  });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const invoke = (name: string, event: Json = {}) => cloud.lambda.invoke(name, event);

interface Probed {
  invocations: number;
  overlap: boolean;
  now: number;
  constructed: number;
  text: string;
  parsed: string;
  isDate: boolean;
  env: Record<string, string>;
  remaining: number;
  context: Record<string, string>;
}
async function probe(event: Json = {}, name = 'probe'): Promise<Probed> {
  return (await invoke(name, event)).payload as unknown as Probed;
}

describe('an instance', () => {
  it('has its own environment, without ours', async () => {
    const { env } = await probe();
    expect(env).toMatchObject({
      OWN: 'Test',
      COUNT: '7',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'probe',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/probe',
      AWS_ENDPOINT_URL: cloud.endpoints.sqs,
      AWS_ENDPOINT_URL_DYNAMODB: cloud.endpoints.dynamodb,
    });
    expect(env).not.toHaveProperty('VITEST');
  });

  it('gets the Lambda context', async () => {
    const { context, remaining } = await probe();
    expect(context).toMatchObject({
      functionName: 'probe',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:probe',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/probe',
    });
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(remaining).toBeGreaterThan(1000);
    expect(remaining).toBeLessThanOrEqual(5000);
  });

  it('is reused, and found by ARN and qualifier', async () => {
    const first = await probe();
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:probe';
    expect((await probe({}, arn)).invocations).toBe(first.invocations + 1);
    expect((await probe({}, `${arn}:$LATEST`)).invocations).toBe(first.invocations + 2);
    expect((await probe({}, 'probe:$LATEST')).invocations).toBe(first.invocations + 3);
  });

  it('runs one event at a time, and others run beside it', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => probe({ hold: 400 })));
    expect(all.some(({ overlap }) => overlap)).toBe(false);
    expect(cloud.lambda.instances().probe).toBeGreaterThan(1);
  });

  it('stays alone with a reserved concurrency of one, and serves in order', async () => {
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3].map(async (index) => {
        await probe({ hold: 60 }, 'single');
        order.push(index);
      }),
    );
    expect(order).toEqual([0, 1, 2, 3]);
    expect(cloud.lambda.instances().single).toBe(1);
  });

  it('lives in the time of the local cloud', async () => {
    const before = await probe();
    cloud.clock.advance(86_400_000);
    const after = await probe();
    expect(after.now - before.now).toBeGreaterThanOrEqual(86_400_000);
    expect(after.constructed).toBeGreaterThanOrEqual(after.now);
    expect(new Date(after.text).getTime() - before.now).toBeGreaterThan(86_300_000);
    expect(after).toMatchObject({ parsed: '1970-01-01T00:00:00.000Z', isDate: true });
  });
});

describe('failures', () => {
  it.each<[string, object]>([
    ['throw', { errorType: 'OutOfStock', errorMessage: 'no stock', trace: expect.any(Array) }],
    ['text', { errorType: 'string', errorMessage: 'just text' }],
    [
      'hang',
      {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(
          /^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/,
        ),
      },
    ],
    ['spin', { errorType: 'Sandbox.Timedout' }],
    [
      'exit',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/Runtime exited with error: exit status 3$/),
      },
    ],
    ['reject', { errorType: 'TypeError', errorMessage: 'nobody listens' }],
    ['large', { errorType: 'Function.ResponseSizeTooLarge' }],
  ])('of a handler that does "%s" are told as by Lambda', async (act, expected) => {
    const result = await invoke('odd', { act });
    expect(result.functionError).toBe('Unhandled');
    expect(result.payload).toMatchObject(expected);
    expect((await invoke('odd', { act: 'nothing' })).payload).toBeNull();
  });

  it('of a handler that eats its memory end the instance, not us', async () => {
    expect((await invoke('eater', { act: 'eat' })).payload).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: expect.stringMatching(/Runtime exited with error: signal: killed$/),
    });
    expect((await invoke('eater', { act: 'nothing' })).payload).toBeNull();
  });

  it.each([
    ['broken', 'Runtime.ImportModuleError'],
    ['unnamed', 'Runtime.HandlerNotFound'],
  ])('of a module that is %s are told each time', async (name, errorType) => {
    for (const _ of [1, 2]) {
      expect((await invoke(name)).payload).toMatchObject({ errorType });
    }
  });

  it('refuse events over 6 MB, functions that are not there, and functions that are off', async () => {
    const data = 'x'.repeat(6 * 2 ** 20);
    await expect(invoke('odd', { act: 'size', data })).rejects.toMatchObject({
      error: 'Lambda.RequestTooLargeException',
    });
    await expect(invoke('nobody')).rejects.toMatchObject({
      error: 'Lambda.ResourceNotFoundException',
    });
    await expect(invoke('off')).rejects.toMatchObject({
      error: 'Lambda.TooManyRequestsException',
    });
  });
});

it('answers JSON as JSON: dates as text, nothing as null', async () => {
  expect((await invoke('odd', { act: 'date' })).payload).toEqual({
    at: '1970-01-01T00:00:00.000Z',
  });
});

it('keeps what functions write, also of one that hangs, by request', async () => {
  await invoke('chatty');
  await invoke('chatty', { hang: true });
  const lines = cloud.logs.recent('chatty');
  expect(lines.map(({ stream, message }) => [stream, message])).toEqual(
    [1, 2].flatMap(() => [
      ['stdout', 'plain 1'],
      ['stderr', 'bad'],
      ['stdout', '{"level":"INFO","message":"structured"}'],
    ]),
  );
  expect(new Set(lines.map(({ request_id }) => request_id)).size).toBe(2);
  await vi.waitFor(() => {
    const file = readFileSync(join(cloud.dataDir, 'logs', 'chatty.log'), 'utf8');
    expect(
      file
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual(lines);
  });
});

describe('faults', () => {
  let count = 0;
  /** Invokes the counter under a fault, and tells its answer and how often it ran. */
  async function under(fault: Omit<LambdaFault, 'function'>, name = 'Count') {
    const file = join(cloud.dataDir, `ran-${(count += 1)}`);
    cloud.faults.add({ function: name, ...fault });
    const runs = () => {
      try {
        return readFileSync(file, 'utf8').length;
      } catch {
        return 0;
      }
    };
    return { answer: invoke('counter', { file }), again: () => invoke('counter', { file }), runs };
  }

  it.each<[LambdaFault['kind'], object, number]>([
    ['before', { functionError: 'Unhandled', payload: { errorType: 'Lambda.Unknown' } }, 0],
    ['after', { functionError: 'Unhandled', payload: { errorType: 'Lambda.Unknown' } }, 1],
    ['timeout_after', { payload: { errorType: 'Sandbox.Timedout' } }, 1],
    ['twice', { payload: 'done' }, 2],
    ['delay', { payload: 'done' }, 1],
  ])('of kind %s happen once', async (kind, expected, times) => {
    const { answer, again, runs } = await under({ kind, ms: 1 });
    expect(await answer).toMatchObject(expected);
    expect(runs()).toBe(times);
    expect(await again()).toEqual({ payload: 'done' });
  });

  it('happen as often and with the error that is told, to functions that are meant', async () => {
    const { answer, again } = await under({ kind: 'before', times: 2, error: 'Busy' }, 'counter');
    const busy = { payload: { errorType: 'Busy' } };
    expect((await invoke('odd', { act: 'nothing' })).functionError).toBeUndefined();
    expect(await answer).toMatchObject(busy);
    expect(cloud.faults.pending()).toMatchObject([{ times: 1 }]);
    expect(await again()).toMatchObject(busy);
    expect(await again()).toEqual({ payload: 'done' });
  });

  it.each<[LambdaFault['kind'], number]>([
    ['kill_before', 0],
    ['kill_after', 1],
  ])('of kind %s call the killer and never answer', async (kind, times) => {
    const killed = Promise.withResolvers<string>();
    const { answer, runs } = await under({ kind, kill: () => killed.resolve('killed') });
    expect(await Promise.race([answer, killed.promise])).toBe('killed');
    expect(runs()).toBe(times);
  });
});
