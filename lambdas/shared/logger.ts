import { Logger } from '@aws-lambda-powertools/logger';

/** One JSON line per entry. Order numbers and error codes may be logged; addresses, names, e-mails and secrets never. */
export const logger = new Logger({ serviceName: 'fastcart' });
