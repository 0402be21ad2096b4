import { type NextTime, parseCron } from './cron.ts';
import { validationError } from './errors.ts';

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Parses `rate(5 minutes)` or `cron(...)`. A rate is due first one period after the rule was made.
 *
 * @throws ValidationException
 */
export function parseSchedule(expression: string): NextTime {
  const cron = /^cron\((.*)\)$/.exec(expression);
  if (cron?.[1] !== undefined) return parseCron(cron[1]);
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  const value = Number(rate?.[1]);
  const unit = UNITS[rate?.[2] ?? ''];
  // AWS insists on the grammar: 1 minute, 2 minutes.
  if (!rate || !unit || !(value >= 1) || (value === 1) !== (rate[3] === '')) {
    throw validationError(
      `Parameter ScheduleExpression is not valid: ${expression} is neither cron(...) nor rate(5 minutes), rate(1 hour) or the like.`,
    );
  }
  return (after) => after + value * unit;
}
