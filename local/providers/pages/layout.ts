const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe inside HTML, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const STYLE = `
  :root { color-scheme: light dark; --ink: #1a1f36; --soft: #697386; --line: #e3e8ee; --paper: #fff; --ground: #f6f9fc;
    --accent: #4f46e5; --good: #0e7a4b; --bad: #b3093c; }
  @media (prefers-color-scheme: dark) { :root { --ink: #eef1f6; --soft: #9aa5b8; --line: #2d3548; --paper: #171d2b;
    --ground: #0e131f; --accent: #8b85ff; --good: #4cc38a; --bad: #ff6b8b; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
    font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
  a { color: inherit; }
  .note { color: var(--soft); font-size: .8125rem; }
`;

/** A whole page. `body` and `style` are HTML and CSS already; `title` is text. */
export function page(title: string, style: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
