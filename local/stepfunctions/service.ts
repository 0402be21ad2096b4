import type { Clock } from '../clock.ts';
import {
  type AwsService,
  type Integrations,
  type JsonObject,
  type PutServiceEvent,
  ServiceError,
} from '../contracts.ts';
import type { Journal } from '../journal.ts';
import { ExecutionsApi } from './api-executions.ts';
import { MachinesApi } from './api-machines.ts';
import { TasksApi } from './api-tasks.ts';
import { Engine } from './engine.ts';

/** AWS Step Functions: STANDARD state machines in JSONata, kept in the journal. */
export interface StepFunctions extends AwsService {
  /** Takes up what was running when the process ended. Call it once, when the integrations are ready. */
  recover(): Promise<void>;
  /** Lets nothing run any more; `recover` in a later process goes on. */
  stop(): Promise<void>;
}

type Operation = (input: JsonObject) => JsonObject | Promise<JsonObject>;

/**
 * Makes the service. The `integrations` carry out what tasks call (a Lambda function is called as `lambda:invoke`);
 * status changes of executions go to `putServiceEvent`, at least once each.
 *
 * @example
 * const stepFunctions = createStepFunctions({ journal, clock, integrations, putServiceEvent });
 * await stepFunctions.recover();
 */
export function createStepFunctions(parts: {
  journal: Journal;
  clock: Clock;
  integrations: Integrations;
  putServiceEvent: PutServiceEvent;
}): StepFunctions {
  const engine = new Engine(parts);
  const machines = new MachinesApi(engine);
  const executions = new ExecutionsApi(engine, machines);
  const tasks = new TasksApi(engine);
  const operations = new Map<string, Operation>([
    ['CreateStateMachine', (input) => machines.create(input)],
    ['UpdateStateMachine', (input) => machines.update(input)],
    ['DescribeStateMachine', (input) => machines.describe(input)],
    ['DescribeStateMachineForExecution', (input) => machines.describeForExecution(input)],
    ['ListStateMachines', (input) => machines.list(input)],
    ['DeleteStateMachine', (input) => machines.delete(input)],
    ['ValidateStateMachineDefinition', (input) => machines.validate(input)],
    ['StartExecution', (input) => executions.start(input)],
    ['DescribeExecution', (input) => executions.describe(input)],
    ['ListExecutions', (input) => executions.list(input)],
    ['GetExecutionHistory', (input) => executions.history(input)],
    ['StopExecution', (input) => executions.stop(input)],
    ['RedriveExecution', (input) => executions.redrive(input)],
    ['SendTaskSuccess', (input) => tasks.success(input)],
    ['SendTaskFailure', (input) => tasks.failure(input)],
    ['SendTaskHeartbeat', (input) => tasks.heartbeat(input)],
  ]);
  return {
    name: 'stepfunctions',
    targetPrefix: 'AWSStepFunctions',
    async handle(name, input) {
      const operation = operations.get(name);
      if (operation) return operation(input);
      throw new ServiceError(
        'UnknownOperationException',
        `The local cloud's Step Functions has no operation '${name}'`,
      );
    },
    recover: async () => engine.recover(),
    stop: async () => engine.stop(),
  };
}
