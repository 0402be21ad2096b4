import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { formatMoney, greetingName } from '../../lambdas/email/templates/format.ts';
import { EMAIL_TEMPLATES, renderEmail } from '../../lambdas/email/templates/render-email.ts';
import type { Currency, MinorUnits } from '../../lambdas/shared/money.ts';
import type { Totals } from '../../lambdas/shared/order.ts';
import { aLine, anOrder, HOME } from '../shipping/an-order.ts';

const amount = (value: number) => value as MinorUnits;
const TOTALS: Totals = {
  subtotal: amount(5998),
  discount: amount(500),
  shipping: amount(795),
  tax: amount(541),
  total: amount(6834),
};
const paid = anOrder({
  totals: TOTALS,
  payment_status: 'captured',
  shipping: { method: 'express', carrier: 'ups', service: 'x', amount: amount(795), days: 2 },
  shipping_method: 'express',
});

describe('the confirmation', () => {
  const { subject, html, text } = renderEmail('order_confirmation', paid);

  it('names the order in its subject, and nothing that a stranger could write', () => {
    expect(subject).toBe('Order ORD-2026-7K3QX9 confirmed');
  });

  it.each([
    'ORD-2026-7K3QX9',
    'T-shirt, blue, M',
    'TSHIRT-BLU-M',
    '$59.98',
    '-$5.00',
    '$7.95',
    '$5.41',
    '$68.34',
    'Express delivery, about 2 working days',
    HOME.street,
    'Ada Lovelace',
  ])('says %s as page and as text', (words) => {
    expect(html).toContain(words);
    expect(text).toContain(words);
  });

  it('leaves out a discount that there is not', () => {
    const order = anOrder({ totals: { ...TOTALS, discount: amount(0) } });

    expect(renderEmail('order_confirmation', order).text).not.toContain('Discount');
  });
});

describe('the payment problem', () => {
  const failure = { code: 'PaymentDeclined', message: 'Your card was declined.', step: 'x' };

  it('tells the reason and that nothing was charged', () => {
    const { html, text } = renderEmail(
      'payment_problem',
      anOrder({ failure, payment_status: 'failed' }),
    );

    for (const body of [html, text]) {
      expect(body).toContain('Your card was declined.');
      expect(body).toContain('You have not been charged.');
    }
  });

  it.each(['captured', 'refunded'] as const)(
    'does not say that nothing was charged when it was (%s)',
    (payment_status) => {
      const { text } = renderEmail('payment_problem', anOrder({ payment_status }));

      expect(text).not.toContain('not been charged');
      expect(text.includes('has been returned')).toBe(payment_status === 'refunded');
    },
  );

  it('copes with an order of which nothing more is known', () => {
    expect(renderEmail('payment_problem', anOrder()).text).toContain('Subtotal: $59.98');
  });
});

describe('hostile text', () => {
  const HOSTILE = `<script>alert(1)</script>" onload='x' &amp; \r\nBcc: all@example.com`;
  const order = anOrder({
    items: [aLine({ name: HOSTILE })],
    customer: { email: 'a@example.com', name: '<img src=x onerror=alert(1)>' },
    shipping_address: { ...HOME, street: HOSTILE, city: '</table>' },
    failure: { code: 'X', message: HOSTILE, step: 'x' },
  });

  it.each(EMAIL_TEMPLATES)('stays text in %s', (template) => {
    const { html, text } = renderEmail(template, order);

    expect(html).not.toMatch(/<script|<img|onload='/);
    expect(html).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39; &amp;amp;',
    );
    expect(html.match(/<\/table>/g)).toHaveLength(html.match(/<table/g)?.length ?? 0);
    expect(text).not.toMatch(/^Bcc:/m);
  });

  it.each(EMAIL_TEMPLATES)('adds no markup to %s, whatever the names are', (template) => {
    const tags = (name: string) =>
      renderEmail(template, anOrder({ items: [aLine({ name })] })).html.match(/<[^>]*>/g)?.length;

    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(tags(name)).toBe(tags('x'));
      }),
    );
  });
});

describe('greetingName', () => {
  it.each(['Ada', 'J. R. R. Tolkien', "Siobhán O'Neill", '李小龙', 'Jean-Luc  Picard'])(
    'greets %s',
    (name) => {
      expect(greetingName(name)).toBe(name.replace('  ', ' '));
    },
  );

  it.each([
    'Win at https://evil.example',
    'www.evil.example',
    'evil.example',
    'a@b',
    'x'.repeat(61),
    ' \n ',
  ])('does not carry %j', (name) => {
    expect(greetingName(name)).toBeUndefined();
  });
});

describe('formatMoney', () => {
  it.each([
    [1999, 'USD', '$19.99'],
    [5, 'USD', '$0.05'],
    [500, 'JPY', '¥500'],
    [5000, 'KWD', 'KWD\u00a05.000'],
    [150_00, 'ISK', 'ISK\u00a0150.00'],
    [100_000, 'EUR', '€1,000.00'],
    [Number.MAX_SAFE_INTEGER, 'USD', '$90,071,992,547,409.91'],
  ])('writes %i %s as %s', (value, currency, text) => {
    expect(formatMoney(amount(value), currency as Currency)).toBe(text);
  });
});
