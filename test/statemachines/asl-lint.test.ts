import { describe, expect, test } from 'vitest';
import {
  type Definition,
  definitions,
  KNOWN_ERRORS,
  lintDefinition,
  ownErrors,
  paidPath,
  worstSeconds,
} from './asl-lint.ts';

const all = definitions();

function checkout(): Definition {
  return structuredClone(all.get('statemachines/checkout.asl.json') as Definition);
}

describe.each([...all])('%s', (_file, definition) => {
  test('is as the house wants it', () => {
    expect(lintDefinition(definition)).toEqual([]);
  });

  test('matches only errors that the code throws by that name', () => {
    expect(KNOWN_ERRORS).toEqual(expect.arrayContaining(ownErrors(definition)));
  });
});

test('a paid order takes seven transitions', () => {
  expect(paidPath(checkout())).toEqual([
    'ReserveStock',
    'QuoteShipping',
    'ComputeTax',
    'AuthorizePayment',
    'CommitStock',
    'CapturePayment',
    'ConfirmOrder',
  ]);
});

test('the header states the time budget that the rules compute', () => {
  for (const definition of all.values()) {
    const { Comment = '' } = definition as { Comment?: string };
    expect(Comment).toContain(`${worstSeconds(definition)} s`);
  }
});

describe('the rules refuse', () => {
  const broken: [string, (definition: Definition) => void, RegExp][] = [
    [
      'a task without a timeout',
      (d) => delete d.States['ReserveStock']?.TimeoutSeconds,
      /ReserveStock: has no TimeoutSeconds/,
    ],
    [
      'a retry of a decline',
      (d) => d.States['CapturePayment']?.Retry?.[0]?.ErrorEquals.push('PaymentDeclined'),
      /retries PaymentDeclined/,
    ],
    [
      'a task without a Catch',
      (d) => delete d.States['CommitStock']?.Catch,
      /CommitStock: has no Catch/,
    ],
    [
      'a Catch that undoes nothing',
      (d) => Object.assign(d.States['ComputeTax']?.Catch?.[0] ?? {}, { Next: 'BeingUndone' }),
      /leads to BeingUndone/,
    ],
    [
      'a state that nobody enters',
      (d) => Object.assign(d.States, { Lost: { Type: 'Succeed' } }),
      /Lost: cannot be reached/,
    ],
    [
      'a machine that ends before its worst path',
      (d) => Object.assign(d, { TimeoutSeconds: 60 }),
      /the worst path takes/,
    ],
    [
      'retries without jitter',
      (d) => delete d.States['ComputeTax']?.Retry?.[0]?.JitterStrategy,
      /without jitter/,
    ],
    [
      'a customer asked twice',
      (d) => d.States['AuthorizePayment']?.Retry?.[0]?.ErrorEquals.push('States.Timeout'),
      /must not retry States.Timeout/,
    ],
  ];

  test.each(broken)('%s', (_name, damage, fault) => {
    const definition = checkout();
    damage(definition);
    expect(lintDefinition(definition).join('\n')).toMatch(fault);
  });
});
