import type { Json, JsonObject } from '../contracts.ts';
import { inertReason } from './inert-types.ts';
import type { Assembly } from './load-assembly.ts';
import { showJson } from './read-properties.ts';
import { createResolver } from './resolve-intrinsics.ts';
import {
  type Addresses,
  type Identity,
  identify,
  isCustomResource,
  isSupported,
} from './resource-kinds.ts';
import { TemplateError } from './template-error.ts';

/** A resource with its properties resolved. */
export interface Resource {
  logicalId: string;
  type: string;
  /** What `Ref` gives: a name, an ARN or a URL, as AWS has it for the type. */
  ref: string;
  attributes: Record<string, string>;
  properties: JsonObject;
}

export interface Stack {
  name: string;
  /** The stack's resources of these types, in the template's order. */
  ofType(...types: string[]): Resource[];
  customResources(): Resource[];
  /** The outputs by name. */
  outputs: Record<string, string>;
}

/**
 * Resolves the whole template, so that every fault in it is found at start-up.
 *
 * The value of a custom resource is known only once its function has run, which is after all else is there: nothing
 * else in the template may use it.
 *
 * @throws TemplateError naming the resource and what is not supported in it.
 */
export function readStack(assembly: Assembly, addresses: Addresses): Stack {
  const { template, stackName } = assembly;
  const identities = new Map<string, Identity>();
  const underWay = new Set<string>();
  const publicNames = new Map<string, string>();

  function identity(logicalId: string): Identity | undefined {
    const known = identities.get(logicalId);
    if (known) return known;
    const declared = template.Resources[logicalId];
    if (!declared || !resolver.holds(declared.Condition)) return undefined;
    if (isCustomResource(declared.Type)) {
      throw new TemplateError(`${logicalId}: the value of a custom resource can't be used locally`);
    }
    if (underWay.has(logicalId)) throw new TemplateError(`${logicalId}: its name refers to itself`);
    underWay.add(logicalId);
    const result = identify(
      {
        logicalId,
        type: declared.Type,
        stackName,
        property: (name) => {
          const value = declared.Properties?.[name];
          return value === undefined ? undefined : resolve(value, `${logicalId}.${name}`);
        },
      },
      addresses,
    );
    underWay.delete(logicalId);
    identities.set(logicalId, result);
    return result;
  }

  const resolver = createResolver(template, stackName, identity);

  // `HttpApi.url` is put together from the API's id and the region: that public name stands for our own address.
  function localise(value: Json): Json {
    if (typeof value === 'string') {
      let text = value;
      for (const [name, local] of publicNames) text = text.replaceAll(name, local);
      return text;
    }
    if (Array.isArray(value)) return value.map(localise);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, localise(item)]));
  }

  function resolve(value: Json, where: string): Json {
    return localise(resolver.resolve(value, where));
  }

  const declared = Object.entries(template.Resources).filter(([, resource]) =>
    resolver.holds(resource.Condition),
  );
  const unsupported = declared.filter(([, resource]) => !isSupported(resource.Type));
  if (unsupported.length > 0) {
    const list = unsupported.map(([logicalId, { Type }]) => `${logicalId} (${Type})`).join(', ');
    throw new TemplateError(`resource types that the local cloud does not support: ${list}`);
  }
  for (const [logicalId, { Type }] of declared) {
    if (Type !== 'AWS::ApiGatewayV2::Api') continue;
    const id = identity(logicalId)?.ref;
    const domain = { 'Fn::Sub': `https://${id}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}` };
    publicNames.set(showJson(resolver.resolve(domain, logicalId)), addresses.api);
  }
  const active = declared.filter(([, { Type }]) => inertReason(Type) === undefined);
  const resources = active.map(([logicalId, { Type, Properties }]): Resource => {
    const known = isCustomResource(Type) ? undefined : identity(logicalId);
    const { ref, attributes } = known ?? { ref: logicalId, attributes: {} };
    const properties = resolve(Properties ?? {}, logicalId) as JsonObject;
    return { logicalId, type: Type, ref, attributes, properties };
  });
  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition }] of Object.entries(template.Outputs ?? {})) {
    if (resolver.holds(Condition)) outputs[name] = showJson(resolve(Value, `output ${name}`));
  }
  return {
    name: stackName,
    ofType: (...types) => resources.filter(({ type }) => types.includes(type)),
    customResources: () => resources.filter(({ type }) => isCustomResource(type)),
    outputs,
  };
}
