import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../local/contracts.ts';
import { compilePattern } from '../../local/eventbridge/pattern.ts';

const event: JsonObject = {
  source: 'fastcart.orders',
  'detail-type': 'OrderConfirmed',
  resources: ['arn:1', 'arn:2'],
  detail: {
    status: 'confirmed',
    total: 5000,
    empty: '',
    nothing: null,
    gift: false,
    address: '10.0.3.7',
    address6: '2001:db8::7',
    file: 'a/lib/b.PNG',
    tags: [],
    customer: { name: 'Alice', country: 'US' },
    items: [
      { sku: 'A', quantity: 1, colour: 'blue' },
      { sku: 'B', quantity: 2 },
    ],
  },
};

const matches = (pattern: Json) => compilePattern(JSON.stringify(pattern))(event);
const detail = (pattern: Json) => matches({ detail: pattern });

describe('event patterns', () => {
  it.each<[Json, boolean]>([
    [{ status: ['confirmed'] }, true],
    [{ status: ['failed', 'confirmed'] }, true],
    [{ status: ['Confirmed'] }, false],
    [{ total: [5000] }, true],
    [{ total: ['5000'] }, false],
    [{ gift: [false] }, true],
    [{ nothing: [null] }, true],
    [{ empty: [null] }, false],
    [{ empty: [''] }, true],
    [{ customer: { name: ['Alice'], country: ['US', 'DE'] } }, true],
    [{ customer: { name: ['Alice'], country: ['DE'] } }, false],
    [{ missing: ['x'] }, false],
    [{ status: { deeper: ['x'] } }, false],
    [{ status: [{ prefix: 'conf' }] }, true],
    [{ status: [{ prefix: { 'equals-ignore-case': 'CONF' } }] }, true],
    [{ status: [{ prefix: 'irmed' }] }, false],
    [{ file: [{ suffix: '.PNG' }] }, true],
    [{ file: [{ suffix: '.png' }] }, false],
    [{ file: [{ suffix: { 'equals-ignore-case': '.png' } }] }, true],
    [{ status: [{ 'equals-ignore-case': 'CONFIRMED' }] }, true],
    [{ total: [{ prefix: '50' }] }, false],
    [{ file: [{ wildcard: '*/lib/*' }] }, true],
    [{ file: [{ wildcard: 'a*b.PNG' }] }, true],
    [{ file: [{ wildcard: 'a*c*' }] }, false],
    [{ status: [{ wildcard: 'confirm*rmed' }] }, false],
    [{ file: [{ wildcard: 'a/lib/b.PNG' }] }, true],
    [{ status: [{ 'anything-but': 'failed' }] }, true],
    [{ status: [{ 'anything-but': ['confirmed', 'failed'] }] }, false],
    [{ total: [{ 'anything-but': [1, 2] }] }, true],
    [{ total: [{ 'anything-but': 5000 }] }, false],
    [{ status: [{ 'anything-but': { prefix: 'conf' } }] }, false],
    [{ status: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, true],
    [{ file: [{ 'anything-but': { suffix: '.PNG' } }] }, false],
    [{ file: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, false],
    [{ status: [{ 'anything-but': { 'equals-ignore-case': ['CONFIRMED'] } }] }, false],
    [{ missing: [{ 'anything-but': 'x' }] }, false],
    [{ nothing: [{ 'anything-but': 'x' }] }, true],
    [{ total: [{ numeric: ['>', 0, '<=', 5000] }] }, true],
    [{ total: [{ numeric: ['<', 5000] }] }, false],
    [{ total: [{ numeric: ['=', 5e3] }] }, true],
    [{ status: [{ numeric: ['>=', 0] }] }, false],
    [{ total: [{ exists: true }] }, true],
    [{ nothing: [{ exists: true }] }, true],
    [{ missing: [{ exists: true }] }, false],
    [{ missing: [{ exists: false }] }, true],
    [{ total: [{ exists: false }] }, false],
    [{ tags: [{ exists: false }] }, true],
    [{ customer: [{ exists: true }] }, false],
    [{ customer: { age: [{ exists: false }], name: ['Alice'] } }, true],
    [{ missing: { deep: [{ exists: false }] } }, true],
    [{ missing: [{ exists: false }, 'x'] }, true],
    [{ address: [{ cidr: '10.0.0.0/16' }] }, true],
    [{ address: [{ cidr: '10.1.0.0/16' }] }, false],
    [{ address6: [{ cidr: '2001:db8::/32' }] }, true],
    [{ status: [{ cidr: '10.0.0.0/8' }] }, false],
    [{ $or: [{ status: ['failed'] }, { total: [{ numeric: ['>', 1] }] }] }, true],
    [{ $or: [{ status: ['failed'] }, { total: [1] }] }, false],
    [{ gift: [true], $or: [{ status: ['confirmed'] }, { total: [5000] }] }, false],
    [{ $or: [{ $or: [{ total: [1] }, { total: [5000] }] }, { status: ['x'] }] }, true],
    [{ items: { sku: ['B'] } }, true],
    [{ items: { sku: ['A'], quantity: [1] } }, true],
    [{ items: { sku: ['A'], quantity: [2] } }, false],
    [{ items: { sku: ['B'], colour: [{ exists: false }] } }, true],
    [{ items: { colour: [{ exists: false }] } }, false],
    [{ items: { weight: [{ exists: false }] } }, true],
  ])('%j: %s', (pattern, expected) => {
    expect(detail(pattern)).toBe(expected);
  });

  it('matches a list by any of its elements', () => {
    expect(matches({ resources: ['arn:2', 'arn:9'] })).toBe(true);
    expect(matches({ resources: [{ prefix: 'arn:3' }] })).toBe(false);
  });

  it('is not fooled by what every object inherits', () => {
    expect(detail({ toString: [{ exists: true }] })).toBe(false);
    expect(detail({ constructor: [{ exists: false }] })).toBe(true);
  });

  it.each([
    ['not json', 'not JSON'],
    ['[]', 'not an object'],
    ['{}', 'Empty objects'],
    ['{"a":"x"}', '"a" must be an object or an array'],
    ['{"a":[]}', 'Empty arrays'],
    ['{"a":[["x"]]}', 'may not hold a list'],
    ['{"a":[{"like":"x"}]}', 'Unrecognized match type like'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"prefix":"a","suffix":"b"}]}', 'Only one key'],
    ['{"a":[{"exists":"yes"}]}', 'either true or false'],
    ['{"a":[{"numeric":[">"]}]}', 'numeric must be a list'],
    ['{"a":[{"numeric":["~",1]}]}', 'Unrecognized numeric'],
    ['{"a":[{"numeric":["<",6e9]}]}', '5e9'],
    ['{"a":[{"anything-but":{"numeric":["<",1]}}]}', 'Unsupported anything-but'],
    ['{"a":[{"anything-but":[null]}]}', 'strings and numbers only'],
    ['{"a":[{"wildcard":"a**b"}]}', 'Consecutive'],
    ['{"a":[{"wildcard":"a\\\\b"}]}', 'escape'],
    ['{"a":[{"cidr":"10.0.0.0"}]}', 'Malformed CIDR'],
    ['{"a":[{"cidr":"10.0.0.0/33"}]}', 'Malformed CIDR'],
  ])('refuses %s', (pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(reason);
  });
});

