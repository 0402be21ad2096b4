import type { Assignments, Leaving, Machine, State } from './definition.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Expression, Template } from './evaluate.ts';
import type { AstNode } from './fast-expression.ts';
import { AWS_FUNCTIONS } from './jsonata-functions.ts';

// https://docs.jsonata.org/overview: what the language itself defines ($eval is taken away by Step Functions).
const BUILT_IN = new Set([
  ...AWS_FUNCTIONS,
  ...'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad'.split(
    ' ',
  ),
  ...'match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil'.split(
    ' ',
  ),
  ...'round abs sqrt power boolean not map zip filter single reduce sift keys lookup append exists spread merge'.split(
    ' ',
  ),
  ...'reverse each error assert type sort shuffle distinct base64encode base64decode encodeUrlComponent'.split(
    ' ',
  ),
  ...'encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis clone now millis'.split(' '),
]);

type Names = ReadonlySet<string>;
type Fields = 'input' | 'context' | 'result' | 'errorOutput';

const BEFORE: readonly Fields[] = ['input', 'context'];
const AFTER: readonly Fields[] = ['input', 'context', 'result'];
const CAUGHT: readonly Fields[] = ['input', 'context', 'errorOutput'];

/**
 * Checks what the expressions of a machine refer to: `$states` only where AWS fills it in, and only variables that
 * some way to the state may have assigned. `outer` are the variables of the machines around this one.
 */
export function checkReferences(
  machine: Machine,
  found: Diagnostics,
  outer: Names = new Set(),
  path = '',
): void {
  const before = assignedBefore(machine);
  for (const state of machine.states.values()) {
    const variables = new Set([...outer, ...(before.get(state.name) ?? [])]);
    const at = `${path}/States/${state.name}`;
    for (const [template, fields] of templatesOf(state))
      for (const expression of expressionsOf(template))
        checkExpression(expression, fields, variables, (message) =>
          found.error(`${at}/${expression.location}`, `state '${state.name}': ${message}`),
        );
    if (state.type === 'Parallel')
      for (const [index, branch] of state.branches.entries())
        checkReferences(branch, found, variables, `${at}/Branches[${index}]`);
    if (state.type === 'Map')
      checkReferences(state.processor, found, variables, `${at}/ItemProcessor`);
  }
}

/** The variables that may have been assigned when a state of `machine` is entered, by its states before it. */
function assignedBefore(machine: Machine): Map<string, Set<string>> {
  const before = new Map<string, Set<string>>([[machine.startAt, new Set()]]);
  const open = [machine.startAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = machine.states.get(name);
    const here = before.get(name) ?? new Set();
    for (const [target, assign] of state ? edgesOf(state) : []) {
      const known = before.get(target);
      const there = new Set([...(known ?? []), ...here, ...assign.map(([variable]) => variable)]);
      if (known && there.size === known.size) continue;
      before.set(target, there);
      open.push(target);
    }
  }
  return before;
}

function edgesOf(state: State): [string, Assignments][] {
  const edges: [string, Assignments][] = [];
  if ('next' in state && state.next) edges.push([state.next, state.assign]);
  if ('catch' in state) for (const one of state.catch) edges.push([one.next, one.assign]);
  if (state.type === 'Choice') {
    for (const rule of state.choices) edges.push([rule.next, rule.assign]);
    if (state.default) edges.push([state.default, state.assign]);
  }
  return edges;
}

/** Every template of a state, and what of `$states` it may read. */
function templatesOf(state: State): [Template | undefined, readonly Fields[]][] {
  const leaving = (
    one: Leaving,
    fields: readonly Fields[],
  ): [Template | undefined, readonly Fields[]][] => [
    [one.output, fields],
    ...one.assign.map(([, template]) => [template, fields] as [Template, readonly Fields[]]),
  ];
  const guarded = 'catch' in state ? state.catch.flatMap((one) => leaving(one, CAUGHT)) : [];
  switch (state.type) {
    case 'Pass':
      return leaving(state, BEFORE);
    case 'Wait':
      return [[state.seconds, BEFORE], [state.timestamp, BEFORE], ...leaving(state, BEFORE)];
    case 'Choice':
      return [
        ...leaving(state, BEFORE),
        ...state.choices.flatMap((rule): [Template | undefined, readonly Fields[]][] => [
          [rule.condition, BEFORE],
          ...leaving(rule, BEFORE),
        ]),
      ];
    case 'Succeed':
      return [[state.output, BEFORE]];
    case 'Fail':
      return [
        [state.error, BEFORE],
        [state.cause, BEFORE],
      ];
    case 'Task':
      return [
        [state.arguments, BEFORE],
        [state.timeoutSeconds, BEFORE],
        [state.heartbeatSeconds, BEFORE],
        ...leaving(state, AFTER),
        ...guarded,
      ];
    case 'Parallel':
      return [[state.arguments, BEFORE], ...leaving(state, AFTER), ...guarded];
    case 'Map':
      return [
        [state.items, BEFORE],
        [state.itemSelector, BEFORE],
        [state.maxConcurrency, BEFORE],
        [state.toleratedFailureCount, BEFORE],
        [state.toleratedFailurePercentage, BEFORE],
        ...leaving(state, AFTER),
        ...guarded,
      ];
  }
}

function expressionsOf(template: Template | undefined): Expression[] {
  if (!template || template.kind === 'constant') return [];
  if (template.kind === 'expression') return [template.expression];
  if (template.kind === 'array') return template.items.flatMap((item) => expressionsOf(item));
  return template.fields.flatMap(([, field]) => expressionsOf(field));
}

function checkExpression(
  expression: Expression,
  fields: readonly string[],
  variables: Names,
  fault: (message: string) => void,
): void {
  const bound = new Set<string>();
  const used = new Set<string>();
  const states = new Set<string>();
  walk(expression.ast, (node) => {
    const raw = node as unknown as Record<string, unknown>;
    if (node.type === 'variable') used.add(String(node.value));
    if (raw.type === 'bind') bound.add(String((raw.lhs as AstNode).value));
    if (node.type === 'lambda')
      for (const one of node.arguments ?? []) bound.add(String(one.value));
    for (const key of ['focus', 'index']) if (typeof raw[key] === 'string') bound.add(raw[key]);
    if (raw.type === 'index') bound.add(String(node.value));
    const [first, second] = node.type === 'path' ? (node.steps ?? []) : [];
    if (first?.type === 'variable' && first.value === 'states' && second?.type === 'name')
      states.add(String(second.value));
  });
  for (const name of used) {
    if (name === 'eval') fault('$eval is not available in Step Functions; use $parse');
    else if (
      name !== '' &&
      name !== '$' &&
      name !== 'states' &&
      !bound.has(name) &&
      !variables.has(name) &&
      !BUILT_IN.has(name)
    )
      fault(`variable $${name} is not defined when the state is entered`);
  }
  for (const name of states)
    if (!fields.includes(name))
      fault(`$states.${name} is not available in the field '${expression.location}'`);
}

/** Visits every node of a parsed expression once; the parser shares some between places. */
function walk(node: unknown, visit: (node: AstNode) => void, seen = new Set<unknown>()): void {
  if (typeof node !== 'object' || node === null || seen.has(node)) return;
  seen.add(node);
  if (!Array.isArray(node) && 'type' in node) visit(node as AstNode);
  for (const child of Object.values(node)) walk(child, visit, seen);
}
