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

/**
 * Hands status events to the bus, at least once and in the order in which they were written. One that the bus
 * refuses is tried again, with all behind it waiting.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #store: ExecutionsStore;
  readonly #put: PutServiceEvent;
  readonly #queue: OutboxEntry[] = [];
  #busy = false;
  #stopped = false;
  #retry: Timer | undefined;
  #flush: Timer | undefined;

  constructor(clock: Clock, store: ExecutionsStore, put: PutServiceEvent) {
    this.#clock = clock;
    this.#store = store;
    this.#put = put;
  }

  add(entry: OutboxEntry): void {
    this.#queue.push(entry);
    if (!this.#busy && !this.#retry) void this.#deliver();
  }

  stop(): void {
    this.#stopped = true;
    this.#retry?.cancel();
    this.#flush?.cancel();
  }

  async #deliver(): Promise<void> {
    this.#busy = true;
    for (let entry = this.#queue[0]; entry && !this.#stopped; entry = this.#queue[0]) {
      try {
        await this.#put(JSON.parse(entry.event) as ServiceEvent);
      } catch {
        this.#retry = this.#clock.at(this.#clock.now() + PAUSE_MS, () => {
          this.#retry = undefined;
          void this.#deliver();
        });
        break;
      }
      this.#queue.shift();
      this.#store.markDelivered(entry.id);
    }
    this.#busy = false;
    if (!this.#stopped) this.#flushLater();
  }

  #flushLater(): void {
    this.#flush ??= this.#clock.at(this.#clock.now() + PAUSE_MS, () => {
      this.#flush = undefined;
      if (!this.#stopped) void this.#store.flushDelivered();
    });
  }
}

const PAUSE_MS = 1_000;
