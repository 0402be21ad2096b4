import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retryDelay } from '../../local/stepfunctions/retry.ts';
import { covers, StatesError } from '../../local/stepfunctions/states-error.ts';

describe('the delay before a retry', () => {
  const policy = fc.record({
    intervalSeconds: fc.integer({ min: 1, max: 1000 }),
    backoffRate: fc.double({ min: 1, max: 10, noNaN: true }),
    maxDelaySeconds: fc.option(fc.integer({ min: 1001, max: 31_622_399 }), { nil: undefined }),
    jitter: fc.boolean(),
  });

  test('the delay grows by the rate, stays below its limit, and jitter only shortens it', () => {
    fc.assert(
      fc.property(
        policy,
        fc.nat({ max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, spent, random) => {
          const { maxDelaySeconds, ...rest } = given;
          const retrier = {
            ...rest,
            errorEquals: ['A'],
            maxAttempts: 9,
            ...(maxDelaySeconds ? { maxDelaySeconds } : {}),
          };
          const delay = retryDelay(retrier, spent, () => random);
          const full = retryDelay({ ...retrier, jitter: false }, spent, () => random);
          const exact = Math.min(
            rest.intervalSeconds * rest.backoffRate ** spent,
            maxDelaySeconds ?? Number.MAX_SAFE_INTEGER / 1000,
          );
          expect(full).toBe(Math.round(exact * 1000));
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(full);
          expect(rest.jitter || delay === full).toBe(true);
        },
      ),
    );
  });
});

describe('which names cover which errors', () => {
  test.for<[string, string, boolean]>([
    ['States.ALL', 'Anything', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.QueryEvaluationError', true],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.ALL', 'States.Runtime', false],
    ['States.TaskFailed', 'Anything', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.DataLimitExceeded', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['States.Runtime', 'States.Runtime', false],
    ['Anything', 'anything', false],
    ['States.HeartbeatTimeout', 'States.Timeout', false],
  ])('%s covers %s: %s', ([name, error, expected]) => {
    expect(covers([name], new StatesError(error))).toBe(expected);
  });

  test('a missed heartbeat is covered by both names', () => {
    const failure = new StatesError('States.Timeout', undefined, ['States.HeartbeatTimeout']);
    expect(covers(['States.Timeout'], failure)).toBe(true);
    expect(covers(['States.HeartbeatTimeout'], failure)).toBe(true);
    expect(covers(['States.TaskFailed'], failure)).toBe(false);
  });
});
