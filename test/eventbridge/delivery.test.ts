import { PutEventsCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeliveryError } from '../../local/eventbridge/delivery.ts';
import { nextStep } from '../../local/eventbridge/retry.ts';
import { temporaryJournal } from '../sqs/local-sqs.ts';
import { functionArn, type LocalEventBridge, startEventBridge } from './local-eventbridge.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:events-dlq';
const OWN_QUEUE = 'arn:aws:sqs:us-east-1:000000000000:function-dlq';
const EventPattern = '{"source":["fastcart"]}';

let local: LocalEventBridge;

beforeEach(async () => {
  local = await startEventBridge();
  await local.eventBridge.recover();
});
afterEach(() => local.close());

const put = (bridge = local) =>
  bridge.client.send(
    new PutEventsCommand({ Entries: [{ Source: 'fastcart', DetailType: 't', Detail: '{"n":1}' }] }),
  );
const target = {
  Id: 't',
  Arn: functionArn('f'),
  InputPath: '$.detail',
  RetryPolicy: { MaximumRetryAttempts: 2 },
  DeadLetterConfig: { Arn: QUEUE },
};

describe('delivery', () => {
  it('is tried again after a wait, until it succeeds', async () => {
    await local.addRule({ Name: 'r', EventPattern }, target);
    local.onDelivery = () => {
      if (local.delivered.length < 3) throw new Error('not now');
    };
    await put();
    for (const attempt of [1, 2]) {
      await vi.waitFor(() => expect(local.delivered).toHaveLength(attempt));
      await vi.waitFor(() => expect(failures()).toBe(attempt));
      local.clock.advance(2_000);
    }
    await vi.waitFor(() => expect(local.delivered).toHaveLength(3));
    await vi.waitFor(() => expect(local.open()).toBe(0));
    expect(local.deadLetters).toEqual([]);
  });

  it('ends in the dead-letter queue with the attributes of AWS', async () => {
    await local.addRule({ Name: 'r', EventPattern }, target);
    local.onDelivery = () => {
      throw new DeliveryError('SDK_CLIENT_ERROR', 'the function is throttled');
    };
    await put();
    for (const attempt of [1, 2]) {
      await vi.waitFor(() => expect(failures()).toBe(attempt));
      local.clock.advance(600_000);
    }
    await vi.waitFor(() => expect(local.open()).toBe(0));
    expect(local.deadLetters).toEqual([
      {
        queueArn: QUEUE,
        body: '{"n":1}',
        attributes: {
          RULE_ARN: 'arn:aws:events:us-east-1:000000000000:rule/r',
          TARGET_ARN: functionArn('f'),
          ERROR_CODE: 'SDK_CLIENT_ERROR',
          ERROR_MESSAGE: 'the function is throttled',
          RETRY_ATTEMPTS: '2',
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
        },
      },
    ]);
    expect(local.delivered).toHaveLength(3);
  });

  it('is not tried again when the target is not there', async () => {
    await local.addRule({ Name: 'r', EventPattern }, target);
    local.onDelivery = () => {
      throw new DeliveryError('NO_RESOURCE', 'no such function', { retry: 'never' });
    };
    await put();
    await vi.waitFor(() => expect(local.deadLetters).toHaveLength(1));
    expect(local.deadLetters[0]?.attributes).toMatchObject({
      ERROR_CODE: 'NO_RESOURCE',
      RETRY_ATTEMPTS: '0',
    });
    expect(local.deadLetters[0]?.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
    expect(local.delivered).toHaveLength(1);
  });

  it('leaves the retries to a function that has accepted the event, and then its own queue', async () => {
    await local.addRule({ Name: 'r', EventPattern }, target);
    local.onDelivery = () => {
      const retry = [60_000, 120_000];
      throw new DeliveryError('Unhandled', 'boom', { retry, deadLetterArn: OWN_QUEUE });
    };
    await put();
    await vi.waitFor(() => expect(failures()).toBe(1));
    local.clock.advance(60_000);
    await vi.waitFor(() => expect(failures()).toBe(2));
    local.clock.advance(119_000);
    expect(local.delivered).toHaveLength(2);
    local.clock.advance(1_000);
    await vi.waitFor(() => expect(local.deadLetters).toHaveLength(1));
    expect(local.deadLetters[0]?.queueArn).toBe(OWN_QUEUE);
    expect(local.delivered).toHaveLength(3);
  });

  it('says what is lost for want of a dead-letter queue', async () => {
    const { DeadLetterConfig: _none, ...without } = target;
    await local.addRule({ Name: 'r', EventPattern }, without);
    local.onDelivery = () => {
      throw new DeliveryError('NO_RESOURCE', 'no such function', { retry: 'never' });
    };
    await put();
    await vi.waitFor(() => expect(local.problems).toHaveLength(1));
    expect(local.problems[0]).toContain('no such function');
  });

  it('holds back one target only', async () => {
    await local.addRule({ Name: 'r', EventPattern }, target, { Id: 'u', Arn: functionArn('g') });
    local.onDelivery = (arn) => {
      if (arn === functionArn('f')) throw new Error('not now');
    };
    await put();
    await vi.waitFor(() => expect(local.delivered).toHaveLength(2));
    await vi.waitFor(() => expect(local.open()).toBe(1));
  });
});

describe('how long to try', () => {
  const at = { now: 1_000_000, random: 0.5 };

  it('waits longer and longer, and no longer than the event may live', () => {
    const policy = { Id: 't', Arn: 'arn:x', RetryPolicy: { MaximumEventAgeInSeconds: 60 } };
    const waits = [1, 2, 3, 4].map((failures) =>
      nextStep(new Error('x'), policy, { createdAt: at.now, failures }, at),
    );
    expect(waits).toEqual([750, 1500, 3000, 6000].map((wait) => ({ at: at.now + wait })));
    const late = nextStep(new Error('x'), policy, { createdAt: at.now - 59_000, failures: 9 }, at);
    expect(late).toEqual({ at: at.now + 1_000 });
    const old = nextStep(new Error('x'), policy, { createdAt: at.now - 60_000, failures: 10 }, at);
    expect(old).toMatchObject({ exhausted: 'MaximumEventAgeInSeconds' });
  });

  it('is 24 hours and 185 retries unless the target says otherwise', () => {
    const plain = { Id: 't', Arn: 'arn:x' };
    const step = (failures: number, createdAt: number) =>
      nextStep(new Error('x'), plain, { createdAt, failures }, at);
    expect(step(185, at.now)).toHaveProperty('at');
    expect(step(186, at.now)).toMatchObject({ exhausted: 'MaximumRetryAttempts' });
    expect(step(20, at.now - 86_400_000)).toMatchObject({ exhausted: 'MaximumEventAgeInSeconds' });
  });
});

describe('durability', () => {
  it('delivers after a restart what was accepted before, and keeps count of the tries', async () => {
    const file = temporaryJournal();
    const before = await startEventBridge(file.path);
    await before.addRule({ Name: 'r', EventPattern }, target);
    before.onDelivery = () => {
      throw new Error('not now');
    };
    await before.eventBridge.recover();
    await put(before);
    await vi.waitFor(() => expect(failures(before)).toBe(1));
    before.clock.advance(600_000);
    await vi.waitFor(() => expect(failures(before)).toBe(2));
    await before.close();

    const after = await startEventBridge(file.path, before.clock);
    await put(after);
    expect(after.delivered).toEqual([]);
    await after.eventBridge.recover();
    after.clock.advance(600_000);
    await vi.waitFor(() => expect(after.open()).toBe(0));
    expect(after.delivered).toHaveLength(2);
    await after.close();
    file.remove();
  });

  it('keeps the rhythm of a schedule, and fires once for what it missed', async () => {
    const file = temporaryJournal();
    const before = await startEventBridge(file.path);
    const rule = { Name: 'sweep', ScheduleExpression: 'rate(5 minutes)' };
    await before.addRule(rule, { Id: 't', Arn: functionArn('sweep') });
    await before.close();
    before.clock.advance(299_000);

    const after = await startEventBridge(file.path, before.clock);
    await after.client.send(new PutRuleCommand(rule));
    await after.eventBridge.recover();
    expect(after.delivered).toEqual([]);
    after.clock.advance(1_000);
    await vi.waitFor(() => expect(after.delivered).toHaveLength(1));
    await after.close();
    after.clock.advance(3_600_000);

    const late = await startEventBridge(file.path, before.clock);
    await late.eventBridge.recover();
    await vi.waitFor(() => expect(late.delivered).toHaveLength(1));
    await vi.waitFor(() => expect(late.open()).toBe(0));
    expect(late.delivered).toHaveLength(1);
    await late.close();
    file.remove();
  });
});

describe('schedules', () => {
  it('fire with the event of AWS, again and again', async () => {
    await local.addRule(
      { Name: 'sweep', ScheduleExpression: 'rate(1 minute)' },
      { Id: 't', Arn: functionArn('sweep') },
    );
    for (const tick of [1, 2, 3]) {
      local.clock.advance(60_000);
      await vi.waitFor(() => expect(local.delivered).toHaveLength(tick));
    }
    expect(local.delivered[0]?.payload).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/sweep'],
      detail: {},
    });
  });

  it('fire at the minute of a cron expression', async () => {
    await local.addRule(
      { Name: 'nightly', ScheduleExpression: 'cron(30 2 * * ? *)' },
      { Id: 't', Arn: functionArn('f'), InputPath: '$.time' },
    );
    local.clock.advance(86_400_000);
    await vi.waitFor(() => expect(local.delivered).toHaveLength(1));
    expect(local.delivered[0]?.payload).toMatch(/T02:30:00Z$/);
  });

  it('do not fire while the rule is disabled', async () => {
    const rule = { Name: 'sweep', ScheduleExpression: 'rate(1 minute)' };
    await local.addRule(rule, { Id: 't', Arn: functionArn('sweep') });
    await local.client.send(new PutRuleCommand({ ...rule, State: 'DISABLED' }));
    local.clock.advance(600_000);
    await local.client.send(new PutRuleCommand(rule));
    local.clock.advance(60_000);
    await vi.waitFor(() => expect(local.delivered).toHaveLength(1));
  });
});

function failures(bridge = local): number {
  const row = bridge.journal.db.prepare('SELECT failures FROM eventbridge_outbox').get();
  return Number(row?.['failures']);
}
