import type { Order } from '../../shared/order.ts';
import { formatLine, formatMoney, totalLines } from './format.ts';
import { type Html, html } from './html.ts';

const CELL = 'padding:10px 0;border-bottom:1px solid #e4e7ec;vertical-align:top;';
const AMOUNT = `${CELL}text-align:right;white-space:nowrap;padding-left:16px;`;

/** The order's lines and totals as a table. */
export function orderTable({ items, totals, currency }: Order): Html {
  const lines = items.map(
    (line) => html`<tr>
<td style="${CELL}word-break:break-word;">${formatLine(line)}<br><span style="color:#667085;font-size:13px;">${line.sku}</span></td>
<td style="${AMOUNT}">${formatMoney(line.total_price, currency)}</td>
</tr>`,
  );
  const sums = totalLines(totals, currency).map(({ label, value }) => {
    const style = label === 'Total' ? 'padding:10px 0;font-weight:700;' : 'padding:6px 0;';
    return html`<tr><td style="${style}">${label}</td><td style="${style}text-align:right;white-space:nowrap;padding-left:16px;">${value}</td></tr>`;
  });
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;">
${lines}
${sums}
</table>`;
}

/** The same as text. */
export function orderText({ items, totals, currency }: Order): string {
  const lines = items.map(
    (line) => `${formatLine(line)} (${line.sku}): ${formatMoney(line.total_price, currency)}`,
  );
  const sums = totalLines(totals, currency).map(({ label, value }) => `${label}: ${value}`);
  return [...lines, '', ...sums].join('\n');
}
