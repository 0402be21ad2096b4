import type { Order } from '../../shared/order.ts';
import { addressLines, formatDelivery, greetingName } from './format.ts';
import { html } from './html.ts';
import { heading, layout, paragraph } from './layout.ts';
import { orderTable, orderText } from './order-table.ts';
import type { RenderedEmail } from './render-email.ts';

/** The order is paid and on its way to the warehouse. */
export function orderConfirmation(order: Order): RenderedEmail {
  const name = greetingName(order.customer.name);
  const title = name ? `Thank you, ${name}` : 'Thank you';
  const address = addressLines(order.shipping_address);
  const delivery = formatDelivery(order);
  const intro = `Your order ${order.order_number} is confirmed and paid.`;
  const outro = 'We will write again when it is on its way.';

  return {
    subject: `Order ${order.order_number} confirmed`,
    html: layout({
      preview: intro,
      title,
      content: html`${paragraph(html`Your order <strong>${order.order_number}</strong> is confirmed and paid.`)}
${orderTable(order)}
${heading('Delivery')}
${paragraph(html`${delivery}<br>${address.map((line) => html`${line}<br>`)}`)}
${paragraph(outro)}`,
    }),
    text: [
      `${title},`,
      intro,
      orderText(order),
      [`${delivery} to:`, ...address].join('\n'),
      outro,
      '',
    ].join('\n\n'),
  };
}
