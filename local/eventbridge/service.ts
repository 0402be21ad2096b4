import { randomUUID } from 'node:crypto';
import { unknownOperation } from '../aws-json.ts';
import type { Clock } from '../clock.ts';
import type { AwsService, JsonObject, PutServiceEvent } from '../contracts.ts';
import type { Journal } from '../journal.ts';
import type { Deliver, SendDeadLetter } from './delivery.ts';
import {
  createEventBus,
  deleteEventBus,
  describeEventBus,
  listEventBuses,
} from './manage-buses.ts';
import {
  deleteRule,
  describeRule,
  listRuleNamesByTarget,
  listRules,
  putRule,
  setState,
} from './manage-rules.ts';
import { listTargetsByRule, putTargets, removeTargets } from './manage-targets.ts';
import { Outbox } from './outbox.ts';
import { putAccepted, putEvents } from './put-events.ts';
import { envelope } from './route.ts';
import { Rules } from './rules.ts';
import { Scheduler } from './scheduler.ts';
import { testEventPattern } from './test-event-pattern.ts';

/** What the operations work on. */
export interface EventBridgeParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly rules: Rules;
  readonly outbox: Outbox;
  readonly scheduler: Scheduler;
}

/** EventBridge, and the way of the local cloud's own services to its default bus. */
export interface EventBridge extends AwsService {
  /** Puts an event on the default bus; its deliveries are on disk when it resolves. */
  readonly putServiceEvent: PutServiceEvent;
  /** Begins to deliver and to fire schedules, with what is on disk from before. Until then nothing is delivered. */
  recover(): Promise<void>;
  /** Resolves when the deliveries at work are done; the others stay on disk. */
  stop(): Promise<void>;
}

type Operation = (parts: EventBridgeParts, input: JsonObject) => Promise<JsonObject>;

const OPERATIONS = new Map<string, Operation>([
  ['PutEvents', putEvents],
  ['TestEventPattern', testEventPattern],
  ['CreateEventBus', createEventBus],
  ['DeleteEventBus', deleteEventBus],
  ['DescribeEventBus', describeEventBus],
  ['ListEventBuses', listEventBuses],
  ['PutRule', putRule],
  ['DeleteRule', deleteRule],
  ['DescribeRule', describeRule],
  ['EnableRule', setState('ENABLED')],
  ['DisableRule', setState('DISABLED')],
  ['ListRules', listRules],
  ['ListRuleNamesByTarget', listRuleNamesByTarget],
  ['PutTargets', putTargets],
  ['RemoveTargets', removeTargets],
  ['ListTargetsByRule', listTargetsByRule],
]);

/**
 * EventBridge with buses, rules, schedules and durable delivery.
 *
 * `targets.deliver` hands an event to its target, `targets.sendDeadLetter` to a queue; `report` hears of what is
 * lost for want of a dead-letter queue; `random` (in [0, 1)) spreads the retries.
 */
export function createEventBridge(options: {
  journal: Journal;
  clock: Clock;
  targets: { deliver: Deliver; sendDeadLetter: SendDeadLetter };
  report: (problem: string) => void;
  random?: () => number;
}): EventBridge {
  const { journal, clock, targets, report, random = Math.random } = options;
  const rules = new Rules(journal);
  const outbox = new Outbox({ journal, clock, ...targets, report, random });
  const scheduler = new Scheduler({ journal, clock, rules, outbox, report });
  const parts: EventBridgeParts = { journal, clock, rules, outbox, scheduler };
  return {
    name: 'EventBridge',
    targetPrefix: 'AWSEvents',
    async handle(operation, input) {
      const act = OPERATIONS.get(operation);
      if (!act) throw unknownOperation('EventBridge', operation);
      return act(parts, input);
    },
    async putServiceEvent({ source, detailType, resources, detail }) {
      const now = clock.now();
      const event = envelope({ id: randomUUID(), source, detailType, resources, detail, at: now });
      await putAccepted(parts, [{ bus: 'default', event }], now);
    },
    async recover() {
      outbox.start();
      scheduler.start();
    },
    async stop() {
      await scheduler.stop();
      await outbox.stop();
    },
  };
}
