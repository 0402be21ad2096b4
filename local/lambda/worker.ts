/**
 * Runs inside a worker thread: one instance of one function. It is handed to the thread as plain JavaScript
 * (types stripped), so it imports only Node's own modules.
 */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionFailure, Invoke, Output, WorkerMessage, WorkerSettings } from './messages.ts';

const settings = workerData as WorkerSettings;
const RealDate = Date;
let current = '';
let output: Output[] = [];
let flushing = false;

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message, []);
}

/** The clock of the local cloud instead of the system's: `Date` of this thread is shifted by the shared offset. */
function installClock(): void {
  const now = () => Math.trunc(RealDate.now() + (settings.clockOffset[0] ?? 0));
  function VirtualDate(...args: unknown[]): unknown {
    if (!new.target) return new RealDate(now()).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [now()] : args, new.target);
  }
  Object.setPrototypeOf(VirtualDate, RealDate);
  VirtualDate.prototype = RealDate.prototype;
  VirtualDate.now = now;
  Object.defineProperty(RealDate.prototype, 'constructor', { value: VirtualDate });
  globalThis.Date = VirtualDate as unknown as DateConstructor;
}

/** Console and streams go to the parent, told apart by request. */
function captureOutput(): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const write = (
      chunk: Uint8Array | string,
      encoding?: unknown,
      done?: (error?: Error) => void,
    ): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      output.push({ requestId: current, stream, text });
      if (!flushing) {
        flushing = true;
        setImmediate(flush);
      }
      const callback = typeof encoding === 'function' ? encoding : done;
      if (callback) queueMicrotask(() => Reflect.apply(callback, undefined, []));
      return true;
    };
    process[stream].write = write;
  }
}

function flush(): void {
  flushing = false;
  if (output.length > 0) post({ kind: 'output', output: takeOutput() });
}

function takeOutput(): Output[] {
  const taken = output;
  output = [];
  return taken;
}

function failureOf(thrown: unknown): FunctionFailure {
  if (thrown instanceof Error) {
    return {
      errorType: thrown.name,
      errorMessage: thrown.message,
      trace: String(thrown.stack).split('\n'),
    };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/** Lambda's names for what can go wrong before a handler runs. */
function initFailure(thrown: unknown): FunctionFailure {
  const failure = failureOf(thrown);
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return { ...failure, errorType: 'Runtime.ImportModuleError' };
  }
  if (thrown instanceof SyntaxError) {
    return { ...failure, errorType: 'Runtime.UserCodeSyntaxError' };
  }
  return failure;
}

type Handler = (event: unknown, context: object) => unknown;

async function loadHandler(): Promise<Handler> {
  const module = (await import(pathToFileURL(settings.modulePath).href)) as Record<string, unknown>;
  const exported =
    module[settings.handlerName] ??
    (module.default as Record<string, unknown> | undefined)?.[settings.handlerName];
  if (typeof exported === 'function') return exported as Handler;
  const error = new Error(`index.${settings.handlerName} is undefined or not exported`);
  error.name = 'Runtime.HandlerNotFound';
  throw error;
}

function contextOf({ requestId, timeoutMs }: Invoke): object {
  const deadline = performance.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    functionName: settings.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: settings.functionArn,
    memoryLimitInMB: String(settings.memoryMb),
    logGroupName: settings.logGroup,
    logStreamName: settings.logStream,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

async function invoke(handler: Handler, message: Invoke): Promise<void> {
  const { requestId } = message;
  current = requestId;
  try {
    const value = await handler(JSON.parse(message.event), contextOf(message));
    const result = JSON.stringify(value) ?? 'null';
    post({ kind: 'done', requestId, result, output: takeOutput() });
  } catch (error) {
    post({ kind: 'failed', requestId, failure: failureOf(error), output: takeOutput() });
  }
}

installClock();
captureOutput();
try {
  const handler = await loadHandler();
  parentPort?.on('message', (message: Invoke) => void invoke(handler, message));
  post({ kind: 'ready' });
} catch (error) {
  flush();
  post({ kind: 'broken', failure: initFailure(error) });
}
