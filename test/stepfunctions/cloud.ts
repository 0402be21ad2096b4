import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import {
  type Json,
  type JsonObject,
  type PutServiceEvent,
  TaskError,
} from '../../local/contracts.ts';
import { Journal } from '../../local/journal.ts';
import { createStepFunctions, type StepFunctions } from '../../local/stepfunctions/service.ts';

export type Handler = (payload: Json, args: JsonObject) => Json | Promise<Json>;
export type Event = Parameters<PutServiceEvent>[0];

/** A history event, loosely: tests look at whatever details it has. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  type: string;
  timestamp: number;
  [details: string]: unknown;
}

export const ROLE = 'arn:aws:iam::000000000000:role/test';
export const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';
export const lambda = (name: string): string =>
  `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/**
 * Step Functions over plain functions, on a journal in a file: `restart` is what a killed process leaves behind,
 * taken up by a new one.
 */
export class Cloud {
  readonly clock = new VirtualClock();
  readonly functions: Record<string, Handler>;
  readonly invoked: { name: string; payload: Json }[] = [];
  readonly events: Event[] = [];
  putServiceEvent: PutServiceEvent = async (event) => {
    this.events.push(event);
  };
  readonly #folder = mkdtempSync(join(tmpdir(), 'sfn-'));
  journal: Journal;
  service: StepFunctions;

  constructor(functions: Record<string, Handler> = {}) {
    this.functions = functions;
    this.journal = new Journal(this.path);
    this.service = this.#create();
  }

  #create(): StepFunctions {
    return createStepFunctions({
      journal: this.journal,
      clock: this.clock,
      putServiceEvent: (event) => this.putServiceEvent(event),
      integrations: {
        supports: (action) =>
          ['lambda:invoke', 'sqs:sendMessage', 'aws-sdk:dynamodb:getItem'].includes(action),
        call: async (action, args) => {
          if (action !== 'lambda:invoke') return this.#invoke(action, args, args);
          const name = (args.FunctionName as string).split(':').at(-1) ?? '';
          const payload = await this.#invoke(name, args.Payload ?? {}, args);
          return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 };
        },
      },
    });
  }

  async #invoke(name: string, payload: Json, args: JsonObject): Promise<Json> {
    this.invoked.push({ name, payload });
    const handler = this.functions[name];
    if (!handler)
      throw new TaskError('Lambda.ResourceNotFoundException', `Function not found: ${name}`);
    return handler(payload, args);
  }

  /** The journal's file. */
  get path(): string {
    return join(this.#folder, 'journal.db');
  }

  /** Kills the engine where it stands and takes its journal up again. */
  async restart(): Promise<void> {
    await this.detach();
    await this.attach();
  }

  /** Leaves the journal alone, as a process that is gone. */
  async detach(): Promise<void> {
    await this.service.stop();
    this.journal.close();
  }

  /** Takes the journal up. */
  async attach(): Promise<void> {
    this.journal = new Journal(this.path);
    this.service = this.#create();
    await this.service.recover();
  }

  /**
   * Kills the engine after `count` more writes to its journal (or when nothing is written any more while time passes):
   * what comes after them never reaches the disk. Then takes the journal up again.
   */
  async killAfter(count: number): Promise<void> {
    const { journal } = this;
    const write = journal.write.bind(journal);
    const state = { left: count };
    journal.write = (change) => (state.left-- > 0 ? write(change) : new Promise(() => {}));
    for (let turn = 0; turn < 10 && state.left > 0; turn++) {
      this.clock.advance(500);
      // Due timers fire, and what they start gets some turns of the event loop.
      await new Promise<void>((resolve) => {
        this.clock.at(this.clock.now() + 1, resolve);
      });
    }
    await this.restart();
  }

  async close(): Promise<void> {
    await this.service.stop();
    this.journal.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** How many status events are on disk as not delivered; the time passes in which they are struck off. */
  undelivered(): number {
    this.clock.advance(1_000);
    return Number(this.journal.db.prepare('SELECT count(*) AS n FROM sfn_outbox').get()?.n);
  }

  /** The token that the latest invocation was given as `token`. */
  token(): string {
    const payload = this.invoked.at(-1)?.payload as JsonObject;
    return payload.token as string;
  }

  call(operation: string, input: JsonObject): Promise<JsonObject> {
    return this.service.handle(operation, input, new AbortController().signal);
  }

  async create(definition: JsonObject, name = 'machine'): Promise<string> {
    const answer = await this.call('CreateStateMachine', {
      name,
      roleArn: ROLE,
      definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
    });
    return answer.stateMachineArn as string;
  }

  async start(input: Json = {}, name?: string, machine = MACHINE): Promise<string> {
    const answer = await this.call('StartExecution', {
      stateMachineArn: machine,
      input: JSON.stringify(input),
      ...(name === undefined ? {} : { name }),
    });
    return answer.executionArn as string;
  }

  describe(executionArn: string): Promise<JsonObject> {
    return this.call('DescribeExecution', { executionArn });
  }

  /** Waits until an execution has ended, and describes it. */
  async ended(executionArn: string): Promise<JsonObject> {
    return vi.waitFor(async () => {
      const described = await this.describe(executionArn);
      if (described.status === 'RUNNING') throw new Error(`${executionArn} still runs`);
      return described;
    }, PATIENCE);
  }

  /** Creates a machine, runs it once to its end. */
  async run(definition: JsonObject, input: Json = {}): Promise<Run> {
    await this.create(definition);
    const arn = await this.start(input);
    return this.finished(arn);
  }

  async finished(arn: string): Promise<Run> {
    const { status, output, error, cause } = await this.ended(arn);
    return {
      arn,
      status: status as string,
      output: output === undefined ? undefined : (JSON.parse(output as string) as Json),
      error: error as string | undefined,
      cause: cause as string | undefined,
      history: await this.history(arn),
    };
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    const { events } = await this.call('GetExecutionHistory', { executionArn, maxResults: 1000 });
    return events as unknown as HistoryEvent[];
  }

  /** Waits until the history has an event of a type (the `count`th). */
  async reached(executionArn: string, type: string, count = 1): Promise<HistoryEvent> {
    return vi.waitFor(async () => {
      const history = await this.history(executionArn);
      const event = history.filter((one) => one.type === type)[count - 1];
      if (!event) throw new Error(`no ${type} yet, only ${types(history).join(', ')}`);
      return event;
    }, PATIENCE);
  }
}

const PATIENCE = { interval: 2, timeout: 10_000 };

export interface Run {
  arn: string;
  status: string;
  output: Json | undefined;
  error: string | undefined;
  cause: string | undefined;
  history: HistoryEvent[];
}

export const types = (history: HistoryEvent[]): string[] => history.map(({ type }) => type);

/** A machine of one state, `State`. */
export function single(state: JsonObject): JsonObject {
  const ends: JsonObject = ['Choice', 'Succeed', 'Fail'].includes(state.Type as string)
    ? {}
    : { End: true };
  return { StartAt: 'State', States: { State: { ...ends, ...state } } };
}
