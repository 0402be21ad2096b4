import { readFileSync } from 'node:fs';
import { type AwsService, type JsonObject, ServiceError } from '../contracts.ts';
import { requiredText, showJson } from '../template/read-properties.ts';
import type { Resource } from '../template/read-stack.ts';
import { TemplateError } from '../template/template-error.ts';

/**
 * Creates the template's state machines, or updates those whose definition changed; executions that run keep the
 * definition that they began with. `asset` gives the file for an S3 key.
 *
 * @throws TemplateError with the machine's name and what is wrong with its definition.
 */
export async function provisionMachines(
  stepFunctions: AwsService,
  resources: readonly Resource[],
  asset: (key: string) => string,
): Promise<void> {
  await Promise.all(resources.map((resource) => provisionMachine(stepFunctions, resource, asset)));
}

async function provisionMachine(
  stepFunctions: AwsService,
  resource: Resource,
  asset: (key: string) => string,
): Promise<void> {
  const { ref: stateMachineArn, attributes, properties } = resource;
  const definition = definitionOf(resource, asset);
  const { StateMachineType: type = 'STANDARD' } = properties;
  const call = (operation: string, input: JsonObject) =>
    stepFunctions.handle(operation, input, new AbortController().signal);
  const name = attributes.Name ?? '';
  const roleArn = requiredText(resource, 'RoleArn');
  try {
    await call('CreateStateMachine', { name, definition, roleArn, type });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.name !== 'StateMachineAlreadyExists') {
      throw new TemplateError(`state machine ${name}: ${error.message}`);
    }
    await call('UpdateStateMachine', { stateMachineArn, definition }).catch((reason: unknown) => {
      throw new TemplateError(`state machine ${name}: ${(reason as Error).message}`);
    });
  }
}

function definitionOf({ logicalId, properties }: Resource, asset: (key: string) => string): string {
  const { DefinitionString, DefinitionS3Location, Definition, DefinitionSubstitutions } =
    properties;
  let text: string;
  if (typeof DefinitionString === 'string') text = DefinitionString;
  else if (Definition !== undefined) text = JSON.stringify(Definition);
  else {
    const key = (DefinitionS3Location as JsonObject | undefined)?.Key;
    if (typeof key !== 'string') throw new TemplateError(`${logicalId}: it has no definition`);
    text = readFileSync(asset(key), 'utf8');
  }
  const values = (DefinitionSubstitutions ?? {}) as JsonObject;
  return text.replaceAll(/\$\{([A-Za-z0-9_]+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new TemplateError(`${logicalId}: no substitution for ${placeholder}`);
    }
    // Within the JSON text: what the value holds must stay one JSON string.
    return JSON.stringify(showJson(value)).slice(1, -1);
  });
}
