import aslValidator from 'asl-validator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../local/contracts.ts';
import { Cloud, lambda, single } from './cloud.ts';

let cloud: Cloud;
beforeEach(() => {
  cloud = new Cloud();
});
afterEach(() => cloud.close());

const task = (more: JsonObject = {}): JsonObject =>
  single({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: lambda('f') },
    ...more,
  });
const pass = (more: JsonObject = {}): JsonObject => single({ Type: 'Pass', ...more });

async function diagnose(
  definition: JsonObject | string,
): Promise<{ message: string; location?: string; code: string }[]> {
  const text =
    typeof definition === 'string'
      ? definition
      : JSON.stringify({ QueryLanguage: 'JSONata', ...definition });
  const answer = await cloud.call('ValidateStateMachineDefinition', { definition: text });
  expect(answer.result).toBe((answer.diagnostics as Json[]).length === 0 ? 'OK' : 'FAIL');
  return answer.diagnostics as unknown as Awaited<ReturnType<typeof diagnose>>;
}

describe('what is refused, by name', () => {
  const cases: [string, JsonObject, string, string][] = [
    [
      'JSONPath',
      { QueryLanguage: 'JSONPath', ...pass() },
      '/QueryLanguage',
      "QueryLanguage must be 'JSONata'",
    ],
    [
      'a JSONPath field',
      pass({ ResultPath: '$' }),
      '/States/State',
      "state 'State': field 'ResultPath' is not supported with QueryLanguage JSONata",
    ],
    [
      'Parameters',
      task({ Parameters: {} }),
      '/States/State',
      "field 'Parameters' is not supported with QueryLanguage JSONata",
    ],
    [
      'a JSONPath state',
      pass({ QueryLanguage: 'JSONPath' }),
      '/States/State',
      "'QueryLanguage' can not be 'JSONPath'",
    ],
    [
      'an unknown field',
      pass({ Foo: 1 }),
      '/States/State',
      "state 'State': field 'Foo' is not supported in a Pass state",
    ],
    ['an unknown field of the machine', { ...pass(), Foo: 1 }, '/', "field 'Foo' is not supported"],
    [
      'a field of another type',
      pass({ Seconds: 1 }),
      '/States/State',
      "field 'Seconds' is not supported in a Pass state",
    ],
    [
      'Credentials',
      task({ Credentials: {} }),
      '/States/State',
      "field 'Credentials' is not supported in a Task state",
    ],
    [
      'an unknown type',
      single({ Type: 'Loop' }),
      '/States/State/Type',
      'type "Loop" is not supported',
    ],
    [
      'a service that there is none',
      task({ Resource: 'arn:aws:states:::glue:startJobRun' }),
      '/States/State/Resource',
      "resource 'arn:aws:states:::glue:startJobRun' is not supported",
    ],
    [
      'sync on another service',
      task({ Resource: 'arn:aws:states:::lambda:invoke.sync' }),
      '/States/State/Resource',
      'lambda:invoke.sync',
    ],
    [
      'an activity',
      task({ Resource: 'arn:aws:states:us-east-1:000000000000:activity:a' }),
      '/States/State/Resource',
      'activity:a',
    ],
    [
      'a distributed Map',
      single({
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED' },
          StartAt: 'X',
          States: { X: { Type: 'Succeed' } },
        },
      }),
      '/States/State/ItemProcessor/ProcessorConfig',
      'only Mode INLINE is supported',
    ],
    [
      'ItemReader',
      single({
        Type: 'Map',
        ItemReader: {},
        ItemProcessor: { StartAt: 'X', States: { X: { Type: 'Succeed' } } },
      }),
      '/States/State',
      "field 'ItemReader' is not supported in a Map state",
    ],
    [
      'a state that nothing leads to',
      { StartAt: 'A', States: { A: { Type: 'Succeed' }, B: { Type: 'Succeed' } } },
      '/States/B',
      'State "B" is not reachable.',
    ],
    [
      'a missing Next',
      { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } },
      '/States/A/Next',
      "Missing 'Next' target: B",
    ],
    [
      'a missing target of a Catch',
      task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'X' }] }),
      '/States/State/Catch[0]/Next',
      "Missing 'Next' target: X",
    ],
    [
      'an unknown StartAt',
      { StartAt: 'Z', States: { A: { Type: 'Succeed' } } },
      '/StartAt',
      "Missing 'StartAt' target: Z",
    ],
    [
      'no Next and no End',
      { StartAt: 'A', States: { A: { Type: 'Pass' } } },
      '/States/A',
      "exactly one of 'Next' and 'End' is required",
    ],
    [
      'two states of one name',
      single({
        Type: 'Parallel',
        Branches: [{ StartAt: 'State', States: { State: { Type: 'Succeed' } } }],
      }),
      '/States/State/Branches[0]/States/State',
      "The state name 'State' is used already",
    ],
    ['a broken expression', pass({ Output: '{% 1 + %}' }), 'Output', "'1 +' is not JSONata"],
    [
      'a variable that is never assigned',
      pass({ Output: '{% $x %}' }),
      '/States/State/Output',
      'variable $x is not defined when the state is entered',
    ],
    [
      'a variable assigned only later',
      {
        StartAt: 'A',
        States: {
          A: { Type: 'Pass', Output: '{% $x %}', Next: 'B' },
          B: { Type: 'Pass', Assign: { x: 1 }, End: true },
        },
      },
      '/States/A/Output',
      '$x',
    ],
    [
      'a variable of a branch',
      {
        StartAt: 'P',
        States: {
          P: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'In', States: { In: { Type: 'Pass', Assign: { y: 1 }, End: true } } },
            ],
            Next: 'A',
          },
          A: { Type: 'Pass', Output: '{% $y %}', End: true },
        },
      },
      '/States/A/Output',
      '$y',
    ],
    [
      'an unknown function',
      pass({ Output: '{% $foo(1) %}' }),
      '/States/State/Output',
      'variable $foo',
    ],
    [
      '$eval',
      pass({ Output: '{% $eval("1") %}' }),
      '/States/State/Output',
      '$eval is not available',
    ],
    [
      'the result before there is one',
      task({ Arguments: '{% $states.result %}' }),
      '/States/State/Arguments',
      "$states.result is not available in the field 'Arguments'",
    ],
    [
      'the result in a Pass',
      pass({ Output: '{% $states.result %}' }),
      '/States/State/Output',
      '$states.result',
    ],
    [
      'errorOutput outside a Catch',
      task({ Output: '{% $states.errorOutput %}' }),
      '/States/State/Output',
      '$states.errorOutput',
    ],
    [
      'an unknown field of $states',
      pass({ Output: '{% $states.foo %}' }),
      '/States/State/Output',
      '$states.foo',
    ],
    [
      'assigning states',
      pass({ Assign: { states: 1 } }),
      '/States/State/Assign',
      "'states' is reserved",
    ],
    [
      'a bad variable name',
      pass({ Assign: { 'a-b': 1 } }),
      '/States/State/Assign',
      "'a-b' is not a variable name",
    ],
    [
      'States.ALL with others',
      task({ Retry: [{ ErrorEquals: ['States.ALL', 'A'] }] }),
      '/States/State/Retry[0]/ErrorEquals',
      "'States.ALL' must stand alone",
    ],
    [
      'States.ALL before others',
      task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] }),
      '/States/State/Retry[0]/ErrorEquals',
      "'States.ALL' must be in the last entry",
    ],
    [
      'a Retry below its limits',
      task({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 0 }] }),
      '/States/State/Retry[0]/IntervalSeconds',
      'IntervalSeconds must be a number from 1',
    ],
    [
      'a backoff below 1',
      task({ Retry: [{ ErrorEquals: ['A'], BackoffRate: 0.5 }] }),
      '/States/State/Retry[0]/BackoffRate',
      'BackoffRate must be a number from 1',
    ],
    [
      'an unknown jitter',
      task({ Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'SOME' }] }),
      '/States/State/Retry[0]/JitterStrategy',
      "JitterStrategy must be 'FULL' or 'NONE'",
    ],
    [
      'an unknown field of a Retry',
      task({ Retry: [{ ErrorEquals: ['A'], Next: 'B' }] }),
      '/States/State/Retry[0]',
      "field 'Next' is not supported",
    ],
    [
      'ResultPath in a Catch',
      task({ Catch: [{ ErrorEquals: ['A'], Next: 'State', ResultPath: '$.e' }] }),
      '/States/State/Catch[0]',
      "field 'ResultPath' is not supported with QueryLanguage JSONata",
    ],
    [
      'a JSONPath rule',
      single({ Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'State' }] }),
      '/States/State/Choices[0]',
      "field 'Variable' is not supported with QueryLanguage JSONata",
    ],
    [
      'a Condition that is no expression',
      single({ Type: 'Choice', Choices: [{ Condition: 'yes', Next: 'State' }] }),
      '/States/State/Choices[0]/Condition',
      'Condition must be a JSONata expression or a boolean',
    ],
    [
      'a heartbeat longer than the timeout',
      task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
      '/States/State/HeartbeatSeconds',
      'must be smaller than TimeoutSeconds',
    ],
    [
      'a Wait for nothing',
      single({ Type: 'Wait' }),
      '/States/State',
      "exactly one of 'Seconds' and 'Timestamp' is required",
    ],
    [
      'a Timestamp that is none',
      single({ Type: 'Wait', Timestamp: 'tomorrow' }),
      '/States/State/Timestamp',
      'ISO 8601',
    ],
    [
      'a machine timeout of 0',
      { ...pass(), TimeoutSeconds: 0 },
      '/TimeoutSeconds',
      'TimeoutSeconds must be an integer from 1',
    ],
  ];

  test.for(cases)('%s', async ([, definition, location, message]) => {
    const found = await diagnose(definition);
    expect(found).toContainEqual({
      severity: 'ERROR',
      code: expect.stringMatching(/^(SCHEMA_VALIDATION_FAILED|MISSING_TRANSITION_TARGET)$/),
      location,
      message: expect.stringContaining(message),
    });
    const text = JSON.stringify({ QueryLanguage: 'JSONata', ...definition });
    await expect(
      cloud.call('CreateStateMachine', { name: 'm', roleArn: 'r', definition: text }),
    ).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining(message),
    });
    expect((await cloud.call('ListStateMachines', {})).stateMachines).toEqual([]);
  });

  test('what is no definition at all', async () => {
    expect(await diagnose('')).toMatchObject([
      { code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object' },
    ]);
    expect(await diagnose('not a definition')).toMatchObject([
      { code: 'INVALID_JSON_DESCRIPTION' },
    ]);
    expect(await diagnose('{"QueryLanguage":"JSONata"}')).toMatchObject([
      { location: '/', message: 'These fields are required: [States, StartAt]' },
    ]);
  });

  test('all faults are told at once', async () => {
    const found = await diagnose({
      StartAt: 'A',
      States: { A: { Type: 'Pass', Foo: 1 }, B: { Type: 'Bar' } },
    });
    expect(found).toHaveLength(3);
  });
});

