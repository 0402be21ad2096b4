import type { Json, JsonObject } from '../contracts.ts';
import type { State } from './definition.ts';
import type { ExecutionRow } from './executions-store.ts';
import type { Thread } from './frame.ts';

/**
 * The part of the context object that is the same for all states of an execution.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export function executionContext(row: ExecutionRow, input: Json, role: string): JsonObject {
  return {
    Execution: {
      Id: row.arn,
      Input: input,
      Name: row.name,
      RoleArn: role,
      StartTime: new Date(row.started).toISOString(),
      RedriveCount: row.redrives,
    },
    StateMachine: { Id: row.machine, Name: row.machine.slice(row.machine.lastIndexOf(':') + 1) },
  };
}

/** The context object of a thread's state; `token` and `item` are those to come, if they aren't on the frame yet. */
export function stateContext(
  common: JsonObject,
  thread: Thread,
  state: State,
  { token, item }: { token?: string; item?: Json },
): JsonObject {
  const { frame } = thread;
  const context: JsonObject = {
    ...common,
    State: {
      Name: frame.state,
      EnteredTime: new Date(frame.entered.at).toISOString(),
      ...('retry' in state ? { RetryCount: frame.spent.reduce((a, b) => a + b, 0) } : {}),
    },
  };
  const taskToken = token ?? frame.attempt?.token;
  if (taskToken) context.Task = { Token: taskToken };
  const mapItem = item ?? itemOf(thread);
  if (mapItem !== undefined) context.Map = { Item: mapItem };
  return context;
}

/** The item of the innermost Map around a thread. */
function itemOf(thread: Thread): Json | undefined {
  for (let at: Thread | undefined = thread; at; at = at.parent)
    if (at.frame.item !== undefined) return at.frame.item;
  return undefined;
}
