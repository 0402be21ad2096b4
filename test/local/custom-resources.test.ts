import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Json, JsonObject } from '../../local/contracts.ts';
import { runStack, temporaryFolder } from './fixtures/a-cloud.ts';
import { aFunction, type TestStack } from './fixtures/an-assembly.ts';

/** Notes each request in a file, and answers as its properties say. */
const NOTE = `
  import { appendFileSync } from 'node:fs';
  export const handler = async (event) => {
    appendFileSync(event.ResourceProperties.File, JSON.stringify(event) + '\\n');
    const { Answer = 'SUCCESS', Id } = event.ResourceProperties;
    if (Answer === 'NONE') throw new RangeError('can not seed');
    await fetch(event.ResponseURL, {
      method: 'PUT',
      body: JSON.stringify({
        Status: Answer, Reason: 'asked to', PhysicalResourceId: Id ?? 'seed-1',
        StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
      }),
    });
  };`;

function stackWith(properties?: Record<string, Json>): TestStack {
  const resources: TestStack['resources'] = { Seeder: aFunction('note') };
  if (properties) {
    resources.Seed = {
      Type: 'Custom::Seed',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['Seeder', 'Arn'] }, ...properties },
    };
  }
  return { resources, code: { note: NOTE } };
}

it('are created once, updated when they change, replaced, and deleted with their resource', async () => {
  const dataDir = temporaryFolder();
  const File = join(dataDir, 'requests');
  const start = async (properties?: Record<string, Json>) => {
    const cloud = await runStack(stackWith(properties), { dataDir });
    await cloud.stop();
    return readFileSync(File, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject);
  };

  const [created, ...none] = await start({ File, Count: 1, On: true });
  expect(none).toEqual([]);
  expect(created).toMatchObject({
    RequestType: 'Create',
    ResourceType: 'Custom::Seed',
    LogicalResourceId: 'Seed',
    // CloudFormation hands everything on as text.
    ResourceProperties: { File, Count: '1', On: 'true' },
  });
  expect(await start({ File, Count: 1, On: true })).toHaveLength(1);

  const updated = (await start({ File, Count: 2, On: true })).slice(1);
  expect(updated).toMatchObject([
    {
      RequestType: 'Update',
      PhysicalResourceId: 'seed-1',
      ResourceProperties: { Count: '2' },
      OldResourceProperties: { Count: '1' },
    },
  ]);

  const replaced = (await start({ File, Count: 2, On: true, Id: 'seed-2' })).slice(2);
  expect(replaced).toMatchObject([
    { RequestType: 'Update', PhysicalResourceId: 'seed-1' },
    { RequestType: 'Delete', PhysicalResourceId: 'seed-1' },
  ]);

  const deleted = (await start()).slice(4);
  expect(deleted).toMatchObject([{ RequestType: 'Delete', PhysicalResourceId: 'seed-2' }]);
  expect(await start()).toHaveLength(5);
});

it.each([
  ['FAILED', /custom resource Seed \(Create\) failed: asked to/],
  ['NONE', /custom resource Seed \(Create\): its function failed: RangeError: can not seed/],
])('that answer %s stop the start, and are tried again', async (Answer, expected) => {
  const dataDir = temporaryFolder();
  const File = join(dataDir, 'requests');
  await expect(runStack(stackWith({ File, Answer }), { dataDir })).rejects.toThrow(expected);
  await (await runStack(stackWith({ File }), { dataDir })).stop();
  expect(readFileSync(File, 'utf8').match(/"RequestType":"Create"/g)).toHaveLength(2);
});
