import type { Json, JsonObject } from '../contracts.ts';
import { validationError } from './errors.ts';
import { parseJsonPath } from './json-path.ts';
import type { Target } from './target.ts';

/** What a template may refer to besides the event. */
export interface InputContext {
  ruleArn: string;
  ruleName: string;
  /** ISO 8601: when the event came in. */
  ingestionTime: string;
}

/** The text that a target is given for an event. */
export type RenderInput = (event: JsonObject, context: InputContext) => string;

const MAX_LENGTH = 8192;
const PLACEHOLDER = /<([A-Za-z0-9_.-]+)>/g;
const RESERVED: Record<string, (event: JsonObject, context: InputContext) => Json> = {
  'aws.events.rule-arn': (_event, { ruleArn }) => ruleArn,
  'aws.events.rule-name': (_event, { ruleName }) => ruleName,
  'aws.events.event.ingestion-time': (_event, { ingestionTime }) => ingestionTime,
  'aws.events.event': ({ detail: _detail, ...rest }) => rest,
  'aws.events.event.json': (event) => event,
};

/**
 * How `target` wants its input: the event as it is, `Input`, `InputPath` or `InputTransformer`.
 *
 * @throws ValidationException naming the target and what is wrong with its input.
 */
export function compileInput(target: Target): RenderInput {
  const { Id, Input, InputPath, InputTransformer } = target;
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1) {
    throw validationError(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    );
  }
  if (Input !== undefined) {
    if (!isJson(Input) || Input.length > MAX_LENGTH) {
      throw validationError(
        `JSON syntax error in input for target ${Id}, or over ${MAX_LENGTH} characters.`,
      );
    }
    return () => Input;
  }
  if (InputPath !== undefined) {
    const read = parseJsonPath(InputPath);
    if (!read) throw validationError(`InputPath ${InputPath} for target ${Id} is not a JSON path.`);
    return (event) => JSON.stringify(read(event) ?? null);
  }
  if (InputTransformer !== undefined) return compileTransformer(Id, InputTransformer);
  return (event) => JSON.stringify(event);
}

function compileTransformer(
  id: string,
  { InputPathsMap = {}, InputTemplate }: NonNullable<Target['InputTransformer']>,
): RenderInput {
  const variables = new Map<string, (event: JsonObject, context: InputContext) => Json | undefined>(
    Object.entries(RESERVED),
  );
  for (const [name, path] of Object.entries(InputPathsMap)) {
    const read = parseJsonPath(path);
    if (!read || name.toLowerCase().startsWith('aws.')) {
      throw validationError(`Invalid InputPathsMap for target ${id}: ${name} is ${path}.`);
    }
    variables.set(name, read);
  }
  for (const [, name = ''] of InputTemplate.matchAll(PLACEHOLDER)) {
    if (!variables.has(name)) {
      throw validationError(
        `Invalid InputTemplate for target ${id}: there is no variable <${name}> in InputPathsMap.`,
      );
    }
  }
  const render: RenderInput = (event, context) =>
    fillTemplate(InputTemplate, (name) => variables.get(name)?.(event, context));
  const empty: InputContext = { ruleArn: '', ruleName: '', ingestionTime: '' };
  if (
    InputTemplate.length > MAX_LENGTH ||
    (isJsonTemplate(InputTemplate) && !isJson(render({}, empty)))
  ) {
    throw validationError(
      `Invalid InputTemplate for target ${id}: it does not make JSON, or is over ${MAX_LENGTH} characters.`,
    );
  }
  return render;
}

/**
 * Puts values in the place of `<name>`. In a JSON template, a value outside of quotes becomes JSON, with quotes
 * of its own if it is a string; inside of quotes it becomes part of the string. In any other text a string stands
 * as it is. A path that the event lacks gives an empty string.
 */
function fillTemplate(template: string, valueOf: (name: string) => Json | undefined): string {
  const json = isJsonTemplate(template);
  let quoted = false;
  let output = '';
  let from = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    const before = template.slice(from, match.index);
    quoted = endsQuoted(before, quoted);
    const value = valueOf(match[1] ?? '') ?? '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    output += before;
    if (!json) output += text;
    else if (quoted) output += JSON.stringify(text).slice(1, -1);
    else output += JSON.stringify(value);
    from = match.index + match[0].length;
  }
  return output + template.slice(from);
}

/** Whether `text` ends inside a JSON string, given whether it began inside one. */
function endsQuoted(text: string, quoted: boolean): boolean {
  let inside = quoted;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') inside = !inside;
  }
  return inside;
}

function isJsonTemplate(template: string): boolean {
  return /^\s*(?:[{["]|<[^>]+>\s*$)/.test(template);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
