import type { JsonObject } from '../contracts.ts';
import { type Diagnostics, TRANSITION } from './diagnostics.ts';

/** Checks that every transition leads to a state of the same machine, and that every state can be reached. */
export function checkTransitions(
  startAt: string,
  states: Record<string, JsonObject>,
  path: string,
  found: Diagnostics,
): void {
  const reached = new Set<string>();
  const open = [startAt];
  if (!Object.hasOwn(states, startAt)) {
    found.error(`${path}/StartAt`, `Missing 'StartAt' target: ${startAt}`, TRANSITION);
    return;
  }
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const [field, target] of targetsOf(states[name] ?? {})) {
      if (Object.hasOwn(states, target)) open.push(target);
      else
        found.error(
          `${path}/States/${name}/${field}`,
          `Missing 'Next' target: ${target}`,
          TRANSITION,
        );
    }
  }
  for (const name of Object.keys(states))
    if (!reached.has(name))
      found.error(`${path}/States/${name}`, `State "${name}" is not reachable.`, TRANSITION);
}

/** Where a state may lead, and by which of its fields. */
function targetsOf(state: JsonObject): [string, string][] {
  const targets: [string, string][] = [];
  if (typeof state.Next === 'string') targets.push(['Next', state.Next]);
  if (typeof state.Default === 'string') targets.push(['Default', state.Default]);
  for (const field of ['Choices', 'Catch'])
    ((state[field] ?? []) as JsonObject[]).forEach((one, at) => {
      targets.push([`${field}[${at}]/Next`, one.Next as string]);
    });
  return targets;
}
