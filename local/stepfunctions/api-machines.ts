import { randomUUID } from 'node:crypto';
import { type JsonObject, ServiceError } from '../contracts.ts';
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
import { checkArn, checkName, stateMachineArn } from './arns.ts';
import { invalidDefinition } from './diagnostics.ts';
import type { Engine } from './engine.ts';
import type { MachineRow } from './machines-store.ts';

const LOGGING = { level: 'OFF', includeExecutionData: false };
const TRACING = { enabled: false };

/** The operations on state machines: https://docs.aws.amazon.com/step-functions/latest/apireference/ */
export class MachinesApi {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async create(input: JsonObject): Promise<JsonObject> {
    const name = text(input, 'name');
    checkName(name);
    const definition = text(input, 'definition');
    const role = text(input, 'roleArn');
    checkType(input);
    refuse(input, 'publish');
    this.#check(definition);
    const arn = stateMachineArn(name);
    const logging = JSON.stringify(input.loggingConfiguration ?? LOGGING);
    const tracing = JSON.stringify(input.tracingConfiguration ?? TRACING);
    const known = this.#engine.machines.get(arn);
    if (known) {
      const same =
        this.#engine.machines.revision(known.revision)?.definition === definition &&
        known.logging === logging &&
        known.tracing === tracing;
      if (!same)
        throw new ServiceError(
          'StateMachineAlreadyExists',
          `State Machine Already Exists: '${arn}'`,
        );
      return { stateMachineArn: arn, creationDate: seconds(known.created) };
    }
    const created = this.#engine.clock.now();
    await this.#engine.machines.save(
      { arn, name, role, created, logging, tracing },
      { uuid: randomUUID(), definition, role, updated: created, first: 1 },
    );
    return { stateMachineArn: arn, creationDate: seconds(created) };
  }

  async update(input: JsonObject): Promise<JsonObject> {
    const machine = this.get(text(input, 'stateMachineArn'));
    const definition = optionalText(input, 'definition');
    const role = optionalText(input, 'roleArn') ?? machine.role;
    refuse(input, 'publish');
    const given = ['definition', 'roleArn', 'loggingConfiguration', 'tracingConfiguration'];
    if (!given.some((field) => input[field] !== undefined))
      throw new ServiceError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
      );
    if (definition !== undefined) this.#check(definition);
    const before = this.#engine.machines.revision(machine.revision);
    const updated = this.#engine.clock.now();
    const uuid = randomUUID();
    await this.#engine.machines.save(
      {
        ...machine,
        role,
        logging: JSON.stringify(input.loggingConfiguration ?? JSON.parse(machine.logging)),
        tracing: JSON.stringify(input.tracingConfiguration ?? JSON.parse(machine.tracing)),
      },
      { uuid, definition: definition ?? before?.definition ?? '', role, updated, first: 0 },
    );
    return { updateDate: seconds(updated), revisionId: uuid };
  }

  describe(input: JsonObject): JsonObject {
    const arn = text(input, 'stateMachineArn');
    checkArn(arn, 'stateMachine');
    const machine = this.get(arn);
    return {
      ...this.#described(machine.revision),
      stateMachineArn: machine.arn,
      name: machine.name,
      status: 'ACTIVE',
      roleArn: machine.role,
      type: 'STANDARD',
      creationDate: seconds(machine.created),
      loggingConfiguration: JSON.parse(machine.logging) as JsonObject,
      tracingConfiguration: JSON.parse(machine.tracing) as JsonObject,
    };
  }

  describeForExecution(input: JsonObject): JsonObject {
    const arn = text(input, 'executionArn');
    checkArn(arn, 'execution');
    const row = this.#engine.store.byArn(arn);
    if (!row) throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    const revision = this.#engine.machines.revision(row.revision);
    const machine = this.#engine.machines.get(row.machine);
    return {
      ...this.#described(row.revision),
      stateMachineArn: row.machine,
      name: row.machine.slice(row.machine.lastIndexOf(':') + 1),
      roleArn: revision?.role ?? '',
      updateDate: seconds(revision?.updated ?? row.started),
      loggingConfiguration: JSON.parse(machine?.logging ?? JSON.stringify(LOGGING)) as JsonObject,
      tracingConfiguration: JSON.parse(machine?.tracing ?? JSON.stringify(TRACING)) as JsonObject,
    };
  }

  list(input: JsonObject): JsonObject {
    const size = pageSize(input);
    const rows = this.#engine.machines.list(pageStart(input) ?? '', size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      stateMachines: page.map(({ arn, name, created }) => ({
        stateMachineArn: arn,
        name,
        type: 'STANDARD',
        creationDate: seconds(created),
      })),
      ...(rows.length > size && last ? { nextToken: pageToken(last.name) } : {}),
    };
  }

  /** Deleting what isn't there is fine. Executions that run go on to their end. */
  async delete(input: JsonObject): Promise<JsonObject> {
    const arn = text(input, 'stateMachineArn');
    checkArn(arn, 'stateMachine');
    await this.#engine.machines.delete(arn);
    return {};
  }

  validate(input: JsonObject): JsonObject {
    checkType(input);
    const size = pageSize(input);
    const severity = oneOf(input, 'severity', ['ERROR', 'WARNING']) ?? 'ERROR';
    const { diagnostics } = this.#engine.parse(text(input, 'definition'));
    const shown = diagnostics.filter((one) => severity === 'WARNING' || one.severity === 'ERROR');
    return {
      result: diagnostics.some((one) => one.severity === 'ERROR') ? 'FAIL' : 'OK',
      diagnostics: shown.slice(0, size).map((one) => ({ ...one })),
      truncated: shown.length > size,
    };
  }

  /** @throws ServiceError `StateMachineDoesNotExist` */
  get(arn: string): MachineRow {
    const machine = this.#engine.machines.get(arn);
    if (machine) return machine;
    throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  #described(revision: number): JsonObject {
    const row = this.#engine.machines.revision(revision);
    return {
      definition: row?.definition ?? '',
      ...(row && !row.first ? { revisionId: row.uuid } : {}),
    };
  }

  #check(definition: string): void {
    const { machine, diagnostics } = this.#engine.parse(definition);
    if (!machine) throw invalidDefinition(diagnostics);
  }
}

function checkType(input: JsonObject): void {
  if ((oneOf(input, 'type', ['STANDARD', 'EXPRESS']) ?? 'STANDARD') === 'STANDARD') return;
  throw new ServiceError(
    'StateMachineTypeNotSupported',
    'EXPRESS state machines are not supported by the local cloud; use STANDARD',
  );
}

function refuse(input: JsonObject, field: string): void {
  if (!flag(input, field, false)) return;
  throw new ServiceError('ValidationException', `'${field}' is not supported by the local cloud`);
}
