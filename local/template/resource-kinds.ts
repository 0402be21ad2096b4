import { createHash } from 'node:crypto';
import type { Json } from '../contracts.ts';
import { ACCOUNT_ID, REGION } from '../contracts.ts';
import { inertReason } from './inert-types.ts';
import { showJson } from './read-properties.ts';
import { TemplateError } from './template-error.ts';

/** What `Ref` and `Fn::GetAtt` give for a resource. */
export interface Identity {
  ref: string;
  attributes: Record<string, string>;
}

/** A resource as its kind sees it: `property` resolves one of its properties. */
export interface Declared {
  logicalId: string;
  type: string;
  stackName: string;
  property(name: string): Json | undefined;
}

/** Base URLs that some identities contain. No trailing slash. */
export interface Addresses {
  api: string;
  services: string;
}

type Kind = (resource: Declared, addresses: Addresses) => Identity;

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${rest}`;

/** The physical name: the declared one, else stack and logical id as CloudFormation would, cut to `longest`. */
function nameOf(resource: Declared, property: string, longest: number, suffix = ''): string {
  const declared = resource.property(property);
  if (typeof declared === 'string') return declared;
  const name = `${resource.stackName}-${resource.logicalId}`;
  const room = longest - suffix.length;
  if (name.length <= room) return name + suffix;
  return `${name.slice(0, room - 9)}-${digest(name, 8)}${suffix}`;
}

/** Digits that depend on the name alone, where AWS has random ones: a restart finds the same resource. */
function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

const generatedId = (resource: Declared, length: number) =>
  digest(`${resource.stackName}/${resource.logicalId}`, length);

const table: Kind = (resource) => {
  const name = nameOf(resource, 'TableName', 255);
  const tableArn = arn('dynamodb', `table/${name}`);
  return {
    ref: name,
    attributes: { Arn: tableArn, StreamArn: `${tableArn}/stream/local`, TableId: name },
  };
};

const KINDS: Record<string, Kind> = {
  'AWS::Lambda::Function': (resource) => {
    const name = nameOf(resource, 'FunctionName', 64);
    return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
  },
  'AWS::Lambda::EventSourceMapping': (resource) => {
    const id = generatedId(resource, 32);
    return { ref: id, attributes: { Id: id } };
  },
  'AWS::Lambda::EventInvokeConfig': (resource) => ({
    ref: generatedId(resource, 32),
    attributes: {},
  }),
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::SQS::Queue': (resource, { services }) => {
    const name = nameOf(resource, 'QueueName', 80, resource.property('FifoQueue') ? '.fifo' : '');
    const url = `${services}/${ACCOUNT_ID}/${name}`;
    return { ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } };
  },
  'AWS::Events::EventBus': (resource) => {
    const name = nameOf(resource, 'Name', 256);
    return { ref: name, attributes: { Arn: arn('events', `event-bus/${name}`), Name: name } };
  },
  'AWS::Events::Rule': (resource) => {
    const name = nameOf(resource, 'Name', 64);
    const bus = resource.property('EventBusName');
    const path = typeof bus === 'string' && bus !== 'default' ? `${bus.split('/').at(-1)}/` : '';
    return {
      ref: path === '' ? name : `${path.slice(0, -1)}|${name}`,
      attributes: { Arn: arn('events', `rule/${path}${name}`) },
    };
  },
  'AWS::StepFunctions::StateMachine': (resource) => {
    const name = nameOf(resource, 'StateMachineName', 80);
    const machineArn = arn('states', `stateMachine:${name}`);
    return { ref: machineArn, attributes: { Arn: machineArn, Name: name } };
  },
  'AWS::SecretsManager::Secret': (resource) => {
    // Secrets Manager adds six random characters of its own; it takes an ARN without them as well.
    const secretArn = arn('secretsmanager', `secret:${nameOf(resource, 'Name', 505)}`);
    return { ref: secretArn, attributes: { Id: secretArn } };
  },
  'AWS::ApiGatewayV2::Api': (resource, { api }) => {
    const id = generatedId(resource, 10);
    return { ref: id, attributes: { ApiEndpoint: api, ApiId: id } };
  },
  'AWS::ApiGatewayV2::Stage': (resource) => ({
    ref: showJson(resource.property('StageName')),
    attributes: {},
  }),
  'AWS::ApiGatewayV2::Route': (resource) => {
    const id = generatedId(resource, 7);
    return { ref: id, attributes: { RouteId: id } };
  },
  'AWS::ApiGatewayV2::Integration': (resource) => {
    const id = generatedId(resource, 7);
    return { ref: id, attributes: { IntegrationId: id } };
  },
};

export function isCustomResource(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/** Whether the local cloud knows what to do with a resource of this type, even if that is nothing. */
export function isSupported(type: string): boolean {
  return type in KINDS || isCustomResource(type) || inertReason(type) !== undefined;
}

/** @throws TemplateError for a type that has no identity of its own here. */
export function identify(resource: Declared, addresses: Addresses): Identity {
  const kind = KINDS[resource.type];
  if (kind) return kind(resource, addresses);
  if (inertReason(resource.type) === undefined) {
    throw new TemplateError(
      `${resource.logicalId}: resource type ${resource.type} is not supported by the local cloud`,
    );
  }
  // Nothing runs from these; the policies and alarms that name them only need something to name.
  const name = `${resource.stackName}-${resource.logicalId}`;
  const service = (resource.type.split('::')[1] ?? '').toLowerCase();
  const topic = resource.type === 'AWS::SNS::Topic';
  return {
    ref: topic ? arn('sns', name) : name,
    attributes: {
      Arn: arn(service, name),
      TopicArn: arn(service, name),
      TopicName: name,
      KeyId: name,
      RoleId: name,
    },
  };
}
