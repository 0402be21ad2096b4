import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Colour where a terminal shows it; `NO_COLOR` and pipes get plain text. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export interface Cell {
  text: string;
  style?: Style;
}

/**
 * Lines of a table under a dim header, if there is anything in it. The first column is aligned to the left and so are those whose header ends
 * with a blank; numbers to the right.
 */
export function drawTable(header: string[], rows: (string | Cell)[][]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)),
  );
  const widths = header.map((title, column) =>
    Math.max(title.trimEnd().length, ...cells.map((row) => row[column]?.text.length ?? 0)),
  );
  const toLeft = (column: number) => column === 0 || (header[column] ?? '').endsWith(' ');
  const line = (row: Cell[]) => {
    const drawn = row.map(({ text, style }, column) => {
      const width = widths[column] ?? 0;
      const isLast = column === row.length - 1;
      const padded = !toLeft(column) ? text.padStart(width) : isLast ? text : text.padEnd(width);
      return style ? paint(style, padded) : padded;
    });
    return `  ${drawn.join('   ')}`.trimEnd();
  };
  const titles = header.map((title): Cell => ({ text: title.trimEnd(), style: 'dim' }));
  const hasTitles = titles.some(({ text }) => text !== '');
  return [...(hasTitles ? [titles] : []), ...cells].map(line).join('\n');
}

export function drawTitle(title: string, about = ''): string {
  return `\n${paint('bold', title)}${about && `  ${paint('dim', about)}`}`;
}

/** `1234.56` as `1,235`, `12.34` as `12.3`, or with as many `digits` as told. */
export function number(value: number, digits = value < 100 ? 1 : 0): string {
  return new Intl.NumberFormat('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

export const ms = (value: number): string => `${number(value, value < 10 ? 1 : 0)} ms`;
