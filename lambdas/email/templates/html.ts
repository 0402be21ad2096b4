/** HTML that may stand in a page as it is. Only `html` makes it. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Fragment = Html | string | number | readonly Html[] | undefined;

/**
 * Writes HTML in which every inserted text is escaped, in elements and in quoted attributes.
 * @example html`<p>${customer.name}</p>`
 */
export function html(literals: TemplateStringsArray, ...fragments: Fragment[]): Html {
  const parts = literals.map((literal, i) => literal + markupOf(fragments[i]));
  return new Html(parts.join(''));
}

function markupOf(fragment: Fragment): string {
  if (fragment === undefined) return '';
  if (fragment instanceof Html) return fragment.markup;
  if (typeof fragment === 'object') return fragment.map(({ markup }) => markup).join('');
  return escaped(String(fragment));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
