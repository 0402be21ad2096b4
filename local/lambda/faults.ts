import type { FunctionConfig } from './function-config.ts';
import type { Outcome } from './instance.ts';
import { timedOut } from './instance.ts';

export const FAULT_KINDS = [
  'before',
  'after',
  'timeout_after',
  'twice',
  'kill_before',
  'kill_after',
  'delay',
] as const;

/**
 * What goes wrong with the next `times` (default 1) invocations of a function.
 *
 * - `before`: the function does not run; the caller gets an error.
 * - `after`: it runs, and the caller gets an error instead of its answer.
 * - `timeout_after`: it runs, and the caller is told that it timed out.
 * - `twice`: it runs twice with the same event; the caller gets the second answer.
 * - `kill_before`, `kill_after`: `kill` is called around the invocation, whose caller never gets an answer.
 * - `delay`: it runs `ms` (real milliseconds) later.
 */
export interface LambdaFault {
  /** The function's name or logical id, or a beginning of either. */
  function: string;
  kind: (typeof FAULT_KINDS)[number];
  times?: number;
  /** The error's type; `Lambda.Unknown` unless told. */
  error?: string;
  ms?: number;
  kill?: () => void;
}

/** The faults that are still to happen, oldest first. */
export class Faults {
  readonly #pending: (LambdaFault & { times: number })[] = [];
  readonly #kill: () => void;

  /** `kill` ends the local cloud at once; a fault may bring its own. */
  constructor(kill: () => void) {
    this.#kill = kill;
  }

  add(fault: LambdaFault): void {
    this.#pending.push({ ...fault, times: fault.times ?? 1 });
  }

  clear(): void {
    this.#pending.length = 0;
  }

  /** Faults that have not happened yet, with the times that are left. */
  pending(): readonly LambdaFault[] {
    return this.#pending;
  }

  /** Runs an event through the fault that is next for this function, if there is one. */
  async run(
    config: FunctionConfig,
    requestId: string,
    run: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const fault = this.#take(config);
    switch (fault?.kind) {
      case undefined:
        return await run();
      case 'before':
        return injected(fault, 'before it ran');
      case 'after':
        await run();
        return injected(fault, 'after it ran');
      case 'timeout_after':
        await run();
        return { failure: timedOut(config, requestId) };
      case 'twice':
        await run();
        return await run();
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 0));
        return await run();
      case 'kill_after':
        await run();
        return await this.#die(fault);
      case 'kill_before':
        return await this.#die(fault);
    }
  }

  #take(config: FunctionConfig): LambdaFault | undefined {
    if (this.#pending.length === 0) return undefined;
    const index = this.#pending.findIndex(
      (fault) =>
        config.name.startsWith(fault.function) || config.logicalId.startsWith(fault.function),
    );
    const fault = this.#pending[index];
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times <= 0) this.#pending.splice(index, 1);
    return fault;
  }

  #die(fault: LambdaFault): Promise<Outcome> {
    (fault.kill ?? this.#kill)();
    return new Promise(() => undefined);
  }
}

function injected(fault: LambdaFault, when: string): Outcome {
  return {
    failure: {
      errorType: fault.error ?? 'Lambda.Unknown',
      errorMessage: `injected fault: the function failed ${when}`,
    },
  };
}
