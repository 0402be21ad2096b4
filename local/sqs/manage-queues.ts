import { ACCOUNT_ID, type JsonObject } from '../contracts.ts';
import { invalidAttributeName, queueDoesNotExist } from './errors.ts';
import { optionalInteger, optionalObject, requiredText, textList } from './input.ts';
import { settingsAsAttributes } from './queue-attributes.ts';
import type { SqsParts } from './service.ts';
import type { Queue } from './store.ts';

/** CreateQueue. */
export async function createQueue(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const name = requiredText(input, 'QueueName');
  const queue = await parts.queues.create(name, optionalObject(input, 'Attributes'));
  return { QueueUrl: queueUrl(parts, queue) };
}

/** GetQueueUrl. */
export async function getQueueUrl(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byName(requiredText(input, 'QueueName'));
  if (!queue) throw queueDoesNotExist();
  return { QueueUrl: queueUrl(parts, queue) };
}

/** ListQueues, by name; `NextToken` is the last name of the page before. */
export async function listQueues(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const prefix = typeof input['QueueNamePrefix'] === 'string' ? input['QueueNamePrefix'] : '';
  const queues = parts.queues.list().filter(({ name }) => name.startsWith(prefix));
  return page(parts, queues, input, 'QueueUrls');
}

/** ListDeadLetterSourceQueues: the queues whose redrive policy names this one. */
export async function listDeadLetterSourceQueues(
  parts: SqsParts,
  input: JsonObject,
): Promise<JsonObject> {
  const { arn } = parts.queues.byUrl(input);
  const sources = parts.queues
    .list()
    .filter(({ settings }) => settings.RedrivePolicy?.deadLetterTargetArn === arn);
  return { queueUrls: [], ...page(parts, sources, input, 'queueUrls') };
}

/** DeleteQueue: with all its messages, at once. */
export async function deleteQueue(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  await parts.queues.remove(queue);
  parts.arrivals.announce(queue.id);
  return {};
}

/** PurgeQueue. */
export async function purgeQueue(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  await parts.journal.write(() => {
    parts.sql.purge.run(queue.id);
  });
  return {};
}

/** SetQueueAttributes. */
export async function setQueueAttributes(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  await parts.queues.change(queue, optionalObject(input, 'Attributes'));
  parts.arrivals.announce(queue.id);
  return {};
}

/** GetQueueAttributes: the counts are exact here. */
export async function getQueueAttributes(parts: SqsParts, input: JsonObject): Promise<JsonObject> {
  const queue = parts.queues.byUrl(input);
  const wanted = textList(input, 'AttributeNames');
  const now = parts.clock.now();
  const counts = parts.sql.count.get({
    now,
    queue: queue.id,
    expired: now - queue.settings.MessageRetentionPeriod * 1000,
  });
  const attributes: Record<string, string> = {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(counts?.['visible']),
    ApproximateNumberOfMessagesNotVisible: String(counts?.['in_flight']),
    ApproximateNumberOfMessagesDelayed: String(counts?.['delayed']),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ...settingsAsAttributes(queue.settings),
  };
  if (wanted.includes('All')) return { Attributes: attributes };
  const unset = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId'];
  const selected: JsonObject = {};
  for (const name of wanted) {
    const value = attributes[name];
    if (value !== undefined) selected[name] = value;
    else if (!unset.includes(name)) throw invalidAttributeName(name);
  }
  return Object.keys(selected).length === 0 ? {} : { Attributes: selected };
}

export function queueUrl(parts: SqsParts, queue: Queue): string {
  return `${parts.baseUrl()}/${ACCOUNT_ID}/${queue.name}`;
}

function page(parts: SqsParts, queues: Queue[], input: JsonObject, key: string): JsonObject {
  const max = optionalInteger(input, 'MaxResults', [1, 1000]);
  const after = input['NextToken'];
  const rest = typeof after === 'string' ? queues.filter(({ name }) => name > after) : queues;
  const shown = rest.slice(0, max ?? 1000);
  if (shown.length === 0) return {};
  const output: JsonObject = { [key]: shown.map((queue) => queueUrl(parts, queue)) };
  const last = shown.at(-1);
  if (max !== undefined && last && shown.length < rest.length) output['NextToken'] = last.name;
  return output;
}
