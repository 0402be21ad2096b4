import type { Json } from '../contracts.ts';
import type { Leaving, State } from './definition.ts';
import { evaluate, type Scope } from './evaluate.ts';
import type { Execution } from './execution.ts';
import type { Thread } from './frame.ts';
import { checkDataLimit } from './limits.ts';
import { endThread } from './run-fan-out.ts';

/** What a state leaves behind, evaluated but not yet in force. */
export interface Departure {
  output: Json;
  outputText: string;
  assigned: readonly (readonly [string, Json])[];
}

/**
 * Evaluates `Output` and `Assign`; both see the variables as they were when the state was entered.
 * @param result what the output is when there is no `Output`
 * @throws StatesError
 */
export async function evaluateDeparture(
  state: State,
  leaving: Leaving,
  scope: Scope,
  result: Json,
): Promise<Departure> {
  const output = leaving.output ? await evaluate(leaving.output, scope) : result;
  const assigned: [string, Json][] = [];
  for (const [name, template] of leaving.assign) {
    const value = await evaluate(template, scope);
    checkDataLimit(state.name, JSON.stringify(value));
    assigned.push([name, value]);
  }
  const outputText = JSON.stringify(output);
  checkDataLimit(state.name, outputText);
  return { output, outputText, assigned };
}

/** Leaves the thread's state: records the exit, sets the variables, enters `next` or ends the thread. */
export function depart(
  execution: Execution,
  thread: Thread,
  departure: Departure,
  next: string | undefined,
): void {
  const { frame } = thread;
  const { output, outputText, assigned } = departure;
  const state = execution.stateOf(thread);
  execution.record(thread, `${state.type}StateExited`, 'stateExited', {
    name: frame.state,
    output: outputText,
    outputDetails: { truncated: false },
    ...(assigned.length > 0
      ? {
          assignedVariables: Object.fromEntries(
            assigned.map(([name, value]) => [name, JSON.stringify(value)]),
          ),
          assignedVariablesDetails: { truncated: false },
        }
      : {}),
  });
  if (assigned.length > 0)
    frame.variables = { ...frame.variables, ...Object.fromEntries(assigned) };
  frame.input = output;
  thread.inputText = outputText;
  if (next !== undefined) return execution.enter(thread, next);
  endThread(execution, thread, output, outputText);
}
