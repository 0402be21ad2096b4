import type { Clock } from '../clock.ts';
import { type Integrations, type PutServiceEvent, ServiceError } from '../contracts.ts';
import type { Journal } from '../journal.ts';
import { executionArn } from './arns.ts';
import type { Machine } from './definition.ts';
import { invalidDefinition } from './diagnostics.ts';
import { Execution, type Host } from './execution.ts';
import { type ExecutionRow, ExecutionsStore, type OutboxEntry } from './executions-store.ts';
import type { Thread } from './frame.ts';
import { type MachineRow, MachinesStore } from './machines-store.ts';
import { Outbox, redrivability } from './outbox.ts';
import { restoreThreads, resumeThreads, rewindThreads } from './recover-execution.ts';
import { parseDefinition } from './validate-definition.ts';

/** What the engine is made of. */
export interface EngineParts {
  journal: Journal;
  clock: Clock;
  integrations: Integrations;
  putServiceEvent: PutServiceEvent;
}

/** Runs executions. Only those that are running are in memory. */
export class Engine implements Host {
  readonly clock: Clock;
  readonly integrations: Integrations;
  readonly store: ExecutionsStore;
  readonly machines: MachinesStore;
  readonly tokens = new Map<string, { execution: Execution; thread: Thread }>();
  readonly #running = new Map<string, Execution>();
  readonly #ending = new Map<string, ((row: ExecutionRow) => void)[]>();
  readonly #compiled = new Map<number, { machine: Machine; role: string }>();
  readonly #outbox: Outbox;
  #stopped = false;

  constructor({ journal, clock, integrations, putServiceEvent }: EngineParts) {
    this.clock = clock;
    this.integrations = integrations;
    this.store = new ExecutionsStore(journal);
    this.machines = new MachinesStore(journal);
    this.#outbox = new Outbox(clock, this.store, putServiceEvent);
  }

  /** Checks and compiles a definition. */
  parse(definition: string): ReturnType<typeof parseDefinition> {
    return parseDefinition(definition, {
      now: () => this.clock.now(),
      supports: (action) => this.integrations.supports(action),
    });
  }

  /** A revision's machine; it is compiled once. @throws ServiceError `InvalidDefinition` */
  compiled(revision: number): { machine: Machine; role: string } {
    const known = this.#compiled.get(revision);
    if (known) return known;
    const row = this.machines.revision(revision);
    if (!row) throw new Error(`revision ${revision} of a state machine is missing in the journal`);
    // It was accepted once: an integration that has gone since makes its calls fail, not all the executions.
    const { machine, diagnostics } = parseDefinition(row.definition, {
      now: () => this.clock.now(),
      supports: () => true,
    });
    if (!machine) throw invalidDefinition(diagnostics);
    const compiled = { machine, role: row.role };
    this.#compiled.set(revision, compiled);
    return compiled;
  }

