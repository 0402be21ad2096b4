import type { Clock, Timer } from '../clock.ts';
import type { JsonObject, PutServiceEvent } from '../contracts.ts';
import type { ExecutionRow, ExecutionsStore, OutboxEntry } from './executions-store.ts';
import { REDRIVE_WINDOW_MS } from './limits.ts';

type ServiceEvent = Parameters<PutServiceEvent>[0];

/** EventBridge carries 256 KiB; AWS leaves input and output out when they come to more than 248 KiB, escaped. */
const MAX_INCLUDED = 248 * 1024;

/**
 * The event by which the bus learns of an execution's status.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function statusEvent(row: ExecutionRow, now: number): ServiceEvent {
  const size = (text: string | null): number => (text === null ? 0 : JSON.stringify(text).length);
  const included = size(row.input) + size(row.output) <= MAX_INCLUDED;
  const { redriveStatus, redriveStatusReason } = redrivability(row, now);
  const detail: JsonObject = {
    executionArn: row.arn,
    stateMachineArn: row.machine,
    name: row.name,
    status: row.status,
    startDate: row.started,
    stopDate: row.stopped,
    input: included ? row.input : null,
    inputDetails: { included },
    output: included ? row.output : null,
    outputDetails: row.output === null ? null : { included },
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    redriveCount: row.redrives,
    redriveDate: row.redriven,
    redriveStatus,
    redriveStatusReason: redriveStatusReason ?? null,
    error: row.error,
    cause: row.cause,
  };
  return {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [row.arn],
    detail,
  };
}

/** Whether an execution can be redriven, and if not, why. */
export function redrivability(
  row: ExecutionRow,
  now: number,
): { redriveStatus: string; redriveStatusReason?: string } {
  const no = (redriveStatusReason: string) => ({
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason,
  });
  if (row.status === 'RUNNING' || row.status === 'SUCCEEDED')
    return no(`Execution is ${row.status} and cannot be redriven`);
  if (now - (row.stopped ?? now) > REDRIVE_WINDOW_MS)
    return no(
      'Execution is no longer redrivable as it has passed the redrivable period of 14 days',
    );
  if (row.events >= 24_999) return no('Execution history event limit exceeded');
  return { redriveStatus: 'REDRIVABLE' };
}

/** How long to wait before a refused event is tried again, and until delivered ones are struck off, at the latest. */
const PAUSE_MS = 1_000;

/**
 * Hands status events to the bus, at least once: those of one execution in order, those of many at the same time.
 * One that the bus refuses is tried again, with the later ones of its execution waiting behind it.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #store: ExecutionsStore;
  readonly #put: PutServiceEvent;
  /** What is still to be delivered, by execution. */
  readonly #lanes = new Map<string, { id: number; event: ServiceEvent }[]>();
  readonly #timers = new Set<Timer>();
  #flushing = false;
  #stopped = false;

  constructor(clock: Clock, store: ExecutionsStore, put: PutServiceEvent) {
    this.#clock = clock;
    this.#store = store;
    this.#put = put;
  }

  add(entry: OutboxEntry): void {
    const event = JSON.parse(entry.event) as ServiceEvent;
    const arn = event.resources[0] ?? '';
    const lane = this.#lanes.get(arn);
    if (lane) {
      lane.push({ id: entry.id, event });
      return;
    }
    this.#lanes.set(arn, [{ id: entry.id, event }]);
    void this.#deliver(arn);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
  }

  async #deliver(arn: string): Promise<void> {
    const lane = this.#lanes.get(arn) ?? [];
    for (let next = lane[0]; next && !this.#stopped; next = lane[0]) {
      try {
        await this.#put(next.event);
      } catch {
        return this.#later(() => void this.#deliver(arn));
      }
      lane.shift();
      this.#store.markDelivered(next.id);
    }
    this.#lanes.delete(arn);
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#later(() => {
      this.#flushing = false;
      void this.#store.flushDelivered();
    });
  }

  #later(work: () => void): void {
    if (this.#stopped) return;
    const timer = this.#clock.at(this.#clock.now() + PAUSE_MS, () => {
      this.#timers.delete(timer);
      if (!this.#stopped) work();
    });
    this.#timers.add(timer);
  }
}
