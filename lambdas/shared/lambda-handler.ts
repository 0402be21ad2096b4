import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { logger } from './logger.ts';

/**
 * What every handler is made by: its log lines carry the request's id.
 *
 * Middy's early timeout is off. It would end a function that runs out of time with an error that no `Retry` knows,
 * a moment before Lambda ends it with `Sandbox.Timedout`, which every `Retry` does.
 */
export function lambdaHandler<Event, Answer>(
  handle: (event: Event, context: Context) => Promise<Answer>,
) {
  return middy<Event, Answer>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(logger))
    .handler(handle);
}
