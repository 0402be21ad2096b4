import { validationError } from './errors.ts';

/** When a cron expression is next due after a time, both in ms since the epoch; `undefined` for never again. */
export type NextTime = (after: number) => number | undefined;

type DayTest = (year: number, month: number, day: number) => boolean;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;

/**
 * The six fields of EventBridge's cron(): minutes, hours, day of month, month, day of week (1 is Sunday), year;
 * in UTC (EventBridge user guide, "Cron expressions reference"). One of the two days must be `?`.
 *
 * @throws ValidationException
 */
export function parseCron(expression: string): NextTime {
  const fields = expression.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || !minutes || !hours || !dayOfMonth || !month || !dayOfWeek || !year) {
    throw invalidCron(expression);
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) throw invalidCron(expression);
  const read = (field: string, min: number, max: number, names: string[] = []) =>
    parseField(field, { min, max, names, expression });
  const minuteList = read(minutes, 0, 59);
  const hourList = read(hours, 0, 23);
  const months = new Set(read(month, 1, 12, MONTHS));
  const years = read(year, FIRST_YEAR, LAST_YEAR);
  const isDay =
    dayOfWeek === '?'
      ? dayOfMonthTest(dayOfMonth, expression)
      : dayOfWeekTest(dayOfWeek, expression);
  return (after) => {
    const start = new Date(Math.floor(after / 60_000) * 60_000 + 60_000);
    for (const y of years) {
      if (y < start.getUTCFullYear()) continue;
      const time = nextInYear(y, start.getTime(), { months, isDay, hourList, minuteList });
      if (time !== undefined) return time;
    }
    return undefined;
  };
}

function nextInYear(
  year: number,
  start: number,
  cron: { months: Set<number>; isDay: DayTest; hourList: number[]; minuteList: number[] },
): number | undefined {
  for (let month = 1; month <= 12; month += 1) {
    if (!cron.months.has(month) || Date.UTC(year, month, 1) <= start) continue;
    for (let day = 1; day <= daysIn(year, month); day += 1) {
      if (Date.UTC(year, month - 1, day + 1) <= start || !cron.isDay(year, month, day)) continue;
      for (const hour of cron.hourList) {
        for (const minute of cron.minuteList) {
          const time = Date.UTC(year, month - 1, day, hour, minute);
          if (time >= start) return time;
        }
      }
    }
  }
  return undefined;
}

/** `L` is the last day, `15W` the weekday nearest to the 15th in the same month. */
function dayOfMonthTest(field: string, expression: string): DayTest {
  if (field === 'L') return (year, month, day) => day === daysIn(year, month);
  const nearest = /^(\d+)W$/.exec(field);
  if (nearest) {
    const wanted = within(Number(nearest[1]), 1, 31, expression);
    return (year, month, day) => day === nearestWeekday(year, month, wanted);
  }
  const days = new Set(parseField(field, { min: 1, max: 31, names: [], expression }));
  return (_year, _month, day) => days.has(day);
}

/** `L` is Saturday, `6L` the last Friday of the month, `3#2` the second Tuesday. */
function dayOfWeekTest(field: string, expression: string): DayTest {
  const number = (text: string) =>
    parseNumber(text, { min: 1, max: 7, names: WEEKDAYS, expression });
  const last = /^([A-Z]{3}|\d)L$/i.exec(field);
  if (last?.[1]) {
    const wanted = number(last[1]);
    return (year, month, day) =>
      weekday(year, month, day) === wanted && day > daysIn(year, month) - 7;
  }
  const nth = /^([A-Z]{3}|\d)#(\d)$/i.exec(field);
  if (nth?.[1]) {
    const wanted = number(nth[1]);
    const week = within(Number(nth[2]), 1, 5, expression);
    return (year, month, day) =>
      weekday(year, month, day) === wanted && Math.ceil(day / 7) === week;
  }
  const names = WEEKDAYS;
  const days = new Set(
    parseField(field === 'L' ? '7' : field, { min: 1, max: 7, names, expression }),
  );
  return (year, month, day) => days.has(weekday(year, month, day));
}

interface Range {
  min: number;
  max: number;
  names: string[];
  expression: string;
}

/** The numbers that a field such as `0/15`, `MON-FRI` or `1,5-10` stands for, ascending. */
function parseField(field: string, range: Range): number[] {
  const numbers = new Set<number>();
  for (const item of field.split(',')) {
    const [span = '', step, ...rest] = item.split('/');
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) {
      throw invalidCron(range.expression);
    }
    const [from, to] = parseSpan(span, step !== undefined, range);
    for (let n = from; n <= to; n += Number(step ?? 1)) numbers.add(n);
  }
  return [...numbers].sort((a, b) => a - b);
}

function parseSpan(span: string, stepped: boolean, range: Range): [from: number, to: number] {
  if (span === '*') return [range.min, range.max];
  const ends = span.split('-');
  const [first = '', second] = ends;
  const from = parseNumber(first, range);
  if (second === undefined) return [from, stepped ? range.max : from];
  const to = parseNumber(second, range);
  if (ends.length > 2 || to < from) throw invalidCron(range.expression);
  return [from, to];
}

function parseNumber(text: string, { min, max, names, expression }: Range): number {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return named + 1;
  if (!/^\d+$/.test(text)) throw invalidCron(expression);
  return within(Number(text), min, max, expression);
}

function within(value: number, min: number, max: number, expression: string): number {
  if (value < min || value > max) throw invalidCron(expression);
  return value;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** 1 is Sunday. */
function weekday(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function nearestWeekday(year: number, month: number, wanted: number): number | undefined {
  const last = daysIn(year, month);
  if (wanted > last) return undefined;
  const day = weekday(year, month, wanted);
  if (day === 7) return wanted > 1 ? wanted - 1 : wanted + 2;
  if (day === 1) return wanted < last ? wanted + 1 : wanted - 2;
  return wanted;
}

function invalidCron(expression: string) {
  return validationError(
    `Parameter ScheduleExpression is not valid: cron(${expression}) is not six fields with one ? for the days.`,
  );
}
