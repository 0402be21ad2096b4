import { type Form, isForm } from '../http/form.ts';
import { badParam, missingParam } from './errors.ts';

/** Refuses a parameter that Stripe does not have at this endpoint. */
export function allowOnly(params: Form, names: ReadonlySet<string>): void {
  const unknown = Object.keys(params).filter((name) => !names.has(name));
  if (unknown.length === 0) return;
  const word = unknown.length > 1 ? 'parameters' : 'parameter';
  throw badParam(
    `Received unknown ${word}: ${unknown.join(', ')}`,
    unknown[0],
    'parameter_unknown',
  );
}

/** A text parameter; `''` (which unsets) and absence are both undefined. */
export function textOf(params: Form, name: string): string | undefined {
  const value = params[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw badParam(`Invalid string: ${name}`, name);
  if (value.length > 5000)
    throw badParam(`Invalid string: ${name}; must be at most 5000 characters`, name);
  return value;
}

export function requiredText(params: Form, name: string): string {
  const value = textOf(params, name);
  if (value === undefined) throw missingParam(name);
  return value;
}

/** A whole number; anything else is `parameter_invalid_integer`. */
export function integerOf(params: Form, name: string): number | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[+-]?\d{1,15}$/.test(value)) {
    throw badParam(
      `Invalid integer: ${typeof value === 'string' ? value : name}`,
      name,
      'parameter_invalid_integer',
    );
  }
  return Number(value);
}

export function positiveIntegerOf(params: Form, name: string): number | undefined {
  const value = integerOf(params, name);
  if (value !== undefined && value < 1) {
    throw badParam(
      'This value must be greater than or equal to 1.',
      name,
      'parameter_invalid_integer',
    );
  }
  return value;
}

export function flagOf(params: Form, name: string): boolean {
  const value = params[name];
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw badParam(`Invalid boolean: ${typeof value === 'string' ? value : name}`, name);
}

export function choiceOf<T extends string>(
  params: Form,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = textOf(params, name);
  if (value === undefined) return undefined;
  const choice = choices.find((one) => one === value);
  if (choice === undefined) {
    throw badParam(`Invalid ${name}: must be one of ${choices.join(', ')}`, name);
  }
  return choice;
}

export function listOf(params: Form, name: string): string[] | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw badParam(`Invalid array`, name);
  return value.filter((item) => typeof item === 'string');
}

export function formOf(params: Form, name: string): Form | undefined {
  const value = params[name];
  if (value === undefined || value === '') return undefined;
  if (!isForm(value)) throw badParam(`Invalid object`, name);
  return value;
}

/**
 * `metadata` merged into what the object has: a key set to `''` goes, `metadata=` empties it. At most 50 keys,
 * names of at most 40 characters, values of at most 500 (docs.stripe.com/api/metadata).
 */
export function metadataOf(
  params: Form,
  existing: Record<string, string> = {},
): Record<string, string> {
  const given = params['metadata'];
  if (given === undefined) return existing;
  if (given === '') return {};
  if (!isForm(given)) throw badParam('Invalid object', 'metadata');
  const merged = { ...existing };
  for (const [name, value] of Object.entries(given)) {
    const param = `metadata[${name}]`;
    if (typeof value !== 'string') throw badParam('Metadata values must be strings', param);
    if (name.length > 40) {
      throw badParam(
        `Invalid metadata key: '${name}'; keys can be at most 40 characters long`,
        'metadata',
      );
    }
    if (value.length > 500) {
      throw badParam(
        `Metadata values can have up to 500 characters, but you passed in a value that is ${value.length} characters.`,
        param,
      );
    }
    if (value === '') delete merged[name];
    else merged[name] = value;
  }
  if (Object.keys(merged).length > 50) {
    throw badParam('You can have up to 50 metadata keys on an object', 'metadata');
  }
  return merged;
}
