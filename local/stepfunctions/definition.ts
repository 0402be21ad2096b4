import type { Template } from './evaluate.ts';

/** A state machine, or a branch of a Parallel, or what a Map does with an item: compiled and ready to run. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  /** Of the whole machine only. */
  readonly timeoutSeconds?: number;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** `Assign`: the variables' names and what they become. */
export type Assignments = readonly (readonly [string, Template])[];

interface Named {
  readonly name: string;
}

/** What a state leaves behind: its output (its result or input, if undefined) and its variables. */
export interface Leaving {
  readonly output?: Template;
  readonly assign: Assignments;
}

/** A state with one successor; `next` is undefined at an end. */
interface Stepping extends Named, Leaving {
  readonly next?: string;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds?: number;
  readonly jitter: boolean;
}

export interface Catcher extends Leaving {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

interface Guarded {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface PassState extends Stepping {
  readonly type: 'Pass';
}

export interface TaskState extends Stepping, Guarded {
  readonly type: 'Task';
  readonly resource: Resource;
  readonly arguments?: Template;
  readonly timeoutSeconds?: Template;
  readonly heartbeatSeconds?: Template;
}

export interface ChoiceState extends Named, Leaving {
  readonly type: 'Choice';
  readonly choices: readonly ChoiceRule[];
  readonly default?: string;
}

export interface ChoiceRule extends Leaving {
  readonly condition: Template;
  readonly next: string;
}

export interface WaitState extends Stepping {
  readonly type: 'Wait';
  readonly seconds?: Template;
  readonly timestamp?: Template;
}

export interface SucceedState extends Named {
  readonly type: 'Succeed';
  readonly output?: Template;
}

export interface FailState extends Named {
  readonly type: 'Fail';
  readonly error?: Template;
  readonly cause?: Template;
}

export interface ParallelState extends Stepping, Guarded {
  readonly type: 'Parallel';
  readonly branches: readonly Machine[];
  readonly arguments?: Template;
}

export interface MapState extends Stepping, Guarded {
  readonly type: 'Map';
  readonly items?: Template;
  readonly itemSelector?: Template;
  readonly processor: Machine;
  readonly maxConcurrency?: Template;
  readonly toleratedFailureCount?: Template;
  readonly toleratedFailurePercentage?: Template;
}

/**
 * What a Task calls.
 * `action` is what the integrations know it by; `lambda` is the function of a bare Lambda ARN.
 */
export interface Resource {
  readonly arn: string;
  readonly action: string;
  /** `lambda`, `sqs`, `aws-sdk:dynamodb`: `resourceType` in the history. */
  readonly type: string;
  /** `invoke.waitForTaskToken`: `resource` in the history. */
  readonly call: string;
  readonly waitForTaskToken: boolean;
  readonly sync?: '.sync' | '.sync:2';
  readonly lambda?: string;
}

const SERVICE =
  /^arn:aws[a-z-]*:states:[a-z0-9-]*:\d*:((?:aws-sdk:)?[a-zA-Z0-9-]+):([a-zA-Z0-9]+)(\.waitForTaskToken|\.sync:2|\.sync)?$/;
const LAMBDA = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;

/** Parses a Task's `Resource`; undefined for what is neither an integration nor a Lambda function. */
export function parseResource(arn: string): Resource | undefined {
  if (LAMBDA.test(arn))
    return {
      arn,
      action: 'lambda:invoke',
      type: 'lambda',
      call: 'invoke',
      waitForTaskToken: false,
      lambda: arn,
    };
  const [, type, call, pattern] = SERVICE.exec(arn) ?? [];
  if (!type || !call) return undefined;
  return {
    arn,
    action: `${type}:${call}`,
    type,
    call: `${call}${pattern ?? ''}`,
    waitForTaskToken: pattern === '.waitForTaskToken',
    ...(pattern === '.sync' || pattern === '.sync:2' ? { sync: pattern } : {}),
  };
}
