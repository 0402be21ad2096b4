import { unknownOperation } from '../aws-json.ts';
import type { Clock } from '../clock.ts';
import type { AwsService, JsonObject } from '../contracts.ts';
import type { Journal } from '../journal.ts';
import { Arrivals } from './arrivals.ts';
import { changeMessageVisibility, changeMessageVisibilityBatch } from './change-visibility.ts';
import { deleteMessage, deleteMessageBatch, deleteReceived } from './delete-message.ts';
import { queueDoesNotExist } from './errors.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  purgeQueue,
  queueUrl,
  setQueueAttributes,
} from './manage-queues.ts';
import type { MessageAttributes } from './message-attributes.ts';
import { listMessageMoveTasks, startMessageMoveTask } from './move-messages.ts';
import { Queues } from './queues.ts';
import { type Received, type ReceiveOptions, receive, receiveMessage } from './receive-message.ts';
import { sendMessage, sendMessageBatch } from './send-message.ts';
import { prepareStatements, type Queue, type Statements } from './store.ts';

/** What the operations work on. */
export interface SqsParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly sql: Statements;
  readonly queues: Queues;
  readonly arrivals: Arrivals;
  /** The base of queue URLs, without a slash at its end. */
  readonly baseUrl: () => string;
}

/** SQS, and the way of the local cloud's own parts to its queues, by ARN. */
export interface Sqs extends AwsService {
  /** The URL of a queue, `<base>/<account>/<name>`. @throws QueueDoesNotExist */
  urlOf(queueArn: string): string;
  /** Sends a message; on disk when it resolves. @throws QueueDoesNotExist, or as SendMessage does. */
  send(queueArn: string, body: string, attributes?: MessageAttributes): Promise<void>;
  /** Receives as ReceiveMessage does, without its limit of ten. @throws QueueDoesNotExist */
  receive(queueArn: string, options: Partial<ReceiveOptions>): Promise<Received[]>;
  /** Deletes received messages by their receipt handles. */
  delete(receiptHandles: readonly string[]): Promise<void>;
}

type Operation = (parts: SqsParts, input: JsonObject, signal: AbortSignal) => Promise<JsonObject>;

const OPERATIONS = new Map<string, Operation>([
  ['SendMessage', sendMessage],
  ['SendMessageBatch', sendMessageBatch],
  ['ReceiveMessage', receiveMessage],
  ['DeleteMessage', deleteMessage],
  ['DeleteMessageBatch', deleteMessageBatch],
  ['ChangeMessageVisibility', changeMessageVisibility],
  ['ChangeMessageVisibilityBatch', changeMessageVisibilityBatch],
  ['CreateQueue', createQueue],
  ['DeleteQueue', deleteQueue],
  ['PurgeQueue', purgeQueue],
  ['GetQueueUrl', getQueueUrl],
  ['GetQueueAttributes', getQueueAttributes],
  ['SetQueueAttributes', setQueueAttributes],
  ['ListQueues', listQueues],
  ['ListDeadLetterSourceQueues', listDeadLetterSourceQueues],
  ['StartMessageMoveTask', startMessageMoveTask],
  ['ListMessageMoveTasks', listMessageMoveTasks],
]);

/**
 * SQS with standard queues, all of it in `journal`: what has been answered outlives the process.
 * `baseUrl` gives the listener's address, from which queue URLs are made.
 */
export function createSqs(options: { journal: Journal; clock: Clock; baseUrl: () => string }): Sqs {
  const { journal, clock, baseUrl } = options;
  const sql = prepareStatements(journal.db);
  const queues = new Queues({ journal, clock, sql });
  const parts: SqsParts = { journal, clock, sql, queues, arrivals: new Arrivals(clock), baseUrl };
  const queueOf = (arn: string): Queue => {
    const queue = queues.byArn(arn);
    if (!queue) throw queueDoesNotExist();
    return queue;
  };
  return {
    name: 'SQS',
    targetPrefix: 'AmazonSQS',
    async handle(operation, input, signal) {
      const act = OPERATIONS.get(operation);
      if (!act) throw unknownOperation('SQS', operation);
      return act(parts, input, signal);
    },
    urlOf: (arn) => queueUrl(parts, queueOf(arn)),
    async send(arn, body, attributes = {}) {
      await sendMessage(parts, {
        QueueUrl: queueUrl(parts, queueOf(arn)),
        MessageBody: body,
        MessageAttributes: attributes as unknown as JsonObject,
      });
    },
    async receive(arn, options) {
      const queue = queueOf(arn);
      return receive(parts, queue, {
        max: 10,
        visibilitySeconds: queue.settings.VisibilityTimeout,
        until: clock.now(),
        ...options,
      });
    },
    delete: (handles) => deleteReceived(parts, handles),
  };
}
