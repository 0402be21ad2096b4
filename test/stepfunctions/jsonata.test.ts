import * as fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../local/contracts.ts';
import { compileTemplate, evaluate, type Scope } from '../../local/stepfunctions/evaluate.ts';

const NOW = Date.parse('2026-11-21T08:00:00.000Z');

function run(source: string, input: Json = {}, variables: JsonObject = {}): Promise<Json> {
  const template = compileTemplate(`{% ${source} %}`, 'Output', () => NOW);
  const scope: Scope = { states: { input, context: { Execution: { Name: 'x' } } }, variables };
  return evaluate(template, scope);
}

describe('the functions that Step Functions adds', () => {
  test('$partition', async () => {
    expect(await run('$partition([1,2,3,4,5], 2)')).toEqual([[1, 2], [3, 4], [5]]);
    await expect(run('$partition([1], 0)')).rejects.toThrow('at least 1');
  });
  test('$range', async () => {
    expect(await run('$range(0, 10, 5)')).toEqual([0, 5, 10]);
    expect(await run('$range(3, 1, -1)')).toEqual([3, 2, 1]);
    await expect(run('$range(0, 10, 0)')).rejects.toThrow('must not be 0');
    await expect(run('$range(0, 5000, 1)')).rejects.toThrow('1000');
  });
  test('$hash', async () => {
    expect(await run("$hash('abc', 'SHA-256')")).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(await run("$hash('abc', 'MD5')")).toBe('900150983cd24fb0d6963f7d28e17f72');
    await expect(run("$hash('abc', 'CRC')")).rejects.toThrow("'CRC' is none of");
  });
  test('$random with a seed repeats itself', async () => {
    const [a, b, c] = [await run('$random(7)'), await run('$random(7)'), await run('$random(8)')];
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(await run('$random() < 1 and $random() >= 0')).toBe(true);
  });
  test('$uuid is a version 4 UUID', async () => {
    expect(await run('$uuid()')).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
  });
  test('$parse', async () => {
    expect(await run(`$parse('{"a":[1]}').a[0]`)).toBe(1);
    await expect(run("$parse('{')")).rejects.toThrow('threw an error');
  });
  test('$eval is not available', async () => {
    await expect(run("$eval('1')")).rejects.toThrow('T1006');
  });
  test('$now and $millis tell the time of the clock', async () => {
    expect(await run('$now()')).toBe('2026-11-21T08:00:00.000Z');
    expect(await run("$now('[Y]')")).toBe('2026');
    expect(await run('$millis()')).toBe(NOW);
  });
});

test('a runaway expression is stopped', async () => {
  await expect(run('($f := function($n) { $f($n + 1) + 1 }; $f(0))')).rejects.toThrow('D1011');
});

test('arrays that JSONata gives are plain arrays afterwards', async () => {
  const picked = (await run('$states.input[n > 1].n[]', [{ n: 1 }, { n: 2 }])) as number[];
  expect(picked).toEqual([2]);
  expect(Object.keys(picked)).toEqual(['0']);
});

// Expressions that the fast path takes, in the shapes that definitions have, over values of every kind.
const value: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 0, 1, -2.5, '', 'a', 'b'),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('json'), { maxKeys: 3 }),
  ),
})).json;
// Often equal but not the same, which is what tells a deep comparison from a shallow one.
const pair: fc.Arbitrary<[Json, Json]> = fc.oneof(
  fc.tuple(value, value),
  value.map((one): [Json, Json] => [one, structuredClone(one)]),
);
const path = fc
  .tuple(
    fc.constantFrom('$states.input', '$v', '$states.context', '$states'),
    fc.array(fc.constantFrom('a', 'b', 'c', 'input'), { maxLength: 3 }),
  )
  .map(([root, names]) => [root, ...names].join('.'));
const atom = fc.oneof(path, fc.constantFrom("'a'", '1', 'true', 'null'));
const expression = fc.oneof(
  atom,
  fc.constantFrom('$states.input = $v', '$states.input != $v', '$v & $states.input'),
  fc
    .tuple(atom, fc.constantFrom('=', '!=', '&', 'and', 'or'), atom)
    .map((parts) => parts.join(' ')),
  fc.tuple(atom, atom).map(([a, b]) => `{'x': ${a}, 'y': {'z': ${b}}}`),
);

test('the fast path answers what JSONata answers', async () => {
  await fc.assert(
    fc.asyncProperty(expression, pair, async (source, [input, v]) => {
      const states = { input, context: { a: { b: 1 } } };
      const template = compileTemplate(`{% ${source} %}`, 'Output', () => NOW);
      const ours = await settled(evaluate(template, { states, variables: { v } }));
      const theirs = await settled(jsonata(source).evaluate(undefined, { states, v }));
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 2000 },
  );
});

async function settled(promise: Promise<unknown>): Promise<unknown> {
  try {
    const result = await promise;
    return result === undefined ? 'failed' : { result: JSON.parse(JSON.stringify(result)) };
  } catch {
    return 'failed';
  }
}
