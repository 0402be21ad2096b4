import { type Html, html } from './html.ts';

export interface Page {
  /** The line that mail programs show beside the subject. */
  preview: string;
  title: string;
  content: Html;
}

/** The frame of every e-mail: tables and inline styles, which is what mail programs understand. */
export function layout({ preview, title, content }: Page): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${title}</title>
</head>
<body style="margin:0;padding:0;background:#f2f4f7;color:#1d2939;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;">
<div style="display:none;max-height:0;overflow:hidden;">${preview}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f7;">
<tr><td align="center" style="padding:32px 12px;">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;background:#ffffff;border:1px solid #e4e7ec;border-radius:12px;">
<tr><td style="padding:24px 32px;border-bottom:1px solid #e4e7ec;font-weight:700;font-size:18px;color:#0b4a6f;">FastCart</td></tr>
<tr><td style="padding:32px;">
<h1 style="margin:0 0 16px;font-size:24px;line-height:32px;color:#101828;">${title}</h1>
${content}
</td></tr>
<tr><td style="padding:20px 32px;border-top:1px solid #e4e7ec;color:#667085;font-size:13px;line-height:20px;">You get this e-mail because an order was placed with this address.</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
  return page.markup;
}

/** A paragraph of the content. */
export function paragraph(content: Html | string): Html {
  return html`<p style="margin:0 0 16px;">${content}</p>`;
}

/** A heading over a part of the content. */
export function heading(text: string): Html {
  return html`<h2 style="margin:24px 0 8px;font-size:15px;line-height:20px;color:#475467;">${text}</h2>`;
}
