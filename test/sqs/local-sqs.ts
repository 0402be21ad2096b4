import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { listenAwsJson } from '../../local/aws-json.ts';
import { VirtualClock } from '../../local/clock.ts';
import { Journal } from '../../local/journal.ts';
import { createSqs, type Sqs } from '../../local/sqs/service.ts';

export interface LocalSqs {
  readonly sqs: Sqs;
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly url: string;
  readonly client: SQSClient;
  createQueue(
    name: string,
    attributes?: Partial<Record<QueueAttributeName, string>>,
  ): Promise<string>;
  close(): Promise<void>;
}

/** SQS on a journal of its own, behind the real listener, with the real client. `path` reopens a journal. */
export async function startSqs(path = ':memory:', clock = new VirtualClock()): Promise<LocalSqs> {
  const journal = new Journal(path);
  let url = '';
  const sqs = createSqs({ journal, clock, baseUrl: () => url });
  const listener = await listenAwsJson({ services: [sqs], port: 0 });
  url = listener.url;
  const client = new SQSClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    sqs,
    clock,
    journal,
    url,
    client,
    async createQueue(name, attributes = {}) {
      const { QueueUrl } = await client.send(
        new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
      );
      if (!QueueUrl) throw new Error('CreateQueue gave no URL');
      return QueueUrl;
    },
    async close() {
      client.destroy();
      await listener.close();
      journal.close();
    },
  };
}

/** A journal file that is gone when `remove` is called. */
export function temporaryJournal(): { path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  return {
    path: join(folder, 'journal.db'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function arnOf(name: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${name}`;
}
