import type { Order, PaymentStatus } from '../../shared/order.ts';
import { greetingName, oneLine } from './format.ts';
import { html } from './html.ts';
import { heading, layout, paragraph } from './layout.ts';
import { orderTable, orderText } from './order-table.ts';
import type { RenderedEmail } from './render-email.ts';

const NOT_CHARGED =
  'You have not been charged. If your bank shows a pending amount, it disappears by itself within a few days.';

/** What became of the customer's money, as far as it is known; money that was taken and not yet returned is not spoken of. */
const MONEY: Record<PaymentStatus, string | undefined> = {
  pending: NOT_CHARGED,
  authorized: NOT_CHARGED,
  voided: NOT_CHARGED,
  failed: NOT_CHARGED,
  captured: undefined,
  refunded:
    'Your money has been returned. It may take your bank up to ten days to show it on your account.',
};

/** The payment did not come about, and so the order did not either. */
export function paymentProblem(order: Order): RenderedEmail {
  const name = greetingName(order.customer.name);
  const hello = name ? `Hello ${name},` : 'Hello,';
  const title = 'Your payment did not go through';
  const intro = `we could not take the payment for your order ${order.order_number}, so the order was not placed.`;
  const reason = order.failure ? oneLine(order.failure.message) : undefined;
  const money = MONEY[order.payment_status];
  const advice = 'You can order again with the same or another card.';

  return {
    subject: `Payment problem with order ${order.order_number}`,
    html: layout({
      preview: `Order ${order.order_number} was not placed.`,
      title,
      content: html`${paragraph(hello)}
${paragraph(intro)}
${reason === undefined ? undefined : paragraph(html`<strong>Reason:</strong> ${reason}`)}
${money === undefined ? undefined : paragraph(money)}
${paragraph(advice)}
${heading('What you wanted to order')}
${orderTable(order)}`,
    }),
    text: [
      hello,
      intro,
      ...(reason === undefined ? [] : [`Reason: ${reason}`]),
      ...(money === undefined ? [] : [money]),
      advice,
      `What you wanted to order:\n${orderText(order)}`,
      '',
    ].join('\n\n'),
  };
}