  /**
   * Starts an execution; resolves when it is on disk. The same name and input as one that runs answers that one.
   * @throws ServiceError `ExecutionAlreadyExists`
   */
  async start(
    machine: MachineRow,
    name: string,
    input: string,
    trace?: string,
  ): Promise<ExecutionRow> {
    const arn = executionArn(machine.name, name);
    const running = this.#running.get(arn);
    const known = running?.row ?? this.store.byArn(arn);
    if (known) {
      if (known.status === 'RUNNING' && known.input === input) {
        await running?.durable();
        return known;
      }
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const compiled = this.compiled(machine.revision);
    const started = this.clock.now();
    const timeout = compiled.machine.timeoutSeconds;
    const row: ExecutionRow = {
      id: this.store.nextExecution(),
      arn,
      machine: machine.arn,
      name,
      revision: machine.revision,
      status: 'RUNNING',
      started,
      stopped: null,
      deadline: timeout === undefined ? null : started + timeout * 1000,
      input,
      output: null,
      error: null,
      cause: null,
      events: 0,
      redrives: 0,
      redriven: null,
      trace: trace ?? null,
    };
    const execution = this.#open(row);
    await execution.start();
    return row;
  }

  running(arn: string): Execution | undefined {
    return this.#running.get(arn);
  }

  /** Takes up everything that was running, and the events that the bus may not have got. */
  recover(): void {
    for (const entry of this.store.undelivered()) this.#outbox.add(entry);
    for (const row of this.store.running()) {
      if (this.#running.has(row.arn)) continue;
      row.events = this.store.eventCount(row.id);
      const execution = this.#open(row);
      restoreThreads(execution, this.store.frames(row.id));
    }
    for (const execution of this.#running.values()) resumeThreads(execution);
  }

  /** Starts a failed execution again from where it failed. @throws ServiceError `ExecutionNotRedrivable` */
  async redrive(row: ExecutionRow): Promise<number> {
    const { redriveStatus, redriveStatusReason } = redrivability(row, this.clock.now());
    if (redriveStatus !== 'REDRIVABLE' || this.#running.has(row.arn))
      throw new ServiceError(
        'ExecutionNotRedrivable',
        redriveStatusReason ?? 'Execution is RUNNING and cannot be redriven',
      );
    const now = this.clock.now();
    const { machine } = this.compiled(row.revision);
    row.redrives++;
    row.redriven = now;
    row.stopped = null;
    row.error = null;
    row.cause = null;
    row.deadline =
      machine.timeoutSeconds === undefined ? null : now + machine.timeoutSeconds * 1000;
    const execution = this.#open(row);
    restoreThreads(execution, this.store.frames(row.id));
    const event = execution.emit('ExecutionRedriven', 0, 'executionRedriven', {
      redriveCount: row.redrives,
    });
    rewindThreads(execution, event);
    execution.announce('RUNNING');
    await execution.commit();
    resumeThreads(execution);
    return now;
  }

  /** Nothing runs any more in this process; all that is on disk stays for `recover`. */
  stop(): void {
    this.#stopped = true;
    this.#outbox.stop();
    for (const execution of this.#running.values()) execution.abandon();
    this.#running.clear();
    this.tokens.clear();
  }

  #open(row: ExecutionRow): Execution {
    const { machine, role } = this.compiled(row.revision);
    const execution = new Execution(row, machine, role, this);
    this.#running.set(row.arn, execution);
    return execution;
  }

  async startChild(machineArn: string, name: string, input: string): Promise<ExecutionRow> {
    const machine = this.machines.get(machineArn);
    if (!machine)
      throw new ServiceError(
        'StateMachineDoesNotExist',
        `State Machine Does Not Exist: '${machineArn}'`,
      );
    const known = this.store.byArn(executionArn(machine.name, name));
    // The name of an unnamed child is known to nobody else: what is there under it was started by an earlier try.
    if (known && known.input === input && known.status !== 'RUNNING' && isOwnName(name))
      return known;
    return this.start(machine, name, input);
  }

  ended(arn: string): Promise<ExecutionRow> {
    const row = this.#running.has(arn) ? undefined : this.store.byArn(arn);
    if (row && row.status !== 'RUNNING') return Promise.resolve(row);
    return new Promise((resolve) => {
      this.#ending.set(arn, [...(this.#ending.get(arn) ?? []), resolve]);
    });
  }

  stopChild(arn: string): void {
    void this.abort(arn);
  }

  /** Ends a running execution as ABORTED; resolves when that is on disk. */
  async abort(arn: string, error?: string, cause?: string): Promise<ExecutionRow | undefined> {
    const execution = this.#running.get(arn);
    if (!execution) return undefined;
    await execution.abort(error, cause);
    return execution.row;
  }

  announced(execution: Execution, outbox: readonly OutboxEntry[], over: boolean): void {
    if (!this.#stopped) for (const entry of outbox) this.#outbox.add(entry);
    if (!over) return;
    const { row } = execution;
    if (this.#running.get(row.arn) === execution) this.#running.delete(row.arn);
    for (const resolve of this.#ending.get(row.arn) ?? []) resolve(row);
    this.#ending.delete(row.arn);
  }
}

function isOwnName(name: string): boolean {
  return /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(name);
}
