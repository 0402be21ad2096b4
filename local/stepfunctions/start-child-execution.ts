import type { Json, JsonObject } from '../contracts.ts';
import { ServiceError } from '../contracts.ts';
import type { TaskState } from './definition.ts';
import type { Execution } from './execution.ts';
import type { ExecutionRow } from './executions-store.ts';
import type { Thread } from './frame.ts';
import { type Outcome, submitted } from './run-task.ts';
import { StatesError } from './states-error.ts';

/**
 * `states:startExecution` and its `.sync` forms, for machines of this engine. `name` is the child's if the arguments
 * name none: it was kept with the attempt, so that a restart finds the child that was started already.
 */
export function startChildExecution(
  execution: Execution,
  thread: Thread,
  state: TaskState,
  name: string,
  answered: (outcome: Outcome) => void,
): void {
  const { resource } = state;
  const args = thread.frame.attempt?.args as JsonObject;
  const { host } = execution;
  const run = async (): Promise<void> => {
    const row = await host.startChild(
      machineOf(args),
      typeof args.Name === 'string' ? args.Name : name,
      args.Input === undefined ? '{}' : JSON.stringify(args.Input),
    );
    const started = { ExecutionArn: row.arn, StartDate: row.started };
    if (!resource.sync) return answered({ result: started });
    if (thread.cancelled) return host.stopChild(row.arn);
    const { attempt } = thread.frame;
    if (!attempt) return;
    attempt.childArn = row.arn;
    if (!attempt.submitted) await submitted(execution, thread, state, started);
    const ended = await host.ended(row.arn);
    answered(outcomeOf(ended, resource.sync === '.sync:2'));
  };
  run().catch((error: unknown) => {
    const known = error instanceof ServiceError;
    const message = error instanceof Error ? error.message : String(error);
    answered({
      failure: new StatesError(
        known ? `StepFunctions.${error.name}Exception` : 'States.TaskFailed',
        message,
      ),
    });
  });
}

function machineOf(args: JsonObject): string {
  if (typeof args.StateMachineArn === 'string') return args.StateMachineArn;
  throw new ServiceError('Validation', 'StateMachineArn must be a string');
}

/** How the end of a child looks to its parent: AWS hands over DescribeExecution's answer. */
function outcomeOf(row: ExecutionRow, parsed: boolean): Outcome {
  const data = (text: string): Json => (parsed ? (JSON.parse(text) as Json) : text);
  const described: JsonObject = {
    ExecutionArn: row.arn,
    Input: data(row.input),
    InputDetails: { Included: true },
    Name: row.name,
    StartDate: row.started,
    StateMachineArn: row.machine,
    Status: row.status,
    StopDate: row.stopped,
  };
  if (row.status === 'SUCCEEDED')
    return {
      result: {
        ...described,
        Output: data(row.output ?? 'null'),
        OutputDetails: { Included: true },
      },
    };
  if (row.error !== null) described.Error = row.error;
  if (row.cause !== null) described.Cause = row.cause;
  return { failure: new StatesError('States.TaskFailed', JSON.stringify(described)) };
}
