import { type Answer, json } from '../http/message.ts';

const NAMES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  406: 'Not Acceptable',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** TaxJar's shape of an error (developers.taxjar.com/api/reference/#errors): `status`, `error`, `detail`. */
export function taxJarError(status: number, detail: string): object {
  return { status, error: NAMES[status] ?? 'Error', detail };
}

/** A request that TaxJar refuses. */
export class TaxJarRefusal extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.name = 'TaxJarRefusal';
    this.status = status;
  }

  answer(): Answer {
    return json(this.status, taxJarError(this.status, this.message));
  }
}
