import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { functionArn, type LocalEventBridge, startEventBridge } from './local-eventbridge.ts';

let local: LocalEventBridge;

beforeEach(async () => {
  local = await startEventBridge();
  await local.eventBridge.recover();
});
afterEach(() => local.close());

const confirmed = { Source: 'fastcart', DetailType: 'OrderConfirmed', Detail: '{"order":"ORD-1"}' };
const put = (...Entries: NonNullable<PutEventsCommand['input']['Entries']>) =>
  local.client.send(new PutEventsCommand({ Entries }));
const pattern = JSON.stringify({ source: ['fastcart'], detail: { order: [{ prefix: 'ORD-' }] } });

describe('events', () => {
  it('reach the targets of the rules that they match, in the envelope of AWS', async () => {
    await local.addRule(
      { Name: 'orders', EventPattern: pattern },
      { Id: 'mail', Arn: functionArn('mail') },
      { Id: 'log', Arn: functionArn('log'), InputPath: '$.detail' },
    );
    await local.addRule(
      { Name: 'others', EventPattern: '{"source":["other"]}' },
      { Id: 'never', Arn: functionArn('never') },
    );
    const answer = await put({
      ...confirmed,
      Resources: ['arn:order'],
      Time: new Date('2026-11-21T08:00:00.700Z'),
    });
    expect(answer.FailedEntryCount).toBe(0);
    await vi.waitFor(() => expect(local.delivered).toHaveLength(2));
    expect(local.delivered).toContainEqual({
      arn: functionArn('log'),
      payload: { order: 'ORD-1' },
    });
    expect(local.delivered).toContainEqual({
      arn: functionArn('mail'),
      payload: {
        version: '0',
        id: answer.Entries?.[0]?.EventId,
        'detail-type': 'OrderConfirmed',
        source: 'fastcart',
        account: '000000000000',
        time: '2026-11-21T08:00:00Z',
        region: 'us-east-1',
        resources: ['arn:order'],
        detail: { order: 'ORD-1' },
      },
    });
    await vi.waitFor(() => expect(local.open()).toBe(0));
  });

  it('stay on their bus', async () => {
    await local.client.send(new CreateEventBusCommand({ Name: 'shop' }));
    const EventPattern = pattern;
    await local.addRule(
      { Name: 'r', EventBusName: 'shop', EventPattern },
      { Id: 't', Arn: functionArn('shop') },
    );
    await local.addRule({ Name: 'r', EventPattern }, { Id: 't', Arn: functionArn('default') });
    await put({ ...confirmed, EventBusName: 'shop' });
    await vi.waitFor(() => expect(local.delivered).toHaveLength(1));
    expect(local.delivered[0]?.arn).toBe(functionArn('shop'));
    await put({
      ...confirmed,
      EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/default',
    });
    await vi.waitFor(() => expect(local.delivered).toHaveLength(2));
    expect(local.delivered[1]?.arn).toBe(functionArn('default'));
  });

  it('are refused one by one', async () => {
    await local.addRule(
      { Name: 'all', EventPattern: '{"account":["000000000000"]}' },
      { Id: 't', Arn: functionArn('all') },
    );
    const answer = await put(
      confirmed,
      { ...confirmed, Detail: 'text' },
      { ...confirmed, Detail: '[]' },
      { ...confirmed, Source: 'aws.states' },
      { ...confirmed, DetailType: undefined },
      { ...confirmed, EventBusName: 'misspelt' },
    );
    expect(answer.FailedEntryCount).toBe(5);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'MalformedDetail',
      'NotAuthorizedForSourceException',
      'InvalidArgument',
      'InvalidArgument',
    ]);
    await vi.waitFor(() => expect(local.delivered).toHaveLength(1));
  });

  it('are refused together when there are too many or too much', async () => {
    await expect(put(...Array.from({ length: 11 }, () => confirmed))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const Detail = JSON.stringify({ text: 'x'.repeat(600_000) });
    await expect(put({ ...confirmed, Detail }, { ...confirmed, Detail })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
  });

  it('of AWS services go to the default bus', async () => {
    await local.addRule(
      { Name: 'ended', EventPattern: '{"source":["aws.states"],"detail":{"status":["FAILED"]}}' },
      { Id: 't', Arn: functionArn('undo') },
    );
    await local.eventBridge.putServiceEvent({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: ['arn:execution'],
      detail: { status: 'FAILED' },
    });
    await vi.waitFor(() => expect(local.delivered).toHaveLength(1));
    expect(local.delivered[0]?.payload).toMatchObject({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
    });
  });

  it('pass a rule by while it is disabled', async () => {
    await local.addRule(
      { Name: 'r', EventPattern: pattern, State: 'DISABLED' },
      { Id: 't', Arn: functionArn('f') },
    );
    await put(confirmed);
    await local.client.send(new EnableRuleCommand({ Name: 'r' }));
    await put(confirmed);
    await vi.waitFor(() => expect(local.delivered).toHaveLength(1));
    await local.client.send(new DisableRuleCommand({ Name: 'r' }));
    await put(confirmed);
    expect(local.open()).toBe(0);
    expect(local.delivered).toHaveLength(1);
  });
});