test('what is accepted passes asl-validator too', async () => {
  const definition = {
    QueryLanguage: 'JSONata',
    Comment: 'all kinds of states',
    StartAt: 'Set',
    TimeoutSeconds: 60,
    States: {
      Set: {
        Type: 'Pass',
        Assign: { x: 1, f: '{% $map([1,2], function($v, $i) { $v + $i }) %}' },
        Next: 'Work',
      },
      Work: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: {
          FunctionName: lambda('f'),
          Payload: { t: '{% $states.context.Task.Token %}', x: '{% $x %}' },
        },
        TimeoutSeconds: 20,
        HeartbeatSeconds: 10,
        Retry: [{ ErrorEquals: ['States.ALL'], MaxDelaySeconds: 10, JitterStrategy: 'FULL' }],
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Next: 'Bad',
            Assign: { e: '{% $states.errorOutput.Error %}' },
          },
        ],
        Next: 'Which',
      },
      Which: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.ok = true %}', Next: 'Each' }],
        Default: 'Rest',
      },
      Rest: { Type: 'Wait', Seconds: 1, Next: 'Each' },
      Each: {
        Type: 'Map',
        Items: '{% [1..3] %}',
        MaxConcurrency: 2,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'In',
          States: { In: { Type: 'Pass', Output: '{% $x %}', End: true } },
        },
        Next: 'Both',
      },
      Both: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'L', States: { L: { Type: 'Succeed' } } }],
        Next: 'Good',
      },
      Good: { Type: 'Succeed', Output: '{% $x %}' },
      Bad: { Type: 'Fail', Error: '{% $e %}', Cause: 'why' },
    },
  };
  expect(await diagnose(definition)).toEqual([]);
  const judged = aslValidator(structuredClone(definition));
  expect(judged.errorsText()).toBe('');
  expect(judged.isValid).toBe(true);
});
