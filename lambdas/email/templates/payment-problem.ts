import type { Order } from '../../shared/order.ts';
import { greetingName, oneLine } from './format.ts';
import { html } from './html.ts';
import { heading, layout, paragraph } from './layout.ts';
import { orderTable, orderText } from './order-table.ts';
import type { RenderedEmail } from './render-email.ts';

const NOT_CHARGED =
  'You have not been charged. If your bank shows a pending amount, it disappears by itself within a few days.';

/** The payment did not come about, and so the order did not either. */
export function paymentProblem(order: Order): RenderedEmail {
  const name = greetingName(order.customer.name);
  const hello = name ? `Hello ${name},` : 'Hello,';
  const title = 'Your payment did not go through';
  const intro = `we could not take the payment for your order ${order.order_number}, so the order was not placed.`;
  const reason = order.failure ? oneLine(order.failure.message) : undefined;
  // Money that was taken is spoken of only when it is known to be back.
  const charged = order.payment_status === 'captured' ? undefined : NOT_CHARGED;
  const advice = 'You can order again with the same or another card.';

  return {
    subject: `Payment problem with order ${order.order_number}`,
    html: layout({
      preview: `Order ${order.order_number} was not placed.`,
      title,
      content: html`${paragraph(hello)}
${paragraph(intro)}
${reason === undefined ? undefined : paragraph(html`<strong>Reason:</strong> ${reason}`)}
${charged === undefined ? undefined : paragraph(charged)}
${paragraph(advice)}
${heading('What you wanted to order')}
${orderTable(order)}`,
    }),
    text: [
      hello,
      intro,
      ...(reason === undefined ? [] : [`Reason: ${reason}`]),
      ...(charged === undefined ? [] : [charged]),
      advice,
      `What you wanted to order:\n${orderText(order)}`,
      '',
    ].join('\n\n'),
  };
}
