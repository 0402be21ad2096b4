import * as fc from 'fast-check';
import type { JsonObject } from '../../local/contracts.ts';
import { lambda } from './cloud.ts';

/** A random machine, as a list of steps; Parallel and Map hold lists of their own. */
export type Step =
  | { kind: 'pass' | 'assign' | 'wait' | 'work' | 'flaky' | 'callback' | 'caught' | 'choice' }
  | { kind: 'parallel'; branches: Step[][] }
  | { kind: 'map'; items: number; concurrency: number; steps: Step[] };

const simple = fc
  .constantFrom<Step['kind']>(
    'pass',
    'assign',
    'wait',
    'work',
    'flaky',
    'callback',
    'caught',
    'choice',
  )
  .map((kind) => ({ kind }) as Step);

export const steps: fc.Arbitrary<Step[]> = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    simple,
    simple,
    fc.record({
      kind: fc.constant('parallel' as const),
      branches: fc.array(tie('steps'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('map' as const),
      items: fc.nat({ max: 3 }),
      concurrency: fc.nat({ max: 2 }),
      steps: tie('steps'),
    }),
  ),
  steps: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
})).steps;

/** The definition of such a machine. Every state adds its name's length to the number that goes through. */
export function definitionOf(list: Step[]): JsonObject {
  const names = { count: 0 };
  return { QueryLanguage: 'JSONata', ...chain(list, names) };
}

function chain(list: Step[], names: { count: number }): JsonObject {
  const states: JsonObject = {};
  const own = list.map(() => `S${++names.count}`);
  list.forEach((step, at) => {
    const name = own[at] ?? '';
    const next = own[at + 1];
    const onward: JsonObject = next === undefined ? { End: true } : { Next: next };
    Object.assign(states, statesOf(step, name, onward, names));
  });
  return { StartAt: own[0] ?? '', States: states };
}

function statesOf(
  step: Step,
  name: string,
  onward: JsonObject,
  names: { count: number },
): JsonObject {
  const one = (state: JsonObject): JsonObject => ({ [name]: { ...state, ...onward } });
  const plus = '{% $states.input + 1 %}';
  const task = (work: string): JsonObject => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: lambda(work), Payload: '{% $states.input %}' },
    Output: '{% $states.result.Payload %}',
  });
  switch (step.kind) {
    case 'pass':
      return one({ Type: 'Pass', Output: plus });
    case 'assign':
      return one({ Type: 'Pass', Assign: { [`v${name}`]: '{% $states.input %}' } });
    case 'wait':
      return one({ Type: 'Wait', Seconds: 1 });
    case 'work':
      return one(task('work'));
    case 'flaky':
      return one({
        ...task('flaky'),
        Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 1, MaxAttempts: 50 }],
      });
    case 'callback':
      return one({
        ...task('callback'),
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: {
          FunctionName: lambda('callback'),
          Payload: { token: '{% $states.context.Task.Token %}', n: '{% $states.input %}' },
        },
        Output: '{% $states.result %}',
      });
    case 'caught': {
      const after = `${name}c`;
      return {
        [name]: {
          ...task('broken'),
          ...onward,
          Catch: [{ ErrorEquals: ['States.ALL'], Next: after, Output: plus }],
        },
        [after]: { Type: 'Pass', ...onward },
      };
    }
    case 'choice': {
      const odd = `${name}o`;
      const even = `${name}e`;
      return {
        [name]: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.input % 2 = 1 %}', Next: odd }],
          Default: even,
        },
        [odd]: { Type: 'Pass', Output: plus, ...onward },
        [even]: { Type: 'Pass', ...onward },
      };
    }
    case 'parallel':
      return one({
        Type: 'Parallel',
        Branches: step.branches.map((branch) => chain(branch, names)),
        Output: '{% $sum($states.result) %}',
      });
    case 'map':
      return one({
        Type: 'Map',
        Items: step.items === 0 ? [] : Array.from({ length: step.items }, (_, at) => at),
        ItemSelector: '{% $states.input + $states.context.Map.Item.Value %}',
        MaxConcurrency: step.concurrency,
        ItemProcessor: chain(step.steps, names),
        Output: '{% $states.input + $sum($states.result) %}',
      });
  }
}

/** What such a machine gives for `input`: the steps' meaning, worked out without the engine. */
export function meaning(list: Step[], input: number): number {
  return list.reduce((n, step) => {
    switch (step.kind) {
      case 'pass':
      case 'caught':
        return n + 1;
      case 'work':
      case 'flaky':
      case 'callback':
        return n + 2;
      case 'choice':
        return n % 2 === 1 ? n + 1 : n;
      case 'parallel':
        return step.branches.reduce((sum, branch) => sum + meaning(branch, n), 0);
      case 'map':
        return Array.from({ length: step.items }, (_, at) => meaning(step.steps, n + at)).reduce(
          (a, b) => a + b,
          n,
        );
      default:
        return n;
    }
  }, input);
}
