/** A decoded form: text, lists and objects nested as their brackets say. */
export type Form = { [name: string]: FormValue };
export type FormValue = string | FormValue[] | Form;

const MAX_DEPTH = 8;

/**
 * Decodes `a=1&b[c]=2&d[]=3&e[0][f]=4`, the encoding of Stripe's API, as query or body.
 * Names like `__proto__` are plain names: objects have no prototype.
 */
export function parseForm(text: string): Form {
  const form = emptyForm();
  if (text === '') return form;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    if (name.includes('[')) set(form, splitName(name), value);
    else form[name] = value;
  }
  return collectLists(form);
}

/** An object, and not text or a list. */
export function isForm(value: FormValue | undefined): value is Form {
  return typeof value === 'object' && !Array.isArray(value);
}

function emptyForm(): Form {
  return Object.create(null) as Form;
}

function splitName(name: string): string[] {
  const open = name.indexOf('[');
  const path = [name.slice(0, open)];
  for (const match of name.slice(open).matchAll(/\[([^\]]*)\]/g)) path.push(match[1] ?? '');
  return path.slice(0, MAX_DEPTH);
}

function set(form: Form, path: string[], value: string): void {
  let at = form;
  for (const name of path.slice(0, -1)) {
    const next = at[name];
    if (isForm(next)) at = next;
    else {
      const made = emptyForm();
      at[name] = made;
      at = made;
    }
  }
  const last = path.at(-1) ?? '';
  // `d[]=3&d[]=4`: each stands at the next free place.
  at[last === '' ? String(Object.keys(at).length) : last] = value;
}

function collectLists(form: Form): Form {
  for (const name of Object.keys(form)) {
    const value = form[name];
    if (!isForm(value)) continue;
    const inner = collectLists(value);
    const keys = Object.keys(inner);
    const isList = keys.length > 0 && keys.every((key, i) => key === String(i));
    form[name] = isList ? keys.map((key) => inner[key] as FormValue) : inner;
  }
  return form;
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
