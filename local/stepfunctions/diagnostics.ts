import { ServiceError } from '../contracts.ts';

/** One fault of a definition, as ValidateStateMachineDefinition reports it. `location` is a path from the top. */
export interface Diagnostic {
  severity: 'ERROR' | 'WARNING';
  code: string;
  message: string;
  location?: string;
}

export const SCHEMA = 'SCHEMA_VALIDATION_FAILED';
export const TRANSITION = 'MISSING_TRANSITION_TARGET';

/** Collects the faults of one definition. */
export class Diagnostics {
  readonly all: Diagnostic[] = [];

  error(location: string, message: string, code: string = SCHEMA): void {
    this.all.push({ severity: 'ERROR', code, message, location: location || '/' });
  }

  get failed(): boolean {
    return this.all.some(({ severity }) => severity === 'ERROR');
  }
}

/** What CreateStateMachine answers to a definition with faults. */
export function invalidDefinition(diagnostics: readonly Diagnostic[]): ServiceError {
  const faults = diagnostics
    .filter(({ severity }) => severity === 'ERROR')
    .map(
      ({ code, message, location }) => `${code}: ${message}${location ? ` at ${location}` : ''}`,
    );
  return new ServiceError(
    'InvalidDefinition',
    `Invalid State Machine Definition: '${faults.join(', ')}'`,
  );
}
