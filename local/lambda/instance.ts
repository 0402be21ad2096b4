import { Worker } from 'node:worker_threads';
import type { FunctionConfig } from './function-config.ts';
import type { FunctionFailure, Invoke, Output, WorkerMessage, WorkerSettings } from './messages.ts';
import { workerProgram } from './worker-program.ts';

/** How an event ended in an instance: JSON text, or Lambda's error object. */
export type Outcome = { result: string } | { failure: FunctionFailure };

/** Lambda gives the initialisation ten seconds of its own. */
const INIT_TIMEOUT_MS = 10_000;

/**
 * One instance of a function: a thread with an environment of its own that runs one event at a time.
 * Once `alive` is false (it timed out, exited, or was stopped) it runs nothing more.
 */
export class Instance {
  alive = true;
  /** Real time (`performance.now()`) of the last event's end. */
  idleSince = performance.now();
  readonly #worker: Worker;
  readonly #ready: Promise<FunctionFailure | undefined>;
  readonly #config: FunctionConfig;
  #settleReady: (failure?: FunctionFailure) => void = () => undefined;
  #settle: ((outcome: Outcome) => void) | undefined;
  #requestId = '';

  constructor(
    config: FunctionConfig,
    environment: Record<string, string>,
    clockOffset: Float64Array,
    onOutput: (output: Output[]) => void,
  ) {
    this.#config = config;
    const settings: WorkerSettings = {
      modulePath: config.modulePath,
      handlerName: config.handlerName,
      functionName: config.name,
      functionArn: config.arn,
      memoryMb: config.memoryMb,
      logGroup: config.logGroup,
      logStream: environment.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
      clockOffset,
    };
    this.#worker = new Worker(workerProgram(), {
      name: config.name,
      workerData: settings,
      env: environment,
      execArgv: [],
      // Young objects of a handler die within its event: a small nursery keeps many threads in little memory.
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: config.memoryMb },
    });
    this.#ready = new Promise((resolve) => {
      this.#settleReady = resolve;
    });
    const started = setTimeout(() => {
      this.#die({
        errorType: 'Sandbox.Timedout',
        errorMessage: 'Error: Runtime did not start in 10.00 seconds',
      });
    }, INIT_TIMEOUT_MS);
    void this.#ready.then(() => clearTimeout(started));
    this.#worker.on('message', (message: WorkerMessage) => {
      if ('output' in message && message.output.length > 0) onOutput(message.output);
      this.#receive(message);
    });
    this.#worker.on('error', (error) => this.#die(uncaught(error, this.#requestId)));
    this.#worker.on('exit', (status) => this.#die(exited(status, this.#requestId)));
  }

  /** Resolves with Lambda's error when the module can't be loaded. */
  ready(): Promise<FunctionFailure | undefined> {
    return this.#ready;
  }

  /** Runs one event; never rejects. Only one at a time. */
  async run(requestId: string, event: string): Promise<Outcome> {
    const broken = await this.#ready;
    if (broken) return { failure: broken };
    const timeoutMs = this.#config.timeoutSeconds * 1000;
    this.#requestId = requestId;
    return await new Promise<Outcome>((resolve) => {
      const timer = setTimeout(() => this.#die(timedOut(this.#config, requestId)), timeoutMs);
      this.#settle = (outcome) => {
        clearTimeout(timer);
        this.#settle = undefined;
        this.#requestId = '';
        this.idleSince = performance.now();
        resolve(outcome);
      };
      const message: Invoke = { requestId, event, timeoutMs };
      this.#worker.postMessage(message, []);
    });
  }

  async stop(): Promise<void> {
    this.#die({ errorType: 'Runtime.ExitError', errorMessage: 'Error: the instance was stopped' });
    await this.#worker.terminate();
  }

  #receive(message: WorkerMessage): void {
    if (message.kind === 'ready') this.#settleReady();
    else if (message.kind === 'broken') this.#die(message.failure);
    else if (message.kind === 'output' || message.requestId !== this.#requestId) return;
    else if (message.kind === 'done') this.#settle?.({ result: message.result });
    else this.#settle?.({ failure: message.failure });
  }

  #die(failure: FunctionFailure): void {
    if (!this.alive) return;
    this.alive = false;
    this.#settleReady(failure);
    this.#settle?.({ failure });
    void this.#worker.terminate();
  }
}

/** As the service reports it, to the seconds with two digits. */
export function timedOut(config: FunctionConfig, requestId: string): FunctionFailure {
  const seconds = config.timeoutSeconds.toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

function exited(status: number, requestId: string): FunctionFailure {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status ${status}`,
  };
}

function uncaught(thrown: unknown, requestId: string): FunctionFailure {
  if (!(thrown instanceof Error)) {
    return { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(thrown) };
  }
  if ('code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return {
      errorType: 'Runtime.OutOfMemory',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
    };
  }
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: String(thrown.stack).split('\n'),
  };
}
