import { styleText } from 'node:util';
import type { OrderView } from '../../lambdas/orders/order-view.ts';
import type { Check, Scenario } from './scenarios.ts';
import type { StepTrace } from './trace-order.ts';

const WIDTH = 78;

type Style = Parameters<typeof styleText>[0];

/** Colour where a terminal shows it; `NO_COLOR` and pipes get plain text. */
const paint = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout });

/** `11995` USD as `$119.95`. */
export function money(amount: number, currency = 'USD'): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(amount / 100);
}

export function drawTitle(index: number, { title, about }: Scenario, order: OrderView): string {
  const left = ` ${index}  ${title}`;
  const gap = ' '.repeat(Math.max(2, WIDTH - left.length - order.order_number.length));
  return `\n${paint('bold', left)}${gap}${paint('cyan', order.order_number)}\n    ${paint('dim', about)}`;
}

export function drawSteps(
  steps: StepTrace[],
  undo: StepTrace[],
  notes: Map<string, string>,
): string {
  const line = (mark: string, step: StepTrace) => {
    const tries = step.tries > 1 ? ` (${step.tries} tries)` : '';
    const note = step.error ? paint('yellow', step.error) : (notes.get(step.name) ?? '');
    return `    ${mark} ${step.name.padEnd(18)}${duration(step.ms).padStart(9)}  ${note}${tries}`;
  };
  const forward = steps.filter(({ name }) => name !== 'StartUndo');
  return [
    ...forward.map((step) => line(step.ok ? paint('green', '✔') : paint('red', '✘'), step)),
    ...undo.map((step) => line(step.ok ? paint('yellow', '↶') : paint('red', '✘'), step)),
  ].join('\n');
}

function duration(ms: number): string {
  if (ms < 10_000) return `${Math.round(ms)} ms`;
  return ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

export function drawChecks(checks: Check[]): string {
  return checks
    .map(
      ({ what, ok }) =>
        `    ${ok ? paint('green', '=') : paint('red', 'NOT AS IT SHOULD BE:')} ${what}`,
    )
    .join('\n');
}

export function drawSummary(orders: number, failed: number, seconds: number): string {
  const verdict =
    failed === 0
      ? paint('green', `All ${orders} orders ended as they should: money and stock add up.`)
      : paint('red', `${failed} of ${orders} orders did not end as they should.`);
  return `\n${verdict}  ${paint('dim', `${seconds.toFixed(1)} s`)}`;
}
