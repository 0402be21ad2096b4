import { globSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import aslValidator from 'asl-validator';
import { BUSINESS_ERRORS, TRANSIENT_ERRORS } from '../../lambdas/shared/errors.ts';

/** What of the States Language the rules below look at. */
export interface State {
  Type: string;
  Next?: string;
  Default?: string;
  End?: boolean;
  Resource?: string;
  TimeoutSeconds?: number | string;
  Choices?: { Next: string }[];
  Retry?: Retrier[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
}

interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: string;
}

export interface Definition {
  QueryLanguage?: string;
  TimeoutSeconds?: number;
  StartAt: string;
  States: Record<string, State>;
}

/** The longest that a customer may be waited for: the upper bound of `paymentWaitSeconds` in `infra/config.ts`. */
const LONGEST_WAIT_S = 3600;

/** A try of a callback task that fails, fails within its function's own timeout. */
const FAILED_CALLBACK_S = 30;

/** AWS's names of what a retry may mend (Step Functions: handling errors; Lambda: transient errors of invocations). */
const RETRYABLE = new Set<string>([
  ...TRANSIENT_ERRORS,
  'States.Timeout',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'StepFunctions.ThrottlingException',
  'StepFunctions.SdkClientException',
]);

/** Where a failure has to lead: to the undo, or to a person. */
const COMPENSATIONS = new Set(['StartUndo', 'ParkOrder']);

/** Every fault of `definition`, none when it is as the house wants it. */
export function lintDefinition(definition: Definition): string[] {
  const deployed = JSON.parse(
    JSON.stringify(definition).replaceAll('${PaymentWaitSeconds}', String(LONGEST_WAIT_S)),
  ) as never;
  const schema = aslValidator(deployed, { checkPaths: true, checkArn: false });
  const faults = schema.isValid
    ? []
    : [schema.errorsText() || 'does not satisfy the States Language'];
  if (definition.QueryLanguage !== 'JSONata') faults.push('QueryLanguage has to be JSONata');
  for (const [name, state] of Object.entries(definition.States)) {
    if (state.Type === 'Task') faults.push(...lintTask(state).map((fault) => `${name}: ${fault}`));
  }
  const reached = reachable(definition);
  for (const name of Object.keys(definition.States)) {
    if (!reached.has(name)) faults.push(`${name}: cannot be reached`);
  }
  const worst = worstSeconds(definition);
  const limit = definition.TimeoutSeconds ?? 0;
  if (!(worst <= limit)) {
    faults.push(`the worst path takes ${worst} s, and TimeoutSeconds is ${limit}`);
  }
  return faults;
}

function lintTask(task: State): string[] {
  const faults: string[] = [];
  if (task.TimeoutSeconds === undefined) faults.push('has no TimeoutSeconds');
  if (!task.Retry?.length) faults.push('has no Retry');
  for (const retrier of task.Retry ?? []) {
    const wrong = retrier.ErrorEquals.filter((error) => !RETRYABLE.has(error));
    if (wrong.length > 0) faults.push(`retries ${wrong.join(', ')}, which no retry can mend`);
    if (retrier.JitterStrategy !== 'FULL') faults.push('retries without jitter');
    if (!((retrier.BackoffRate ?? 0) > 1)) faults.push('retries without backoff');
  }
  if (isCallback(task) && task.Retry?.some((r) => r.ErrorEquals.includes('States.Timeout'))) {
    faults.push('asks a customer who did not come again: a callback must not retry States.Timeout');
  }
  return [...faults, ...lintCatch(task)];
}

function lintCatch(task: State): string[] {
  if (COMPENSATIONS.has(nameOf(task))) return [];
  const last = task.Catch?.at(-1);
  if (!last?.ErrorEquals.includes('States.ALL')) return ['has no Catch of States.ALL'];
  return COMPENSATIONS.has(last.Next)
    ? []
    : [`its failure leads to ${last.Next} and not to an undo`];
}

/** A compensation is recognised by what it calls. */
function nameOf(task: State): string {
  if (task.Resource?.includes('states:startExecution')) return 'StartUndo';
  const { FunctionName = '' } = (task as { Arguments?: { FunctionName?: string } }).Arguments ?? {};
  return FunctionName === '${ParkOrderArn}' ? 'ParkOrder' : '';
}

function isCallback(task: State): boolean {
  return task.Resource?.endsWith('.waitForTaskToken') ?? false;
}

function nextOf(state: State): string[] {
  return [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map(({ Next }) => Next),
    ...(state.Catch ?? []).map(({ Next }) => Next),
  ].filter((next) => next !== undefined);
}

function reachable({ StartAt, States }: Definition): Set<string> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const state = States[name];
    if (!state || seen.has(name)) return;
    seen.add(name);
    nextOf(state).forEach(visit);
  };
  visit(StartAt);
  return seen;
}

/** The time of the longest path, in seconds: every task fails as often and as slowly as it can. */
export function worstSeconds({ StartAt, States }: Definition): number {
  const after = (name: string, path: string[]): number => {
    if (path.includes(name)) return Number.POSITIVE_INFINITY;
    const state = States[name];
    if (!state) return 0;
    const rest = nextOf(state).map((next) => after(next, [...path, name]));
    return worstOf(state) + Math.max(0, ...rest);
  };
  return after(StartAt, []);
}

function worstOf(state: State): number {
  if (state.Type !== 'Task') return 0;
  const retrier = state.Retry?.[0];
  const retries = retrier?.MaxAttempts ?? (retrier ? 3 : 0);
  const limit = typeof state.TimeoutSeconds === 'number' ? state.TimeoutSeconds : LONGEST_WAIT_S;
  const failed = isCallback(state) ? FAILED_CALLBACK_S : limit;
  let pauses = 0;
  for (let i = 0; i < retries; i++) {
    const pause = (retrier?.IntervalSeconds ?? 1) * (retrier?.BackoffRate ?? 2) ** i;
    pauses += Math.min(pause, retrier?.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  }
  return retries * failed + limit + pauses;
}

/** The states that a paid order enters, in their order: what AWS charges for. */
export function paidPath({ StartAt, States }: Definition): string[] {
  const path: string[] = [];
  for (let name: string | undefined = StartAt; name; name = States[name]?.Next) path.push(name);
  return path;
}

/** Names of our own errors that a definition matches. */
export function ownErrors(definition: Definition): string[] {
  const matched = Object.values(definition.States).flatMap((state) =>
    [...(state.Retry ?? []), ...(state.Catch ?? [])].flatMap(({ ErrorEquals }) => ErrorEquals),
  );
  return [...new Set(matched)].filter((error) => !error.includes('.'));
}

/** Names that a definition may match as ours. */
export const KNOWN_ERRORS: readonly string[] = [...BUSINESS_ERRORS, ...TRANSIENT_ERRORS];

export function definitions(): Map<string, Definition> {
  const files = globSync('statemachines/*.asl.json').sort();
  return new Map(files.map((file) => [file, JSON.parse(readFileSync(file, 'utf8')) as Definition]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const faults = [...definitions()].flatMap(([file, definition]) =>
    lintDefinition(definition).map((fault) => `${file}: ${fault}`),
  );
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
