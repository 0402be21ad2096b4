/** What a worker is started with. */
export interface WorkerSettings {
  modulePath: string;
  handlerName: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
  logGroup: string;
  logStream: string;
  /** The clock's offset in milliseconds, in shared memory. */
  clockOffset: Float64Array;
}

/** An event for the worker; `event` is JSON text. `timeoutMs` is real time. */
export interface Invoke {
  requestId: string;
  event: string;
  timeoutMs: number;
}

/** What the handler wrote, as it was written: not cut into lines yet. */
export interface Output {
  requestId: string;
  stream: 'stdout' | 'stderr';
  text: string;
}

/** From the worker. `result` is JSON text; `failure` is Lambda's error object. */
export type WorkerMessage =
  | { kind: 'ready' }
  | { kind: 'broken'; failure: FunctionFailure }
  | { kind: 'output'; output: Output[] }
  | { kind: 'done'; requestId: string; result: string; output: Output[] }
  | { kind: 'failed'; requestId: string; failure: FunctionFailure; output: Output[] };

/** The payload of an invocation that failed, as Lambda's Node runtime forms it. */
export interface FunctionFailure {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}