describe('event patterns against a simple oracle', () => {
  const word = fc.stringMatching(/^[abAB/]{0,4}$/);
  const scalar = fc.oneof(word, fc.integer({ min: -3, max: 3 }), fc.constantFrom(true, null));
  const field = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
  const someEvent = fc.record(
    { a: field, b: field, c: fc.record({ d: field }, { requiredKeys: [] }) },
    { requiredKeys: [] },
  );

  /** A matcher beside what it means for one value. */
  const matcher: fc.Arbitrary<{ json: Json; accepts: (value: Json) => boolean }> = fc.oneof(
    scalar.map((literal) => ({ json: literal, accepts: (value: Json) => value === literal })),
    word.map((part) => ({
      json: { prefix: part },
      accepts: (value: Json) => typeof value === 'string' && value.indexOf(part) === 0,
    })),
    word.map((part) => ({
      json: { suffix: part },
      accepts: (value: Json) =>
        typeof value === 'string' && value.slice(value.length - part.length) === part,
    })),
    word.map((part) => ({
      json: { 'equals-ignore-case': part },
      accepts: (value: Json) =>
        typeof value === 'string' && value.toUpperCase() === part.toUpperCase(),
    })),
    fc.stringMatching(/^\*?([abAB/]\*?){0,4}$/).map((glob) => ({
      json: { wildcard: glob },
      accepts: (value: Json) =>
        typeof value === 'string' && new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(value),
    })),
    fc.array(fc.oneof(word, fc.integer({ min: -3, max: 3 })), { minLength: 1 }).map((list) => ({
      json: { 'anything-but': list },
      accepts: (value: Json) => list.every((excluded) => excluded !== value),
    })),
    fc
      .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }))
      .map(([low, high]) => ({
        json: { numeric: ['>=', low, '<', high] },
        accepts: (value: Json) => typeof value === 'number' && low <= value && value < high,
      })),
  );
  const condition = fc
    .tuple(fc.array(matcher, { minLength: 1, maxLength: 3 }), fc.option(fc.boolean()))
    .map(([matchers, exists]) => {
      const list = matchers.map(({ json }) => json);
      if (exists !== null) list.push({ exists });
      return {
        json: list,
        accepts: (value: Json | undefined) => {
          const values = value === undefined ? [] : [value].flat();
          if (values.length === 0) return exists === false;
          return exists === true || values.some((v) => matchers.some(({ accepts }) => accepts(v)));
        },
      };
    });

  it('agrees on fields, lists and operators', () => {
    fc.assert(
      fc.property(someEvent, condition, condition, condition, (event, onA, onB, onD) => {
        const pattern = { a: onA.json, b: onB.json, c: { d: onD.json } };
        const expected = onA.accepts(event.a) && onB.accepts(event.b) && onD.accepts(event.c?.d);
        expect(compilePattern(JSON.stringify(pattern))(event)).toBe(expected);
        const either = { $or: [{ a: onA.json }, { b: onB.json }, { c: { d: onD.json } }] };
        const any = onA.accepts(event.a) || onB.accepts(event.b) || onD.accepts(event.c?.d);
        expect(compilePattern(JSON.stringify(either))(event)).toBe(any);
      }),
      { numRuns: 2000 },
    );
  });
});
