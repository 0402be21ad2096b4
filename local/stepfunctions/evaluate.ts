import jsonata from 'jsonata';
import type { Json, JsonObject } from '../contracts.ts';
import { type AstNode, compileFast, MISS } from './fast-expression.ts';
import { registerAwsFunctions } from './jsonata-functions.ts';
import { QueryEvaluationError } from './states-error.ts';

/** What an expression may read: `$states` and the variables assigned so far. */
export interface Scope {
  states: {
    input: Json;
    context: JsonObject;
    result?: Json;
    errorOutput?: JsonObject;
  };
  variables: JsonObject;
}

/** A compiled `{% ... %}`. */
export interface Expression {
  readonly source: string;
  /** The field it stands in, as `Arguments/Payload/order`. */
  readonly location: string;
  readonly ast: AstNode;
  run(scope: Scope): unknown;
}

/** A JSON value with expressions in it, compiled once. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'array'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, Template])[] };

// Neither is AWS's figure (it has none in print); they keep a runaway expression from stopping the whole process.
const GUARDS = { timeout: 5_000, stack: 5_000 };

/** Whether a string of a definition is an expression. The markers stand at its very ends. */
export function isExpression(text: string): boolean {
  return text.length >= 4 && text.startsWith('{%') && text.endsWith('%}');
}

/**
 * Compiles `value`, found at `location`; `now` is the clock, in milliseconds, for `$now` and `$millis`.
 * @throws JsonataSyntaxError for an expression that doesn't parse
 */
export function compileTemplate(value: Json, location: string, now: () => number): Template {
  if (typeof value === 'string' && isExpression(value))
    return { kind: 'expression', expression: compileExpression(value, location, now) };
  if (Array.isArray(value)) {
    const items = value.map((item, at) => compileTemplate(item, `${location}[${at}]`, now));
    return items.every((item) => item.kind === 'constant')
      ? { kind: 'constant', value }
      : { kind: 'array', items };
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([key, item]) => [key, compileTemplate(item, `${location}/${key}`, now)] as const,
    );
    return fields.every(([, field]) => field.kind === 'constant')
      ? { kind: 'constant', value }
      : { kind: 'object', fields };
  }
  return { kind: 'constant', value };
}

/** An expression of a definition that isn't JSONata. */
export class JsonataSyntaxError extends Error {
  readonly location: string;

  constructor(location: string, message: string) {
    super(message);
    this.location = location;
  }
}

function compileExpression(text: string, location: string, now: () => number): Expression {
  const source = text.slice(2, -2).trim();
  let compiled: jsonata.Expression;
  try {
    compiled = jsonata(source, GUARDS);
  } catch (error) {
    throw new JsonataSyntaxError(location, `'${source}' is not JSONata: ${messageOf(error)}`);
  }
  registerAwsFunctions(compiled, now);
  const ast = compiled.ast() as unknown as AstNode;
  const fast = compileFast(ast);
  return {
    source,
    location,
    ast,
    run(scope) {
      const value = fast ? fast(scope) : MISS;
      if (value !== MISS) return value;
      return compiled.evaluate(undefined, { ...scope.variables, states: scope.states });
    },
  };
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  const { message } = Object(error);
  return typeof message === 'string' ? message : String(error);
}

/**
 * Evaluates a template.
 * @throws QueryEvaluationError when an expression fails or gives nothing (or a function)
 */
export async function evaluate(template: Template, scope: Scope): Promise<Json> {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'expression':
      return evaluateExpression(template.expression, scope);
    case 'array': {
      const items: Json[] = [];
      for (const item of template.items)
        items.push(item.kind === 'constant' ? item.value : await evaluate(item, scope));
      return items;
    }
    case 'object': {
      const result: JsonObject = {};
      for (const [key, field] of template.fields)
        result[key] = field.kind === 'constant' ? field.value : await evaluate(field, scope);
      return result;
    }
  }
}

async function evaluateExpression(expression: Expression, scope: Scope): Promise<Json> {
  const { source, location } = expression;
  const told = `The JSONata expression '${source}' specified for the field '${location}'`;
  let value: unknown;
  try {
    value = expression.run(scope);
    if (value instanceof Promise) value = toJson(await value);
  } catch (error) {
    throw new QueryEvaluationError(
      location,
      `${told} threw an error during evaluation. ${codeOf(error)}${messageOf(error)}`,
    );
  }
  if (value === undefined)
    throw new QueryEvaluationError(location, `${told} returned nothing (undefined).`);
  if (isFunction(value))
    throw new QueryEvaluationError(location, `${told} returned an unsupported result type.`);
  return value as Json;
}

/** JSONata marks its arrays as sequences; a value that lives on must be JSON and nothing else. */
function toJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isFunction(value)) return value;
  return JSON.parse(JSON.stringify(value));
}

function codeOf(error: unknown): string {
  const { code } = Object(error);
  return typeof code === 'string' ? `${code}: ` : '';
}

function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    ('_jsonata_function' in value || '_jsonata_lambda' in value)
  );
}

type Kind = 'number' | 'string' | 'boolean' | 'array' | 'object';

/** What a value is called in AWS's messages. */
function kindOf(value: Json): Kind | 'null' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as Kind;
}

/** Checks that the value of `template` is of one of the `kinds` that its field takes. @throws QueryEvaluationError */
export function expectKind(template: Template, location: string, value: Json, kinds: Kind[]): void {
  const kind = kindOf(value);
  if (kinds.some((one) => one === kind)) return;
  const source =
    template.kind === 'expression' ? template.expression.source : JSON.stringify(value);
  throw new QueryEvaluationError(
    location,
    `The JSONata expression '${source}' specified for the field '${location}' returned an unexpected result type. ` +
      `Expected '${kinds.join("' or '")}', but was '${kind}' for value: ${JSON.stringify(value)}`,
  );
}
