import type { EmailTemplate } from '../../orders/announcements.ts';
import type { Order } from '../../shared/order.ts';
import { orderConfirmation } from './order-confirmation.ts';
import { paymentProblem } from './payment-problem.ts';

/** An e-mail's words: a pure function of its order. */
export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
}

const TEMPLATES: Record<EmailTemplate, (order: Order) => RenderedEmail> = {
  order_confirmation: orderConfirmation,
  payment_problem: paymentProblem,
};

export const EMAIL_TEMPLATES = Object.keys(TEMPLATES) as [EmailTemplate, ...EmailTemplate[]];

/** The e-mail that `template` makes of `order`. */
export function renderEmail(template: EmailTemplate, order: Order): RenderedEmail {
  return TEMPLATES[template](order);
}
