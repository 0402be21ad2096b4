import { type AwsService, type JsonObject, ServiceError } from '../contracts.ts';
import { TemplateError } from '../template/template-error.ts';

/**
 * Calls a service on behalf of a resource of the template.
 *
 * @throws TemplateError with the resource's name and the service's reason.
 */
export async function call(
  service: AwsService,
  operation: string,
  input: JsonObject,
  logicalId: string,
): Promise<JsonObject> {
  try {
    return await service.handle(operation, input, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new TemplateError(`${logicalId}: ${error.message}`);
  }
}
