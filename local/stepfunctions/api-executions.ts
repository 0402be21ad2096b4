import { randomUUID } from 'node:crypto';
import { type Json, type JsonObject, ServiceError } from '../contracts.ts';
import {
  flag,
  oneOf,
  optionalText,
  pageSize,
  pageStart,
  pageToken,
  seconds,
  text,
} from './api-input.ts';
import type { MachinesApi } from './api-machines.ts';
import { checkArn, checkName } from './arns.ts';
import type { Engine } from './engine.ts';
import type { ExecutionRow } from './executions-store.ts';
import { pageOfHistory } from './history.ts';
import { exceedsDataLimit } from './limits.ts';
import { redrivability } from './outbox.ts';

const STATUSES = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'];

/** The operations on executions: https://docs.aws.amazon.com/step-functions/latest/apireference/ */
export class ExecutionsApi {
  readonly #engine: Engine;
  readonly #machines: MachinesApi;

  constructor(engine: Engine, machines: MachinesApi) {
    this.#engine = engine;
    this.#machines = machines;
  }

  async start(input: JsonObject): Promise<JsonObject> {
    const arn = text(input, 'stateMachineArn');
    checkArn(arn, 'stateMachine');
    const name = optionalText(input, 'name') ?? randomUUID();
    checkName(name);
    const data = optionalText(input, 'input') ?? '{}';
    checkInput(data);
    const machine = this.#machines.get(arn);
    const row = await this.#engine.start(machine, name, data, optionalText(input, 'traceHeader'));
    return { executionArn: row.arn, startDate: seconds(row.started) };
  }

  describe(input: JsonObject): JsonObject {
    const row = this.#get(input);
    const { redriveStatus, redriveStatusReason } = redrivability(row, this.#engine.clock.now());
    return {
      ...summary(row),
      input: row.input,
      inputDetails: { included: true },
      ...(row.output === null ? {} : { output: row.output, outputDetails: { included: true } }),
      ...(row.error === null ? {} : { error: row.error }),
      ...(row.cause === null ? {} : { cause: row.cause }),
      ...(row.trace === null ? {} : { traceHeader: row.trace }),
      redriveStatus,
      ...(redriveStatusReason ? { redriveStatusReason } : {}),
    };
  }

  list(input: JsonObject): JsonObject {
    const arn = text(input, 'stateMachineArn');
    checkArn(arn, 'stateMachine');
    this.#machines.get(arn);
    const status = oneOf(input, 'statusFilter', STATUSES);
    const redriven = oneOf(input, 'redriveFilter', ['REDRIVEN', 'NOT_REDRIVEN']);
    const size = pageSize(input);
    const before = Number(pageStart(input) ?? Number.MAX_SAFE_INTEGER);
    const rows = this.#engine.store.list(arn, status, before, size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const shown = page.filter(
      ({ redrives }) => redriven === undefined || redrives > 0 === (redriven === 'REDRIVEN'),
    );
    return {
      executions: shown.map((row) => summary(row)),
      ...(rows.length > size && last ? { nextToken: pageToken(last.id) } : {}),
    };
  }

  history(input: JsonObject): JsonObject {
    const row = this.#get(input);
    return pageOfHistory(this.#engine.store, row.id, {
      size: pageSize(input),
      reverse: flag(input, 'reverseOrder', false),
      withData: flag(input, 'includeExecutionData', true),
      start: pageStart(input),
    });
  }

  async stop(input: JsonObject): Promise<JsonObject> {
    const row = this.#get(input);
    const error = optionalText(input, 'error', 256);
    const cause = optionalText(input, 'cause', 32_768);
    const ended = (await this.#engine.abort(row.arn, error, cause)) ?? row;
    return { stopDate: seconds(ended.stopped ?? this.#engine.clock.now()) };
  }

  async redrive(input: JsonObject): Promise<JsonObject> {
    return { redriveDate: seconds(await this.#engine.redrive(this.#get(input))) };
  }

  #get(input: JsonObject): ExecutionRow {
    const arn = text(input, 'executionArn');
    checkArn(arn, 'execution');
    const row = this.#engine.store.byArn(arn);
    if (row) return row;
    throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }
}

function summary(row: ExecutionRow): JsonObject {
  return {
    executionArn: row.arn,
    stateMachineArn: row.machine,
    name: row.name,
    status: row.status,
    startDate: seconds(row.started),
    ...(row.stopped === null ? {} : { stopDate: seconds(row.stopped) }),
    redriveCount: row.redrives,
    ...(row.redriven === null ? {} : { redriveDate: seconds(row.redriven) }),
  };
}

function checkInput(data: string): void {
  const invalid = (why: string) =>
    new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  if (exceedsDataLimit(data))
    throw new ServiceError(
      'ValidationException',
      "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144",
    );
  if (data.trim() === '') throw invalid('Invalid execution input.');
  try {
    const parsed: Json = JSON.parse(data);
    if (parsed === undefined) throw invalid('Invalid execution input.');
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}
