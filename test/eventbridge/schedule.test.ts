import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../local/eventbridge/schedule.ts';

/** The first `count` times after `from`, as ISO minutes. */
function times(expression: string, from: string, count: number): string[] {
  const next = parseSchedule(expression);
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  while (found.length < count) {
    at = next(at);
    if (at === undefined) break;
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('cron', () => {
  it.each<[string, string[]]>([
    ['cron(0 10 * * ? *)', ['2026-11-21T10:00', '2026-11-22T10:00']],
    ['cron(15 12 * * ? *)', ['2026-11-21T12:15', '2026-11-22T12:15']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-11-23T18:00', '2026-11-24T18:00']],
    ['cron(0 8 1 * ? *)', ['2026-12-01T08:00', '2027-01-01T08:00']],
    ['cron(0/15 * * * ? *)', ['2026-11-21T08:45', '2026-11-21T09:00']],
    ['cron(0/10 * ? * MON-FRI *)', ['2026-11-23T00:00', '2026-11-23T00:10']],
    ['cron(5,50-52 8 ? * 2-6 *)', ['2026-11-23T08:05', '2026-11-23T08:50']],
    ['cron(0 0 L * ? *)', ['2026-11-30T00:00', '2026-12-31T00:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00']],
    [
      'cron(0 0 1W * ? *)',
      [
        '2026-12-01T00:00',
        '2027-01-01T00:00',
        '2027-02-01T00:00',
        '2027-03-01T00:00',
        '2027-04-01T00:00',
        '2027-05-03T00:00',
      ],
    ],
    ['cron(0 0 31W * ? *)', ['2026-12-31T00:00', '2027-01-29T00:00']],
    ['cron(0 0 ? * L *)', ['2026-11-28T00:00', '2026-12-05T00:00']],
    ['cron(0 0 ? * 6L *)', ['2026-11-27T00:00', '2026-12-25T00:00']],
    ['cron(0 0 ? * THUL *)', ['2026-11-26T00:00', '2026-12-31T00:00']],
    ['cron(0 0 ? * 3#2 *)', ['2026-12-08T00:00', '2027-01-12T00:00']],
    ['cron(0 0 ? * TUE#5 *)', ['2026-12-29T00:00', '2027-03-30T00:00']],
    [
      'cron(30 6 1 jan,JUL ? 2027-2028)',
      ['2027-01-01T06:30', '2027-07-01T06:30', '2028-01-01T06:30', '2028-07-01T06:30'],
    ],
    ['cron(0 0 1 1 ? 2026/2)', ['2028-01-01T00:00', '2030-01-01T00:00']],
    ['cron(0 0 1 1 ? 2020)', []],
  ])('%s', (expression, expected) => {
    expect(times(expression, '2026-11-21T08:30:59Z', Math.max(expected.length, 1))).toEqual(
      expected,
    );
  });

  it('is due strictly after the time given, at whole minutes', () => {
    expect(times('cron(* * * * ? *)', '2026-11-21T08:30:00Z', 1)).toEqual(['2026-11-21T08:31']);
    expect(times('cron(* * * * ? *)', '2026-12-31T23:59:30Z', 1)).toEqual(['2027-01-01T00:00']);
  });

  it('finds the very next minute whose fields fit', () => {
    const list = (min: number, max: number) =>
      fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        list(0, 59),
        list(0, 23),
        list(1, 31),
        fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2030, 0) }),
        (minutes, hours, days, from) => {
          const next =
            parseSchedule(`cron(${minutes.join()} ${hours.join()} ${days.join()} * ? *)`)(from) ??
            0;
          const fits = (at: number) => {
            const date = new Date(at);
            return (
              minutes.includes(date.getUTCMinutes()) &&
              hours.includes(date.getUTCHours()) &&
              days.includes(date.getUTCDate())
            );
          };
          expect(next).toBeGreaterThan(from);
          expect(fits(next)).toBe(true);
          let at = Math.floor(from / 60_000) * 60_000 + 60_000;
          while (at < next && !fits(at)) at += 60_000;
          expect(at).toBe(next);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(0 10 * * ?)',
    'cron(60 10 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 0 0 * ? *)',
    'cron(0 0 ? * 8 *)',
    'cron(0 0 ? * 3#1,6#3 *)',
    'cron(0 0 ? * 3#6 *)',
    'cron(0/0 * * * ? *)',
    'cron(5-1 * * * ? *)',
    'cron(0 0 1 * ? 1969)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(5 seconds)',
    'every day',
  ])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression)).toThrow('ScheduleExpression is not valid');
  });
});

describe('rate', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(2 days)', 172_800_000],
  ])('%s', (expression, ms) => {
    expect(parseSchedule(expression)(1_000)).toBe(1_000 + ms);
  });
});
