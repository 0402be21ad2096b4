import type { Json, JsonObject } from '../contracts.ts';
import { ACCOUNT_ID, REGION } from '../contracts.ts';
import type { Template } from './load-assembly.ts';
import { showJson } from './read-properties.ts';
import type { Identity } from './resource-kinds.ts';
import { TemplateError } from './template-error.ts';

export interface Resolver {
  /** The value with every intrinsic function in it resolved. `where` is named in errors. */
  resolve(value: Json, where: string): Json;
  /** Whether a condition of the template holds; without a name it does. */
  holds(condition: string | undefined): boolean;
}

/** `Ref: AWS::NoValue`: the property is left out. */
const NO_VALUE = Symbol('AWS::NoValue');
type Resolved = Json | typeof NO_VALUE;

/**
 * Resolves CloudFormation's intrinsic functions as CloudFormation does.
 * `identity` answers for a logical id; it may itself resolve (a name that is made of other names).
 *
 * @throws TemplateError naming the intrinsic that is unknown, or the resource or attribute that does not exist.
 */
export function createResolver(
  template: Template,
  stackName: string,
  identity: (logicalId: string) => Identity | undefined,
): Resolver {
  const pseudo: Record<string, string> = {
    'AWS::Region': REGION,
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Partition': 'aws',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${stackName}/local`,
    'AWS::URLSuffix': 'amazonaws.com',
  };

  function ref(name: string, where: string): Resolved {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const fixed = pseudo[name];
    if (fixed !== undefined) return fixed;
    const parameter = template.Parameters?.[name];
    if (parameter) return parameterValue(name, parameter);
    const found = identity(name);
    if (!found)
      throw new TemplateError(`${where}: Ref to ${name}, which the template doesn't have`);
    return found.ref;
  }

  function parameterValue(name: string, parameter: { Type: string; Default?: Json }): Json {
    if (parameter.Default === undefined) {
      throw new TemplateError(`parameter ${name} has no default value`);
    }
    // The only SSM parameter that a CDK template reads is the version of its bootstrap stack.
    if (parameter.Type.startsWith('AWS::SSM::Parameter::Value')) return '99';
    return parameter.Default;
  }

  function getAtt(argument: Json, where: string): Json {
    const path = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
    const [logicalId = '', ...rest] = path;
    const attribute = rest.join('.');
    const value = identity(logicalId)?.attributes[attribute];
    if (value === undefined) {
      throw new TemplateError(`${where}: no attribute ${logicalId}.${attribute} to get`);
    }
    return value;
  }

  function sub(argument: Json, where: string): string {
    const [text, names] = Array.isArray(argument) ? argument : [argument, {}];
    const own = names as JsonObject;
    return showJson(text).replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      const given = own[name];
      if (given !== undefined) return asText(resolve(given, where), where);
      return asText(name.includes('.') ? getAtt(name, where) : ref(name, where), where);
    });
  }

  function list(argument: Json, where: string): Json[] {
    const value = resolve(argument, where);
    if (!Array.isArray(value)) throw new TemplateError(`${where}: expected a list`);
    return value;
  }

  function condition(value: Json, where: string): boolean {
    const [name, argument] = Object.entries(value as JsonObject)[0] ?? [];
    const items = Array.isArray(argument) ? argument : [];
    switch (name) {
      case 'Condition':
        return holds(showJson(argument));
      case 'Fn::Equals':
        return (
          JSON.stringify(resolve(items[0] ?? null, where)) ===
          JSON.stringify(resolve(items[1] ?? null, where))
        );
      case 'Fn::Not':
        return !condition(items[0] ?? null, where);
      case 'Fn::And':
        return items.every((item) => condition(item, where));
      case 'Fn::Or':
        return items.some((item) => condition(item, where));
      default:
        throw new TemplateError(`${where}: condition function ${name} is not supported`);
    }
  }

  function holds(name: string | undefined): boolean {
    if (name === undefined) return true;
    const declared = template.Conditions?.[name];
    if (declared === undefined) throw new TemplateError(`condition ${name} does not exist`);
    return condition(declared, `condition ${name}`);
  }

  const functions: Record<string, (argument: Json, where: string) => Resolved> = {
    Ref: (name, where) => ref(showJson(name), where),
    'Fn::GetAtt': getAtt,
    'Fn::Sub': sub,
    'Fn::Join': (argument, where) => {
      const [separator, items] = argument as [string, Json];
      return list(items, where)
        .map((item) => asText(item, where))
        .join(separator);
    },
    'Fn::Select': (argument, where) => {
      const [index, items] = argument as [Json, Json];
      const value = list(items, where)[Number(resolve(index, where))];
      if (value === undefined) throw new TemplateError(`${where}: Fn::Select beyond the list`);
      return value;
    },
    'Fn::Split': (argument, where) => {
      const [separator, text] = argument as [string, Json];
      return asText(resolve(text, where), where).split(separator);
    },
    'Fn::If': (argument, where) => {
      const [name, yes, no] = argument as [string, Json, Json];
      return walk(holds(name) ? yes : no, where);
    },
    'Fn::FindInMap': (argument, where) => {
      const [map, first, second] = list(argument, where).map(String) as [string, string, string];
      const value = template.Mappings?.[map]?.[first]?.[second];
      if (value === undefined) {
        throw new TemplateError(`${where}: no ${map}.${first}.${second} in the mappings`);
      }
      return value;
    },
    'Fn::Base64': (text, where) =>
      Buffer.from(asText(resolve(text, where), where)).toString('base64'),
  };

  function walk(value: Json, where: string): Resolved {
    if (typeof value === 'string') return refuseDynamicReference(value, where);
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) {
      return value.map((item) => walk(item, where)).filter((item) => item !== NO_VALUE);
    }
    const entries = Object.entries(value);
    const [key, argument] = entries[0] ?? [];
    if (entries.length === 1 && key !== undefined && argument !== undefined) {
      const apply = functions[key];
      if (apply) return apply(argument, where);
      if (key.startsWith('Fn::')) throw new TemplateError(`${where}: ${key} is not supported`);
    }
    const result: JsonObject = {};
    for (const [name, item] of entries) {
      const resolved = walk(item, where);
      if (resolved !== NO_VALUE) result[name] = resolved;
    }
    return result;
  }

  function resolve(value: Json, where: string): Json {
    const resolved = walk(value, where);
    return resolved === NO_VALUE ? null : resolved;
  }

  return { resolve, holds };
}

function asText(value: Resolved, where: string): string {
  if (value === NO_VALUE || value === null || typeof value === 'object') {
    throw new TemplateError(`${where}: expected text, not ${JSON.stringify(value) ?? 'nothing'}`);
  }
  return String(value);
}

function refuseDynamicReference(text: string, where: string): string {
  if (text.includes('{{resolve:')) {
    throw new TemplateError(
      `${where}: dynamic reference ${text} is not supported; read the secret`,
    );
  }
  return text;
}
