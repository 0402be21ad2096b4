import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../contracts.ts';
import { invalidParameter, resourceNotFound } from './errors.ts';
import { optionalInteger, requiredText } from './input.ts';
import type { SqsParts } from './service.ts';
import type { MessageRow, Queue } from './store.ts';

/**
 * StartMessageMoveTask: takes what is visible in a dead-letter queue back to where it came from, or to
 * `DestinationArn`. As on AWS a moved message is a new one, with its own id and age. Here the task is done when it
 * is answered.
 *
 * @throws ResourceNotFoundException for an unknown queue, InvalidParameterValueException when the source is the
 * dead-letter queue of no queue.
 */
export async function startMessageMoveTask(
  parts: SqsParts,
  input: JsonObject,
): Promise<JsonObject> {
  const source = queueByArn(parts, requiredText(input, 'SourceArn'));
  const destination =
    typeof input['DestinationArn'] === 'string'
      ? queueByArn(parts, input['DestinationArn'])
      : undefined;
  const feeds = (queue: Queue) => queue.settings.RedrivePolicy?.deadLetterTargetArn === source.arn;
  if (!parts.queues.list().some(feeds)) {
    throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
  }
  const handle = Buffer.from(`${randomUUID()}/${source.arn}`).toString('base64');
  const reached = await parts.journal.write(() => {
    const now = parts.clock.now();
    const reached = new Set<number>();
    let moved = 0;
    for (const row of parts.sql.visible.all(source.id, now, -1) as unknown as MessageRow[]) {
      const target =
        destination ?? (row.source_arn ? parts.queues.byArn(row.source_arn) : undefined);
      if (!target) continue;
      parts.sql.moveBack.run(target.id, randomUUID(), now, now, row.id);
      reached.add(target.id);
      moved += 1;
    }
    parts.sql.insertMoveTask.run(handle, source.arn, destination?.arn ?? null, now, moved);
    return reached;
  });
  for (const id of reached) parts.arrivals.announce(id);
  return { TaskHandle: handle };
}

/** ListMessageMoveTasks: the latest first. */
export async function listMessageMoveTasks(
  parts: SqsParts,
  input: JsonObject,
): Promise<JsonObject> {
  const { arn } = queueByArn(parts, requiredText(input, 'SourceArn'));
  const max = optionalInteger(input, 'MaxResults', [1, 10]) ?? 1;
  const Results = parts.sql.moveTasks.all(arn, max).map((task): JsonObject => {
    const result: JsonObject = {
      Status: 'COMPLETED',
      SourceArn: arn,
      ApproximateNumberOfMessagesMoved: Number(task['moved']),
      ApproximateNumberOfMessagesToMove: Number(task['moved']),
      StartedTimestamp: Number(task['started_at']),
    };
    const destination = task['destination_arn'];
    if (typeof destination === 'string') result['DestinationArn'] = destination;
    return result;
  });
  return { Results };
}

function queueByArn(parts: SqsParts, arn: string): Queue {
  const queue = parts.queues.byArn(arn);
  if (!queue) throw resourceNotFound(`The resource that you specified, ${arn}, does not exist.`);
  return queue;
}
