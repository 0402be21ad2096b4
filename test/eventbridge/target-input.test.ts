import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../local/contracts.ts';
import { parseTarget } from '../../local/eventbridge/target.ts';
import { compileInput } from '../../local/eventbridge/target-input.ts';

const event: JsonObject = {
  version: '0',
  id: 'e1',
  'detail-type': 'Order "x"',
  source: 'fastcart',
  resources: ['arn:r'],
  detail: { order: 'ORD-1', total: 5000, note: 'say "hi"', items: [{ sku: 'A' }, { sku: 'B' }] },
};
const context = {
  ruleArn: 'arn:rule',
  ruleName: 'rule',
  ingestionTime: '2026-11-21T08:00:00.000Z',
};

const target = (fields: JsonObject) => parseTarget({ Id: 't', Arn: 'arn:aws:lambda:x', ...fields });
const render = (fields: JsonObject) => compileInput(target(fields))(event, context);
const transform = (InputTemplate: string, InputPathsMap: JsonObject = {}) =>
  render({ InputTransformer: { InputTemplate, InputPathsMap } });

describe('target input', () => {
  it('is the event, unless the target says otherwise', () => {
    expect(JSON.parse(render({}))).toEqual(event);
    expect(render({ Input: '{"a": 1}' })).toBe('{"a": 1}');
  });

  it.each<[string, Json]>([
    ['$', event],
    ['$.detail.order', 'ORD-1'],
    ['$.detail-type', 'Order "x"'],
    ['$.detail.items[1].sku', 'B'],
    ['$.detail.items[*].sku', ['A', 'B']],
    ['$.resources[0]', 'arn:r'],
    ['$.missing.deep', null],
  ])('takes the part at %s', (InputPath, expected) => {
    expect(JSON.parse(render({ InputPath }))).toEqual(expected);
  });

  it('fills a JSON template: values outside quotes as JSON, inside quotes as text', () => {
    const text = transform(
      '{"order": <order>, "total": <total>, "items": <items>, "line": "order <order>: \\"<note>\\", <total>", "none": <none>}',
      {
        order: '$.detail.order',
        total: '$.detail.total',
        items: '$.detail.items',
        note: '$.detail.note',
        none: '$.detail.none',
      },
    );
    expect(JSON.parse(text)).toEqual({
      order: 'ORD-1',
      total: 5000,
      items: [{ sku: 'A' }, { sku: 'B' }],
      line: 'order ORD-1: "say "hi"", 5000',
      none: '',
    });
  });

  it('fills a string template and plain lines', () => {
    const paths = { order: '$.detail.order', note: '$.detail.note' };
    expect(transform('"<order> says <note>"', paths)).toBe('"ORD-1 says say \\"hi\\""');
    expect(transform('Order <order>\nsays <note>', paths)).toBe('Order ORD-1\nsays say "hi"');
  });

  it('knows the predefined variables', () => {
    const text = transform(
      '{"rule": <aws.events.rule-arn>, "name": "<aws.events.rule-name>", "at": <aws.events.event.ingestion-time>, "event": <aws.events.event.json>, "short": <aws.events.event>}',
    );
    const { detail: _detail, ...short } = event;
    expect(JSON.parse(text)).toEqual({
      rule: 'arn:rule',
      name: 'rule',
      at: context.ingestionTime,
      event,
      short,
    });
    expect(JSON.parse(transform('<aws.events.event.json>'))).toEqual(event);
  });

  it.each<[JsonObject, string]>([
    [{ Input: '{', InputPath: '$' }, 'Only one of'],
    [{ Input: '{' }, 'JSON syntax error'],
    [{ InputPath: 'detail' }, 'not a JSON path'],
    [{ InputPath: '$.a[?(@.b)]' }, 'not a JSON path'],
    [{ InputTransformer: { InputTemplate: '{"a": <b>}' } }, 'no variable <b>'],
    [{ InputTransformer: { InputTemplate: '{"a": 1' } }, 'does not make JSON'],
    [
      { InputTransformer: { InputTemplate: '"x"', InputPathsMap: { 'aws.x': '$.a' } } },
      'Invalid InputPathsMap',
    ],
    [{ InputTransformer: {} }, 'InputTemplate'],
    [{ EcsParameters: {} }, 'does not support EcsParameters'],
    [{ Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/other' }, 'event buses'],
    [{ RetryPolicy: { MaximumRetryAttempts: 186 } }, 'RetryPolicy'],
    [{ RetryPolicy: { MaximumEventAgeInSeconds: 59 } }, 'RetryPolicy'],
    [{ DeadLetterConfig: { Arn: 'arn:aws:sns:x' } }, 'SQS queue'],
    [{ Arn: 'orders' }, 'not in correct format'],
    [{ Id: 'a b' }, 'Target Id'],
  ])('refuses %j', (fields, message) => {
    expect(() => compileInput(target(fields))).toThrow(message);
  });
});
