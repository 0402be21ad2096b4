import { fc } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { parseForm } from '../../local/providers/http/form.ts';

const plain = (text: string): unknown => JSON.parse(JSON.stringify(parseForm(text)));

describe('parseForm', () => {
  test.each<[string, unknown]>([
    ['', {}],
    ['a=1&b=two+words&c=%26%3D', { a: '1', b: 'two words', c: '&=' }],
    ['a[b]=1&a[c][d]=2', { a: { b: '1', c: { d: '2' } } }],
    ['a[]=1&a[]=2', { a: ['1', '2'] }],
    ['a[0]=1&a[1]=2', { a: ['1', '2'] }],
    ['a[0][b]=1&a[1][b]=2', { a: [{ b: '1' }, { b: '2' }] }],
    ['a[1]=x', { a: { 1: 'x' } }],
    ['a%5Bb%5D=1', { a: { b: '1' } }],
    ['a=%E0%A4%A', { a: '%E0%A4%A' }],
    ['a&b=', { a: '', b: '' }],
  ])('%s', (text, expected) => {
    expect(plain(text)).toEqual(expected);
  });

  test('takes names of prototypes as plain names', () => {
    parseForm('__proto__[polluted]=1&constructor[prototype][polluted]=1');
    expect('polluted' in {}).toBe(false);
  });

  test('ends on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '[', ']', '=', '&', '%', '0', '+', '1', '.') }),
        (text) => {
          expect(typeof parseForm(text)).toBe('object');
        },
      ),
    );
  });

  test('gives back what URLSearchParams wrote', () => {
    const name = fc.stringMatching(/^[a-z_]{1,8}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), (fields) => {
        expect(plain(new URLSearchParams(fields).toString())).toEqual({ ...fields });
      }),
    );
  });
});
