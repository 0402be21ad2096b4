import { escapeHtml, page } from '../pages/layout.ts';
import type { ReceivedMail } from './mailbox.ts';
import type { Address } from './validate-mail.ts';

const STYLE = `
  main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1rem 4rem; }
  header { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem; margin-bottom: 1rem; }
  h1 { font-size: 1.375rem; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere; }
  .list, .mail { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; overflow: hidden;
    box-shadow: 0 8px 24px rgb(20 30 60 / 5%); }
  .list { list-style: none; margin: 0; padding: 0; }
  .list li + li { border-top: 1px solid var(--line); }
  .list a { display: grid; grid-template-columns: 14rem 1fr auto; gap: .25rem 1rem; padding: .8rem 1.1rem;
    align-items: baseline; text-decoration: none; }
  .list a:hover, .list a:focus-visible { background: var(--ground); outline: none; }
  .to { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .subject { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  time { color: var(--soft); font-size: .8125rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
  .empty { padding: 3.5rem 1rem; text-align: center; color: var(--soft); }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1.25rem; margin: 0; padding: 1.1rem; font-size: .9rem;
    border-bottom: 1px solid var(--line); }
  dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
  iframe { display: block; width: 100%; height: 26rem; border: 0; background: #fff; }
  h2 { font-size: .75rem; text-transform: uppercase; letter-spacing: .08em; color: var(--soft); margin: 0;
    padding: .7rem 1.1rem .2rem; }
  pre { margin: 0; padding: .4rem 1.1rem 1.2rem; white-space: pre-wrap; overflow-wrap: anywhere;
    font: .875rem/1.55 ui-monospace, SFMono-Regular, Menlo, monospace; }
  .part + .part { border-top: 1px solid var(--line); }
  @media (max-width: 40rem) { .list a { grid-template-columns: 1fr auto; } .subject { grid-column: 1 / -1; grid-row: 2; } }
`;

/** The mails that the local SendGrid has accepted, newest first. */
export function inboxPage(mails: readonly ReceivedMail[], total: number): string {
  const rows = mails.map(
    (mail) => `<li><a href="/inbox/${encodeURIComponent(mail.id)}">
<span class="to">${escapeHtml(mail.to.map(({ email }) => email).join(', '))}</span>
<span class="subject">${escapeHtml(mail.subject || '(no subject)')}</span>
${when(mail)}</a></li>`,
  );
  const shown = mails.length < total ? `the newest ${mails.length} of ${total}` : `${total}`;
  return page(
    'Inbox',
    STYLE,
    `<main>
<header><h1>Inbox</h1><span class="note">${escapeHtml(shown)} ${total === 1 ? 'mail' : 'mails'}</span></header>
${rows.length > 0 ? `<ul class="list">${rows.join('\n')}</ul>` : '<div class="list empty">No mail yet. What the shop sends lands here.</div>'}
</main>`,
  );
}

/** One mail: who, what, and both of its parts. Its HTML is shown in a frame that may run no script. */
export function mailPage(mail: ReceivedMail): string {
  const row = (name: string, value: string) =>
    value === '' ? '' : `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`;
  const args = Object.entries(mail.custom_args).map(([name, value]) => `${name}: ${value}`);
  return page(
    mail.subject || 'Mail',
    STYLE,
    `<main>
<header><h1>${escapeHtml(mail.subject || '(no subject)')}</h1><a class="note" href="/">All mail</a></header>
<article class="mail">
<dl>
${row('From', addresses([mail.from]))}
${row('To', addresses(mail.to))}
${row('Cc', addresses(mail.cc))}
${row('Bcc', addresses(mail.bcc))}
<dt>Sent</dt><dd>${when(mail)}</dd>
${row('Arguments', args.join(', '))}
${row('Template', mail.template_id ?? '')}
</dl>
${mail.html === null ? '' : `<section class="part"><h2>HTML</h2><iframe sandbox title="The mail as HTML" srcdoc="${escapeHtml(mail.html)}"></iframe></section>`}
${mail.text === null ? '' : `<section class="part"><h2>Text</h2><pre>${escapeHtml(mail.text)}</pre></section>`}
</article>
</main>`,
  );
}

export function noMailPage(): string {
  return page(
    'No such mail',
    STYLE,
    '<main><header><h1>No such mail</h1><a class="note" href="/">All mail</a></header></main>',
  );
}

function when({ at }: ReceivedMail): string {
  return `<time datetime="${escapeHtml(at)}">${escapeHtml(at.slice(0, 16).replace('T', ' '))} UTC</time>`;
}

function addresses(list: readonly Address[]): string {
  return list.map(({ email, name }) => (name ? `${name} <${email}>` : email)).join(', ');
}
