import { describe, expect, it } from 'vitest';
import type { Json } from '../../local/contracts.ts';
import type { Template } from '../../local/template/load-assembly.ts';
import { createResolver } from '../../local/template/resolve-intrinsics.ts';

const template: Template = {
  Resources: {},
  Parameters: {
    Stage: { Type: 'String', Default: 'dev' },
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk/version' },
    Open: { Type: 'String' },
  },
  Conditions: {
    IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
    IsProd: { 'Fn::Not': [{ Condition: 'IsDev' }] },
    Both: { 'Fn::And': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
  },
  Mappings: { Limits: { dev: { wait: 60 } } },
};

function resolve(value: Json): Json {
  const identity = (id: string) =>
    id === 'Table' ? { ref: 'orders', attributes: { Arn: 'arn:table', 'A.B': 'deep' } } : undefined;
  return createResolver(template, 'Shop-dev', identity).resolve(value, 'Here');
}

describe('intrinsic functions', () => {
  it.each<[string, Json, Json]>([
    ['Ref to a resource', { Ref: 'Table' }, 'orders'],
    ['Ref to a parameter', { Ref: 'Stage' }, 'dev'],
    ['Ref to the bootstrap version', { Ref: 'BootstrapVersion' }, '99'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::StackName' }, 'Shop-dev'],
    ['GetAtt', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:table'],
    ['GetAtt with dots', { 'Fn::GetAtt': 'Table.A.B' }, 'deep'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Table' }, 1]] }, 'a-orders-1'],
    ['Sub', { 'Fn::Sub': '${AWS::Region}/${Table.Arn}/${!x}' }, 'us-east-1/arn:table/${x}'],
    ['Sub with values', { 'Fn::Sub': ['${a}-${Stage}', { a: { Ref: 'Table' } }] }, 'orders-dev'],
    ['Select and Split', { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
    ['FindInMap', { 'Fn::FindInMap': ['Limits', { Ref: 'Stage' }, 'wait'] }, 60],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['If', { 'Fn::If': ['IsProd', 'prod', 'not prod'] }, 'not prod'],
    ['If with And', { 'Fn::If': ['Both', 1, 2] }, 2],
    ['If with Or', { 'Fn::If': ['Either', 1, 2] }, 1],
    ['NoValue in an object', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
    ['NoValue in a list', [{ 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, 2], [2]],
    ['anything else', { Name: 'Ref', List: [true, null] }, { Name: 'Ref', List: [true, null] }],
  ])('resolves %s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it.each<[string, Json, RegExp]>([
    ['an unknown function', { 'Fn::ImportValue': 'x' }, /Here: Fn::ImportValue is not supported/],
    ['an unknown resource', { Ref: 'Nothing' }, /Here: Ref to Nothing/],
    ['an unknown attribute', { 'Fn::GetAtt': ['Table', 'Size'] }, /no attribute Table\.Size/],
    ['a parameter without a value', { Ref: 'Open' }, /parameter Open has no default/],
    ['a dynamic reference', '{{resolve:ssm:/x}}', /Here: dynamic reference/],
    ['an unknown condition', { 'Fn::If': ['Nope', 1, 2] }, /condition Nope does not exist/],
    ['a list where text is due', { 'Fn::Join': ['', [['a']]] }, /Here: expected text/],
  ])('refuses %s by name', (_, value, expected) => {
    expect(() => resolve(value)).toThrow(expected);
  });
});
