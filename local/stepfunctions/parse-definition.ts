import type { Json, JsonObject } from '../contracts.ts';
import {
  type Assignments,
  type Catcher,
  type ChoiceRule,
  type Leaving,
  type Machine,
  parseResource,
  type Retrier,
  type State,
} from './definition.ts';
import { compileTemplate, type Template } from './evaluate.ts';

/**
 * Compiles a definition whose shape has been checked: every expression is parsed once, here.
 * @throws JsonataSyntaxError
 */
export function compileMachine(definition: JsonObject, now: () => number, path = ''): Machine {
  const states = new Map<string, State>();
  for (const [name, state] of Object.entries(definition.States as JsonObject))
    states.set(
      name,
      new StateCompiler(`${path}/States/${name}`, state as JsonObject, now).compile(name),
    );
  const machine = { startAt: definition.StartAt as string, states };
  const timeoutSeconds = definition.TimeoutSeconds as number | undefined;
  return timeoutSeconds === undefined ? machine : { ...machine, timeoutSeconds };
}

class StateCompiler {
  readonly #path: string;
  readonly #state: JsonObject;
  readonly #now: () => number;

  constructor(path: string, state: JsonObject, now: () => number) {
    this.#path = path;
    this.#state = state;
    this.#now = now;
  }

  compile(name: string): State {
    const state = this.#state;
    switch (state.Type) {
      case 'Pass':
        return { type: 'Pass', name, ...this.#step() };
      case 'Task':
        return {
          type: 'Task',
          name,
          ...this.#step(),
          ...this.#guards(),
          resource: this.#resource(),
          ...this.#templates({
            arguments: 'Arguments',
            timeoutSeconds: 'TimeoutSeconds',
            heartbeatSeconds: 'HeartbeatSeconds',
          }),
        };
      case 'Choice':
        return {
          type: 'Choice',
          name,
          ...this.#leaving(state, ''),
          choices: (state.Choices as JsonObject[]).map((rule, at) => this.#rule(rule, at)),
          ...(typeof state.Default === 'string' ? { default: state.Default } : {}),
        };
      case 'Wait':
        return {
          type: 'Wait',
          name,
          ...this.#step(),
          ...this.#templates({ seconds: 'Seconds', timestamp: 'Timestamp' }),
        };
      case 'Succeed':
        return { type: 'Succeed', name, ...this.#templates({ output: 'Output' }) };
      case 'Fail':
        return { type: 'Fail', name, ...this.#templates({ error: 'Error', cause: 'Cause' }) };
      case 'Parallel':
        return {
          type: 'Parallel',
          name,
          ...this.#step(),
          ...this.#guards(),
          branches: (state.Branches as JsonObject[]).map((branch, at) =>
            compileMachine(branch, this.#now, `${this.#path}/Branches[${at}]`),
          ),
          ...this.#templates({ arguments: 'Arguments' }),
        };
      case 'Map':
        return {
          type: 'Map',
          name,
          ...this.#step(),
          ...this.#guards(),
          processor: compileMachine(
            state.ItemProcessor as JsonObject,
            this.#now,
            `${this.#path}/ItemProcessor`,
          ),
          ...this.#templates({
            items: 'Items',
            itemSelector: 'ItemSelector',
            maxConcurrency: 'MaxConcurrency',
            toleratedFailureCount: 'ToleratedFailureCount',
            toleratedFailurePercentage: 'ToleratedFailurePercentage',
          }),
        };
      default:
        throw new TypeError(`${this.#path}: unknown type ${JSON.stringify(state.Type)}`);
    }
  }

  #template(value: Json, location: string): Template {
    return compileTemplate(value, location, this.#now);
  }

  #templates<K extends string>(fields: Record<K, string>): Partial<Record<K, Template>> {
    const compiled: Partial<Record<K, Template>> = {};
    for (const [key, field] of Object.entries<string>(fields)) {
      const value = this.#state[field];
      if (value !== undefined) compiled[key as K] = this.#template(value, field);
    }
    return compiled;
  }

  #leaving(holder: JsonObject, prefix: string): Leaving {
    const assign: Assignments = Object.entries((holder.Assign ?? {}) as JsonObject).map(
      ([name, value]) => [name, this.#template(value, `${prefix}Assign/${name}`)] as const,
    );
    if (holder.Output === undefined) return { assign };
    return { assign, output: this.#template(holder.Output, `${prefix}Output`) };
  }

  #step(): Leaving & { next?: string } {
    const leaving = this.#leaving(this.#state, '');
    return typeof this.#state.Next === 'string' ? { ...leaving, next: this.#state.Next } : leaving;
  }

  #guards(): { retry: Retrier[]; catch: Catcher[] } {
    const retry = ((this.#state.Retry ?? []) as JsonObject[]).map((retrier) => ({
      errorEquals: retrier.ErrorEquals as string[],
      intervalSeconds: (retrier.IntervalSeconds as number | undefined) ?? 1,
      maxAttempts: (retrier.MaxAttempts as number | undefined) ?? 3,
      backoffRate: (retrier.BackoffRate as number | undefined) ?? 2,
      jitter: retrier.JitterStrategy === 'FULL',
      ...(typeof retrier.MaxDelaySeconds === 'number'
        ? { maxDelaySeconds: retrier.MaxDelaySeconds }
        : {}),
    }));
    const catchers = ((this.#state.Catch ?? []) as JsonObject[]).map((catcher, at) => ({
      errorEquals: catcher.ErrorEquals as string[],
      next: catcher.Next as string,
      ...this.#leaving(catcher, `Catch[${at}]/`),
    }));
    return { retry, catch: catchers };
  }

  #rule(rule: JsonObject, at: number): ChoiceRule {
    return {
      condition: this.#template(rule.Condition ?? null, `Choices[${at}]/Condition`),
      next: rule.Next as string,
      ...this.#leaving(rule, `Choices[${at}]/`),
    };
  }

  #resource() {
    const resource = parseResource(this.#state.Resource as string);
    if (!resource) throw new TypeError(`${this.#path}/Resource: unknown resource`);
    return resource;
  }
}
