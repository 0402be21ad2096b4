import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { lambdaHandler } from '../../lambdas/shared/lambda-handler.ts';

test('running out of time is left to Lambda, whose own error every Retry knows', async () => {
  const slow = lambdaHandler(async () => pause(40, 'done'));
  const context = { getRemainingTimeInMillis: () => 10 } as Context;
  expect(await slow({}, context)).toBe('done');
});