describe('buses, rules and targets', () => {
  it('are described and listed', async () => {
    await local.client.send(new CreateEventBusCommand({ Name: 'shop' }));
    await expect(
      local.client.send(new CreateEventBusCommand({ Name: 'shop' })),
    ).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    const { Arn } = await local.client.send(new DescribeEventBusCommand({ Name: 'shop' }));
    expect(Arn).toBe('arn:aws:events:us-east-1:000000000000:event-bus/shop');
    const { EventBuses } = await local.client.send(new ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'shop']);

    await local.addRule(
      { Name: 'a', EventBusName: 'shop', EventPattern: pattern, Description: 'first' },
      { Id: 'one', Arn: functionArn('f') },
      { Id: 'two', Arn: functionArn('g'), Input: '{}' },
    );
    const rule = await local.client.send(
      new DescribeRuleCommand({ Name: 'a', EventBusName: 'shop' }),
    );
    expect(rule).toMatchObject({
      Arn: 'arn:aws:events:us-east-1:000000000000:rule/shop/a',
      Description: 'first',
      EventPattern: pattern,
      State: 'ENABLED',
    });
    const { Rules } = await local.client.send(new ListRulesCommand({ EventBusName: 'shop' }));
    expect(Rules?.map(({ Name }) => Name)).toEqual(['a']);
    const { RuleNames } = await local.client.send(
      new ListRuleNamesByTargetCommand({ TargetArn: functionArn('g'), EventBusName: 'shop' }),
    );
    expect(RuleNames).toEqual(['a']);
    const list = new ListTargetsByRuleCommand({ Rule: 'a', EventBusName: 'shop' });
    expect((await local.client.send(list)).Targets).toEqual([
      { Id: 'one', Arn: functionArn('f') },
      { Id: 'two', Arn: functionArn('g'), Input: '{}' },
    ]);

    const remove = new DeleteRuleCommand({ Name: 'a', EventBusName: 'shop' });
    await expect(local.client.send(remove)).rejects.toMatchObject({ name: 'ValidationException' });
    const removed = await local.client.send(
      new RemoveTargetsCommand({ Rule: 'a', EventBusName: 'shop', Ids: ['one', 'two', 'three'] }),
    );
    expect(removed.FailedEntries).toMatchObject([{ TargetId: 'three' }]);
    await local.client.send(remove);
    await local.client.send(new DeleteEventBusCommand({ Name: 'shop' }));
    await expect(
      local.client.send(new DescribeEventBusCommand({ Name: 'shop' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('are refused when they are wrong', async () => {
    const refused = async (input: PutRuleCommand['input'], name: string) =>
      expect(local.client.send(new PutRuleCommand(input))).rejects.toMatchObject({ name });
    await refused({ Name: 'r', EventPattern: '{"a":"b"}' }, 'InvalidEventPatternException');
    await refused({ Name: 'r', ScheduleExpression: 'rate(1 minutes)' }, 'ValidationException');
    await refused({ Name: 'r' }, 'ValidationException');
    await refused({ Name: 'r r', EventPattern: pattern }, 'ValidationException');
    await refused(
      { Name: 'r', EventPattern: pattern, EventBusName: 'none' },
      'ResourceNotFoundException',
    );
    expect((await local.client.send(new ListRulesCommand({}))).Rules).toEqual([]);
    await local.addRule({ Name: 'r', EventPattern: pattern });
    const Targets = Array.from({ length: 6 }, (_, i) => ({ Id: `${i}`, Arn: functionArn('f') }));
    await expect(
      local.client.send(new PutTargetsCommand({ Rule: 'r', Targets })),
    ).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(
      local.client.send(new PutTargetsCommand({ Rule: 'none', Targets: Targets.slice(0, 1) })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('can be tried out', async () => {
    const Event = JSON.stringify({
      id: '1',
      account: '1',
      source: 'fastcart',
      time: '2026-11-21T08:00:00Z',
      region: 'r',
      resources: [],
      'detail-type': 't',
      detail: { order: 'ORD-1' },
    });
    const test = (EventPattern: string, event = Event) =>
      local.client.send(new TestEventPatternCommand({ EventPattern, Event: event }));
    expect((await test(pattern)).Result).toBe(true);
    expect((await test('{"source":["x"]}')).Result).toBe(false);
    await expect(test(pattern, '{"source":"fastcart"}')).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
  });
});
