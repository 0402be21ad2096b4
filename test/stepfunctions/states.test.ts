import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../local/contracts.ts';
import { Cloud, MACHINE, ROLE, single, types } from './cloud.ts';

let cloud: Cloud;
beforeEach(() => {
  cloud = new Cloud();
});
afterEach(() => cloud.close());

describe('Pass', () => {
  test('hands its input on when there is no Output', async () => {
    const run = await cloud.run(single({ Type: 'Pass' }), { a: [1] });
    expect(run.output).toEqual({ a: [1] });
    expect(run.history.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual(
      [
        [1, 0, 'ExecutionStarted'],
        [2, 0, 'PassStateEntered'],
        [3, 2, 'PassStateExited'],
        [4, 3, 'ExecutionSucceeded'],
      ],
    );
  });

  test('leaves alone what only looks like an expression', async () => {
    const literals = {
      a: ' {% $states.input %} ',
      'b.$': '$',
      c: "States.Format('{}')",
      d: [null, 0.1, true, {}],
    };
    const run = await cloud.run(single({ Type: 'Pass', Output: literals }));
    expect(run.output).toEqual(literals);
  });

  test('evaluates expressions anywhere in Output', async () => {
    const Output = { sum: '{% $sum($states.input.n) %}', list: ['{% $states.input.n[1] %}', 5] };
    const run = await cloud.run(single({ Type: 'Pass', Output }), { n: [1, 2, 4] });
    expect(run.output).toEqual({ sum: 7, list: [2, 5] });
  });

  test('sees the context object', async () => {
    const run = await cloud.run(single({ Type: 'Pass', Output: '{% $states.context %}' }), {
      in: 1,
    });
    expect(run.output).toEqual({
      Execution: {
        Id: run.arn,
        Input: { in: 1 },
        Name: run.arn.split(':').at(-1),
        RoleArn: ROLE,
        StartTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        RedriveCount: 0,
      },
      StateMachine: { Id: MACHINE, Name: 'machine' },
      State: { Name: 'State', EnteredTime: expect.stringMatching(/Z$/) },
    });
  });
});

describe('an expression that can not be evaluated', () => {
  const cases: [string, string, RegExp][] = [
    ['gives nothing', '{% $states.input.missing %}', /returned nothing \(undefined\)/],
    ['throws', "{% 'a' + 1 %}", /threw an error during evaluation\. T2001/],
    ['gives a function', '{% $sum %}', /unsupported result type/],
  ];
  test.for(cases)('%s', async ([, Output, message]) => {
    const run = await cloud.run(single({ Type: 'Pass', Output }));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(run.cause).toMatch(
      /^An error occurred while executing the state 'State' \(entered at the event id #2\)\. /,
    );
    expect(run.cause).toMatch(message);
    expect(run.history.at(-2)).toMatchObject({
      type: 'EvaluationFailed',
      previousEventId: 2,
      evaluationFailedEventDetails: {
        error: 'States.QueryEvaluationError',
        location: 'Output',
        state: 'State',
        cause: run.cause,
      },
    });
  });
});

describe('Choice', () => {
  const choice = (more: JsonObject = {}): JsonObject => ({
    StartAt: 'Choose',
    States: {
      Choose: {
        Type: 'Choice',
        Choices: [
          {
            Condition: '{% $states.input.n > 10 %}',
            Next: 'Big',
            Output: 'big',
            Assign: { size: 'L' },
          },
          { Condition: '{% $states.input.n > 5 %}', Next: 'Big' },
        ],
        ...more,
      },
      Big: { Type: 'Pass', Output: { was: '{% $states.input %}' }, End: true },
    },
  });

  test('takes the first rule that holds, with its own Output', async () => {
    const run = await cloud.run(choice(), { n: 11 });
    expect(run.output).toEqual({ was: 'big' });
    expect(run.history[2]).toMatchObject({
      type: 'ChoiceStateExited',
      stateExitedEventDetails: { assignedVariables: { size: '"L"' } },
    });
  });

  test('hands the input on when the rule has no Output', async () => {
    const run = await cloud.run(choice({ Output: 'default only' }), { n: 6 });
    expect(run.output).toEqual({ was: { n: 6 } });
  });

  test('takes the default with the Output of the state', async () => {
    const run = await cloud.run(choice({ Default: 'Big', Output: 'small' }), { n: 1 });
    expect(run.output).toEqual({ was: 'small' });
  });

  test('fails without a match and default', async () => {
    const run = await cloud.run(choice(), { n: 1 });
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  test('fails on a condition that is not a boolean', async () => {
    const run = await cloud.run(choice(), { n: 'x' });
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  test('tells what a condition gave instead of a boolean', async () => {
    const Choices = [{ Condition: '{% 1 %}', Next: 'End' }];
    const run = await cloud.run({
      StartAt: 'Choose',
      States: { Choose: { Type: 'Choice', Choices }, End: { Type: 'Succeed' } },
    });
    expect(run.cause).toContain("Expected 'boolean', but was 'number' for value: 1");
  });
});

describe('Wait', () => {
  test('waits for Seconds', async () => {
    await cloud.create(single({ Type: 'Wait', Seconds: '{% $states.input.s %}', Output: 'over' }));
    const arn = await cloud.start({ s: 3600 });
    await cloud.reached(arn, 'WaitStateEntered');
    cloud.clock.advance(3_599_000);
    expect(await cloud.describe(arn)).toMatchObject({ status: 'RUNNING' });
    cloud.clock.advance(2_000);
    const run = await cloud.finished(arn);
    expect(run.output).toBe('over');
    const [entered, exited] = [run.history[1], run.history[2]];
    expect((exited?.timestamp ?? 0) - (entered?.timestamp ?? 0)).toBeGreaterThanOrEqual(3600);
  });

  test('waits until a Timestamp', async () => {
    await cloud.create(single({ Type: 'Wait', Timestamp: '{% $states.input %}' }));
    const arn = await cloud.start(new Date(cloud.clock.now() + 60_000).toISOString());
    await cloud.reached(arn, 'WaitStateEntered');
    cloud.clock.advance(61_000);
    expect(await cloud.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test.for([
    ['{% 1.5 %}', 'The Seconds field cannot be parsed as an integer: 1.5'],
    ['{% -1 %}', 'Seconds must be between 0 and 99999999 but was: -1'],
    ['{% "soon" %}', "Expected 'number', but was 'string'"],
  ])('refuses %s', async ([Seconds, message]) => {
    const run = await cloud.run(single({ Type: 'Wait', Seconds: Seconds ?? '' }));
    expect(run).toMatchObject({ error: 'States.QueryEvaluationError' });
    expect(run.cause).toContain(message);
  });

  test('goes on at once when the time is past', async () => {
    const run = await cloud.run(single({ Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z' }), 7);
    expect(run.output).toBe(7);
  });
});

test('Succeed ends the execution with its Output', async () => {
  const run = await cloud.run(single({ Type: 'Succeed', Output: '{% $states.input.a & "!" %}' }), {
    a: 'b',
  });
  expect(run.output).toBe('b!');
  expect(types(run.history)).toEqual([
    'ExecutionStarted',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
});

describe('Fail', () => {
  test('takes Error and Cause from expressions', async () => {
    const run = await cloud.run(
      single({
        Type: 'Fail',
        Error: '{% $states.input.code %}',
        Cause: '{% "because " & $states.input.why %}',
      }),
      { code: 'OUT_OF_STOCK', why: 'none left' },
    );
    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'OUT_OF_STOCK',
      cause: 'because none left',
    });
    expect(types(run.history)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });

  test('may have neither', async () => {
    const run = await cloud.run(single({ Type: 'Fail' }));
    expect(run).toMatchObject({ status: 'FAILED', error: undefined, cause: undefined });
  });

  test('wants strings', async () => {
    const run = await cloud.run(single({ Type: 'Fail', Error: '{% 5 %}' }));
    expect(run.error).toBe('States.QueryEvaluationError');
  });
});

describe('variables', () => {
  test('Assign sees the values from before the state, all of them', async () => {
    const run = await cloud.run({
      StartAt: 'One',
      States: {
        One: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Swap' },
        Swap: {
          Type: 'Pass',
          Assign: { a: '{% $b %}', b: '{% $a %}' },
          Output: { old: '{% $a %}' },
          Next: 'Show',
        },
        Show: {
          Type: 'Pass',
          Output: { a: '{% $a %}', b: '{% $b %}', in: '{% $states.input %}' },
          End: true,
        },
      },
    });
    expect(run.output).toEqual({ a: 2, b: 1, in: { old: 1 } });
  });

  test('one that is assigned on another way only gives nothing', async () => {
    const run = await cloud.run(
      {
        StartAt: 'C',
        States: {
          C: {
            Type: 'Choice',
            Choices: [{ Condition: '{% $states.input %}', Next: 'A' }],
            Default: 'B',
          },
          A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
          B: { Type: 'Pass', Output: '{% $x %}', End: true },
        },
      },
      false,
    );
    expect(run).toMatchObject({ error: 'States.QueryEvaluationError' });
  });
});
