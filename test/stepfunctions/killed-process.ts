import { VirtualClock } from '../../local/clock.ts';
import { type JsonObject, TaskError } from '../../local/contracts.ts';
import { Journal } from '../../local/journal.ts';
import { createStepFunctions } from '../../local/stepfunctions/service.ts';
import { lambda, MACHINE, ROLE } from './cloud.ts';

// A process that starts executions as fast as it can, and says on stdout what it has been promised, until it is
// killed. Its argument is the journal's path.

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Work',
  States: {
    Work: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: lambda('work'), Payload: '{% $states.input %}' },
      Output: '{% $states.result.Payload %}',
      Next: 'Ask',
    },
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: {
        FunctionName: lambda('ask'),
        Payload: {
          token: '{% $states.context.Task.Token %}',
          name: '{% $states.context.Execution.Name %}',
        },
      },
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: ['A', 'B'].map((name) => ({
        StartAt: name,
        States: {
          [name]: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Arguments: { FunctionName: lambda('work'), Payload: name },
            Output: '{% $states.result.Payload %}',
            End: true,
          },
        },
      })),
      End: true,
    },
  },
};

const signal = new AbortController().signal;
const say = (what: string, name: string): void => {
  process.stdout.write(`${what} ${name}\n`);
};

const stepFunctions = createStepFunctions({
  journal: new Journal(process.argv[2] ?? ''),
  clock: new VirtualClock(),
  putServiceEvent: async () => {},
  integrations: {
    supports: (action) => action === 'lambda:invoke',
    call: async (_action, { FunctionName, Payload }) => {
      if (FunctionName === lambda('ask')) void answer(Payload as JsonObject);
      else if (FunctionName !== lambda('work'))
        throw new TaskError('Lambda.ResourceNotFoundException', 'no');
      return { ExecutedVersion: '$LATEST', Payload: Payload ?? null, StatusCode: 200 };
    },
  },
});

async function answer({ token, name }: JsonObject): Promise<void> {
  await stepFunctions.handle(
    'SendTaskSuccess',
    { taskToken: token ?? '', output: '"paid"' },
    signal,
  );
  say('completed', name as string);
}

async function caller(id: number): Promise<void> {
  for (let n = 0; n < 100_000; n++) {
    const name = `order-${id}-${n}`;
    await stepFunctions.handle(
      'StartExecution',
      { stateMachineArn: MACHINE, name, input: '1' },
      signal,
    );
    say('started', name);
  }
}

await stepFunctions.handle(
  'CreateStateMachine',
  { name: 'machine', roleArn: ROLE, definition: JSON.stringify(definition) },
  signal,
);
await Promise.all([1, 2, 3, 4].map((id) => caller(id)));
