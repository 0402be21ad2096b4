import type { JsonObject } from '../contracts.ts';
import { pageToken } from './api-input.ts';
import type { ExecutionsStore } from './executions-store.ts';

/**
 * A page of an execution's history, as GetExecutionHistory answers it. `start` is the id of its first event;
 * without data the inputs, outputs and variables of the events are left out.
 */
export function pageOfHistory(
  store: ExecutionsStore,
  execution: number,
  page: { size: number; reverse: boolean; withData: boolean; start: string | undefined },
): JsonObject {
  const { size, reverse, withData } = page;
  const last = reverse || page.start === undefined ? store.eventCount(execution) : 0;
  const from = page.start === undefined ? (reverse ? last : 1) : Number(page.start);
  const low = reverse ? Math.max(1, from - size + 1) : from;
  const high = reverse ? from : from + size - 1;
  const events = store
    .history(execution, low, high + 1)
    .flatMap((batch) => JSON.parse(batch) as JsonObject[]);
  const shown = events.filter(({ id }) => Number(id) >= low && Number(id) <= high);
  if (reverse) shown.reverse();
  const more = reverse ? low > 1 : events.some(({ id }) => Number(id) > high);
  const next = reverse ? low - 1 : high + 1;
  return {
    events: withData ? shown : shown.map((event) => withoutData(event)),
    ...(more ? { nextToken: pageToken(next) } : {}),
  };
}

const DATA = ['input', 'output', 'parameters', 'assignedVariables'];

function withoutData(event: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => {
      if (!key.endsWith('EventDetails') || typeof value !== 'object' || value === null)
        return [key, value];
      const kept = Object.entries(value).filter(([field]) => !DATA.includes(field));
      return [key, Object.fromEntries(kept)];
    }),
  );
}
