import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** A state of an execution as a person wants to see it. */
export interface StepTrace {
  name: string;
  /** Milliseconds that the state took, its retries and waits included. */
  ms: number;
  ok: boolean;
  tries: number;
  error?: string;
  /** What the state's function answered. */
  answer?: Record<string, unknown>;
}

const FAILED = new Set([
  'TaskFailed',
  'TaskTimedOut',
  'LambdaFunctionFailed',
  'LambdaFunctionTimedOut',
]);

/** The task states that an execution entered, in their order, from its history. */
export function traceSteps(events: HistoryEvent[]): StepTrace[] {
  const steps: StepTrace[] = [];
  let entered = 0;
  for (const event of events) {
    const at = event.timestamp?.getTime() ?? 0;
    const step = steps.at(-1);
    if (event.type === 'TaskStateEntered') {
      entered = at;
      steps.push({ name: event.stateEnteredEventDetails?.name ?? '', ms: 0, ok: false, tries: 0 });
    } else if (step) {
      step.ms = Math.max(step.ms, at - entered);
      follow(step, event);
    }
  }
  return steps;
}

function follow(step: StepTrace, event: HistoryEvent): void {
  if (event.type === 'TaskScheduled') step.tries += 1;
  if (event.type === 'TaskSucceeded') {
    step.ok = true;
    step.answer = payloadOf(event.taskSucceededEventDetails?.output);
  }
  if (event.type && FAILED.has(event.type)) {
    const details = event.taskFailedEventDetails ?? event.taskTimedOutEventDetails;
    step.error = details?.error ?? event.type;
  }
}

function payloadOf(output: string | undefined): Record<string, unknown> {
  const { Payload = {} } = JSON.parse(output ?? '{}') as { Payload?: Record<string, unknown> };
  return Payload;
}
