import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type * as z from 'zod';
import { StepError, Transient } from './errors.ts';
import { lambdaHandler } from './lambda-handler.ts';
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
  return lambdaHandler(async (event: unknown): Promise<Output> => {
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

/** The words of our own errors only: an SDK's message may quote what it was sent. */
function described(error: unknown): { error: string; reason?: string } {
  if (error instanceof StepError) return { error: error.name, reason: error.message };
  return { error: error instanceof Error ? error.name : 'unknown' };
}
