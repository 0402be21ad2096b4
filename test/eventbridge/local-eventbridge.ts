import {
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { type AwsListener, listenAwsJson } from '../../local/aws-json.ts';
import { VirtualClock } from '../../local/clock.ts';
import type { Json } from '../../local/contracts.ts';
import { createEventBridge, type EventBridge } from '../../local/eventbridge/service.ts';
import { Journal } from '../../local/journal.ts';

export interface Delivered {
  arn: string;
  payload: Json;
}
export interface DeadLetter {
  queueArn: string;
  body: string;
  attributes: Record<string, string>;
}

export interface LocalEventBridge {
  readonly eventBridge: EventBridge;
  readonly client: EventBridgeClient;
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly delivered: Delivered[];
  readonly deadLetters: DeadLetter[];
  readonly problems: string[];
  /** What a target does with an event; it takes everything unless this is set. */
  onDelivery: (arn: string) => Promise<void> | void;
  addRule(rule: PutRuleCommand['input'], ...targets: Target[]): Promise<void>;
  /** Rows that wait on the disk. */
  open(): number;
  close(): Promise<void>;
}

/** EventBridge on a journal, behind the real listener, with the real client; targets are kept in lists. */
export async function startEventBridge(
  path = ':memory:',
  clock = new VirtualClock(),
): Promise<LocalEventBridge> {
  const journal = new Journal(path);
  const delivered: Delivered[] = [];
  const deadLetters: DeadLetter[] = [];
  const problems: string[] = [];
  const eventBridge = createEventBridge({
    journal,
    clock,
    random: () => 0,
    report: (problem) => problems.push(problem),
    targets: {
      async deliver(arn, payload) {
        delivered.push({ arn, payload: JSON.parse(payload) as Json });
        await local.onDelivery(arn);
      },
      async sendDeadLetter(queueArn, body, attributes) {
        const plain = Object.entries(attributes).map(([name, { StringValue }]) => [
          name,
          StringValue,
        ]);
        deadLetters.push({
          queueArn,
          body,
          attributes: Object.fromEntries(plain) as Record<string, string>,
        });
      },
    },
  });
  const listener: AwsListener = await listenAwsJson({ services: [eventBridge], port: 0 });
  const client = new EventBridgeClient({
    endpoint: listener.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const local: LocalEventBridge = {
    eventBridge,
    client,
    clock,
    journal,
    delivered,
    deadLetters,
    problems,
    onDelivery: () => undefined,
    async addRule(rule, ...targets) {
      await client.send(new PutRuleCommand(rule));
      const { Name: Rule, EventBusName } = rule;
      if (targets.length === 0) return;
      await client.send(new PutTargetsCommand({ Rule, EventBusName, Targets: targets }));
    },
    open: () =>
      Number(journal.db.prepare('SELECT COUNT(*) AS n FROM eventbridge_outbox').get()?.['n']),
    async close() {
      client.destroy();
      await listener.close();
      await eventBridge.stop();
      journal.close();
    },
  };
  return local;
}

export const functionArn = (name: string) =>
  `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
