import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import { Arrivals } from '../../local/sqs/arrivals.ts';

describe('waiting for messages', () => {
  it('ends at once when a message came after the look and before the wait', async () => {
    const arrivals = new Arrivals(new VirtualClock());
    const seen = arrivals.version(1);
    arrivals.announce(1);
    await arrivals.wait(1, seen, Infinity);
    expect(arrivals.version(1)).not.toBe(seen);
  });

  it('ends for all who wait for the queue, and for nobody else', async () => {
    const clock = new VirtualClock();
    const arrivals = new Arrivals(clock);
    const woken: string[] = [];
    const wait = (name: string, queue: number) =>
      arrivals.wait(queue, 0, clock.now() + 60_000).then(() => woken.push(name));
    const all = [wait('a', 1), wait('b', 1), wait('c', 2)];
    arrivals.announce(1);
    await Promise.all(all.slice(0, 2));
    expect(woken).toEqual(['a', 'b']);
    clock.advance(60_000);
    await Promise.all(all);
    expect(woken).toEqual(['a', 'b', 'c']);
  });

  it('ends when it is called off', async () => {
    const arrivals = new Arrivals(new VirtualClock());
    const off = new AbortController();
    const waiting = arrivals.wait(1, 0, Infinity, off.signal);
    off.abort();
    await waiting;
    await arrivals.wait(1, 0, Infinity, off.signal);
    expect(off.signal.aborted).toBe(true);
  });
});
