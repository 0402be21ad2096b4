import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type * as z from 'zod';
import { Transient } from './errors.ts';
import { logger } from './logger.ts';

/**
 * The handler of a state machine's task: checks the input, runs `step`, logs how it ended.
 *
 * What `step` throws goes to Step Functions as it is: the error's `name` is what Retry and Catch match. Only what an
 * AWS service throws has to be told apart first: its errors of the moment are Transient.
 */
export function stepHandler<Input, Output>(
  schema: z.ZodType<Input>,
  step: (input: Input) => Promise<Output>,
) {
  return middy()
    .use(injectLambdaContext(logger))
    .handler(async (event: unknown): Promise<Output> => {
      const input = schema.parse(event);
      try {
        return await step(input);
      } catch (error) {
        logger.warn('step failed', { order: orderOf(input), ...described(error) });
        throw isOfTheMoment(error) ? new Transient(`an AWS service answered ${error.name}`) : error;
      }
    });
}

function orderOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'order_number' in input
    ? input.order_number
    : undefined;
}

/** Whether an AWS SDK call failed in a way that the SDK itself would have tried again, had it not done so already. */
function isOfTheMoment(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const sdkError = error as Parameters<typeof isTransientError>[0];
  return isTransientError(sdkError) || isThrottlingError(sdkError) || isServerError(sdkError);
}

function described(error: unknown): { error: string; reason: string } {
  return error instanceof Error
    ? { error: error.name, reason: error.message }
    : { error: 'unknown', reason: String(error) };
}
