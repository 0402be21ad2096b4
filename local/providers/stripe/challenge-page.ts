import type Stripe from 'stripe';
import { escapeHtml, page } from '../pages/layout.ts';
import { formatAmount } from './currencies.ts';

const STYLE = `
  main { max-width: 25rem; margin: 0 auto; padding: 12vh 1rem 2rem; }
  .card { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 1.75rem;
    box-shadow: 0 12px 32px rgb(20 30 60 / 8%); }
  .bank { display: flex; justify-content: space-between; align-items: center; margin-bottom: 1.5rem;
    color: var(--soft); font-size: .875rem; }
  .badge { border: 1px solid var(--line); border-radius: 999px; padding: .1rem .6rem; font-size: .75rem; }
  h1 { font-size: 1.125rem; margin: 0 0 .25rem; }
  .amount { font-size: 2.25rem; font-weight: 650; letter-spacing: -.02em; margin: .75rem 0 1rem;
    font-variant-numeric: tabular-nums; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; margin: 0 0 1.5rem; font-size: .875rem; }
  dt { color: var(--soft); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
  button { display: block; width: 100%; border-radius: 9px; padding: .8rem 1rem; font: inherit; font-weight: 600;
    cursor: pointer; border: 1px solid transparent; }
  .pass { background: #4f46e5; color: #fff; margin-bottom: .6rem; }
  .fail { background: transparent; color: var(--ink); border-color: var(--line); }
  button:hover { filter: brightness(1.06); } button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  .note { text-align: center; margin: 1.25rem 0 0; }
  .good { color: var(--good); } .bad { color: var(--bad); }
`;

/** Without a description the shop's own notes say what is being paid. */
const MAX_METADATA = 4;

/** The bank's question in 3D Secure, with the two answers that a customer can give. */
export function challengePage(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod | undefined,
): string {
  const amount = formatAmount(intent.amount, intent.currency);
  const about: [string, string][] =
    intent.description === null
      ? Object.entries(intent.metadata).slice(0, MAX_METADATA)
      : [['For', intent.description]];
  const card = method?.card;
  const action = (answer: string) => `/3ds/${encodeURIComponent(intent.id)}/${answer}`;
  return page(
    `Confirm ${amount}`,
    STYLE,
    `<main>
<section class="card">
  <div class="bank"><span>Local Test Bank</span><span class="badge">3D Secure</span></div>
  <h1>Is this you?</h1>
  <div>Confirm this payment with your bank.</div>
  <div class="amount">${escapeHtml(amount)}</div>
  <dl>
    ${about.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('\n    ')}
    ${card ? `<dt>Card</dt><dd>${escapeHtml(card.brand.toUpperCase())} •••• ${escapeHtml(card.last4)}</dd>` : ''}
    <dt>Reference</dt><dd>…${escapeHtml(intent.id.slice(-8))}</dd>
  </dl>
  <form method="post" action="${escapeHtml(action('pass'))}"><button class="pass">Yes, pay ${escapeHtml(amount)}</button></form>
  <form method="post" action="${escapeHtml(action('fail'))}"><button class="fail">No, refuse it</button></form>
</section>
<p class="note">A test page of the local cloud. No money moves.</p>
</main>`,
  );
}

/** What the customer sees after the answer when the shop gave no page to return to, or when there is nothing to ask. */
export function challengeEndedPage(intent: Stripe.PaymentIntent): string {
  const paid = intent.status === 'succeeded' || intent.status === 'requires_capture';
  const text = paid
    ? 'Your bank confirmed the payment.'
    : intent.status === 'requires_payment_method'
      ? 'The payment was refused.'
      : `This payment needs no confirmation (${intent.status}).`;
  return page(
    'Payment confirmation',
    STYLE,
    `<main>
<section class="card">
  <div class="bank"><span>Local Test Bank</span><span class="badge">3D Secure</span></div>
  <h1 class="${paid ? 'good' : 'bad'}">${escapeHtml(text)}</h1>
  <div class="amount">${escapeHtml(formatAmount(intent.amount, intent.currency))}</div>
  <div>You can close this page and go back to the shop.</div>
</section>
</main>`,
  );
}

export function noChallengePage(id: string): string {
  return page(
    'No such payment',
    STYLE,
    `<main><section class="card"><h1>No such payment</h1><div>There is no payment ${escapeHtml(id)} here.</div></section></main>`,
  );
}
