import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, expect, it } from 'vitest';
import { arnOf, temporaryJournal } from './local-sqs.ts';

const settings = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};
const file = temporaryJournal();
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
  file.remove();
});

async function start() {
  const script = fileURLToPath(new URL('durable-process.ts', import.meta.url));
  child = spawn(process.execPath, [script, file.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('the process has no output');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const endpoint = line.toString().trim();
  return {
    sqs: new SQSClient({ ...settings, endpoint }),
    events: new EventBridgeClient({ ...settings, endpoint }),
  };
}

/** Asks `act` again and again, eight at a time, until the process has gone. */
async function hammer(act: (n: number) => Promise<unknown>): Promise<void> {
  let n = 0;
  const caller = async () => {
    for (;;) {
      n += 1;
      try {
        await act(n);
      } catch {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
}

it('kill -9 loses nothing that was answered, and brings back nothing that was deleted', async () => {
  const sent = new Set<string>();
  const put = new Set<string>();
  const deleting = new Set<string>();
  const deleted = new Set<string>();
  let running = await start();
  const { QueueUrl } = await running.sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  await running.sqs.send(new CreateQueueCommand({ QueueName: 'events' }));
  await running.events.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["s"]}' }));
  await running.events.send(
    new PutTargetsCommand({
      Rule: 'r',
      Targets: [{ Id: 't', Arn: arnOf('events'), InputPath: '$.detail.n' }],
    }),
  );
  for (const round of [1, 2, 3]) {
    const { sqs, events } = running;
    await hammer(async (n) => {
      const body = `${round}/${n}`;
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
      sent.add(body);
      const Detail = JSON.stringify({ n: body });
      const entry = { Source: 's', DetailType: 't', Detail };
      await events.send(new PutEventsCommand({ Entries: [entry] }));
      put.add(JSON.stringify(body));
      if (n % 3 === 0) {
        const { Messages } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 3 }),
        );
        for (const { Body = '', ReceiptHandle } of Messages ?? []) {
          deleting.add(Body);
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          deleted.add(Body);
        }
      }
      if (n === 60) child?.kill('SIGKILL');
    });
    running = await start();
  }

  // Waits longer than a message is hidden that was received when the process was killed.
  const drain = async (url = '') => {
    const bodies: string[] = [];
    for (;;) {
      const { Messages } = await running.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 4 }),
      );
      if (!Messages) return bodies;
      bodies.push(...Messages.map(({ Body = '' }) => Body));
    }
  };
  const [events, left] = await Promise.all([
    drain(QueueUrl?.replace(/q$/, 'events')),
    drain(QueueUrl),
  ]);
  expect([...put].filter((body) => !events.includes(body))).toEqual([]);
  const missing = [...sent].filter((body) => !left.includes(body) && !deleting.has(body));
  expect(missing).toEqual([]);
  expect(left.filter((body) => deleted.has(body))).toEqual([]);
  expect(new Set(left).size).toBe(left.length);
  expect(sent.size).toBeGreaterThan(150);
});
