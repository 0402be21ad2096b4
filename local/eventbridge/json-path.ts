import type { Json } from '../contracts.ts';

/** Reads a value; `undefined` when there is none at the path. */
export type ReadPath = (value: Json) => Json | undefined;

const STEP = /\.([A-Za-z0-9_/-]+|\*)|\[(\d+|\*)\]/y;

/**
 * EventBridge's JSON paths: `$`, names after dots, list indices, and `*`, which gives a list of all that match.
 * `undefined` for anything else.
 */
export function parseJsonPath(path: string): ReadPath | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match) return undefined;
    const index = match[2];
    steps.push(match[1] ?? (index === '*' || index === undefined ? '*' : Number(index)));
  }
  if (!steps.includes('*')) {
    return (value) => steps.reduce<Json | undefined>(child, value);
  }
  return (value) =>
    steps.reduce<Json[]>(
      (values, step) =>
        values.flatMap((item) => (step === '*' ? all(item) : present(child(item, step)))),
      [value],
    );
}

function child(value: Json | undefined, step: string | number): Json | undefined {
  if (value === undefined || value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined;
  return typeof step === 'string' && Object.hasOwn(value, step) ? value[step] : undefined;
}

function all(value: Json): Json[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function present(value: Json | undefined): Json[] {
  // A list is an item of its own: flatMap must not take it apart.
  return value === undefined ? [] : [value];
}
