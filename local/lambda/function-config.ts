import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { objectOf, requiredText, showJson } from '../template/read-properties.ts';
import type { Resource } from '../template/read-stack.ts';
import { TemplateError } from '../template/template-error.ts';

/** A function as the runtime runs it. */
export interface FunctionConfig {
  logicalId: string;
  name: string;
  arn: string;
  /** The module that exports the handler, and the export's name. */
  modulePath: string;
  handlerName: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMb: number;
  logGroup: string;
  reservedConcurrency?: number;
  deadLetterArn?: string;
}

const EXTENSIONS = ['.mjs', '.js', '.cjs'];

/**
 * Reads an `AWS::Lambda::Function`. `asset` gives the folder that would be uploaded under an S3 key.
 * Defaults are Lambda's own: 3 seconds, 128 MB.
 *
 * @throws TemplateError for a runtime other than Node, code that is not an asset, or a missing handler file.
 */
export function readFunction(resource: Resource, asset: (key: string) => string): FunctionConfig {
  const { logicalId, properties, ref: name } = resource;
  const runtime = showJson(properties.Runtime ?? properties.PackageType);
  if (!runtime.startsWith('nodejs')) {
    throw new TemplateError(`${logicalId}: runtime ${runtime} is not supported, only Node.js`);
  }
  const key = objectOf(properties, 'Code').S3Key;
  if (typeof key !== 'string') {
    throw new TemplateError(`${logicalId}: its code must be an asset (Code.S3Key)`);
  }
  const handler = requiredText(resource, 'Handler');
  const dot = handler.lastIndexOf('.');
  const file = join(asset(key), handler.slice(0, dot));
  const extension = EXTENSIONS.find((candidate) => existsSync(file + candidate));
  if (extension === undefined) {
    throw new TemplateError(`${logicalId}: no ${file}.mjs for handler ${handler}; run the build`);
  }
  const variables = objectOf(objectOf(properties, 'Environment'), 'Variables');
  const reserved = properties.ReservedConcurrentExecutions;
  const deadLetter = objectOf(properties, 'DeadLetterConfig').TargetArn;
  const logGroup = objectOf(properties, 'LoggingConfig').LogGroup;
  return {
    logicalId,
    name,
    arn: String(resource.attributes.Arn),
    modulePath: file + extension,
    handlerName: handler.slice(dot + 1),
    environment: Object.fromEntries(
      Object.entries(variables).map(([variable, value]) => [variable, showJson(value)]),
    ),
    timeoutSeconds: Number(properties.Timeout ?? 3),
    memoryMb: Number(properties.MemorySize ?? 128),
    logGroup: typeof logGroup === 'string' ? logGroup : `/aws/lambda/${name}`,
    ...(typeof reserved === 'number' && { reservedConcurrency: reserved }),
    ...(typeof deadLetter === 'string' && { deadLetterArn: deadLetter }),
  };
}
