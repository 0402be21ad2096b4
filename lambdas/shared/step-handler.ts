import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type * as z from 'zod';
import { logger } from './logger.ts';

/**
 * The handler of a state machine's task: checks the input, runs `step`, logs how it ended.
 *
 * What `step` throws goes to Step Functions as it is: the error's `name` is what Retry and Catch match.
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
        throw error;
      }
    });
}

function orderOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'order_number' in input
    ? input.order_number
    : undefined;
}

function described(error: unknown): { error: string; reason: string } {
  return error instanceof Error
    ? { error: error.name, reason: error.message }
    : { error: 'unknown', reason: String(error) };
}
