import { setTimeout as pause } from 'node:timers/promises';
import type { BenchCloud } from './bench-cloud.ts';
import { Customer, isPaid, WrongOrder } from './customer.ts';

/**
 * What became of orders that were under way at kill -9. Times are milliseconds from the start of the new process;
 * infinite for never.
 */
export interface Recovery {
  /** Orders that were accepted and not yet seen paid. */
  inFlight: number;
  /** Requests that got no answer: their orders may or may not exist. */
  unanswered: number;
  ready: number;
  /** Until an order that was placed as soon as the API answered was paid. */
  firstNewOrder: number;
  /** Until the last of the accepted ones was paid. */
  allEnded: number;
  paid: string[];
  wrong: string[];
}

const CALLERS = 64;
/** So many orders are paid before the kill that those under way are spread over the whole saga. */
const PAID_BEFORE = 40;
const ENDED_WITHIN_MS = 120_000;
const LOOK_AGAIN_MS = 50;

export async function measureRecovery(
  cloud: BenchCloud,
  onProgress: (text: string) => void,
): Promise<Recovery> {
  const before = await killInFlight(cloud);
  onProgress(`${before.inFlight.size} orders in flight, starting again`);

  const began = performance.now();
  const ready = await cloud.start();
  const customer = new Customer(cloud.endpoints.api, 2);
  const wrong: string[] = [...before.wrong];
  const note = (error: unknown) => {
    wrong.push(error instanceof Error ? error.message : String(error));
  };
  const [first, ended] = await Promise.all([
    placeOne(customer, began).catch(note),
    untilAllPaid(customer, before.inFlight, began, note),
  ]);
  customer.close();
  return {
    inFlight: before.inFlight.size,
    unanswered: before.unanswered,
    ready,
    firstNewOrder: first?.ms ?? Infinity,
    allEnded: ended,
    paid: [...before.paid, ...before.inFlight, ...(first ? [first.orderNumber] : [])],
    wrong,
  };
}

/** Lets 64 callers place orders, and kills the cloud in the middle of it. */
async function killInFlight(cloud: BenchCloud) {
  const customer = new Customer(cloud.endpoints.api, CALLERS);
  const inFlight = new Set<string>();
  const paid: string[] = [];
  const wrong: string[] = [];
  let unanswered = 0;
  let killed: Promise<void> | undefined;

  async function caller(): Promise<void> {
    let orderNumber: string | undefined;
    try {
      while (!killed) {
        orderNumber = undefined;
        const placed = await customer.place();
        orderNumber = placed.orderNumber;
        inFlight.add(orderNumber);
        await customer.untilPaid(placed);
        inFlight.delete(orderNumber);
        paid.push(orderNumber);
        if (paid.length >= PAID_BEFORE) killed ??= cloud.kill();
      }
    } catch (error) {
      if (!killed) wrong.push(error instanceof Error ? error.message : String(error));
      else if (orderNumber === undefined) unanswered += 1;
    }
  }

  await Promise.all(Array.from({ length: CALLERS }, caller));
  customer.close();
  await (killed ?? cloud.kill());
  return { inFlight, paid, wrong, unanswered };
}

async function placeOne(customer: Customer, began: number) {
  const placed = await customer.place();
  await customer.untilPaid(placed);
  return { orderNumber: placed.orderNumber, ms: performance.now() - began };
}

/**
 * Looks at one order after the other, so that looking costs next to nothing. Answers when the last of them was
 * confirmed, by the orders' own times.
 */
async function untilAllPaid(
  customer: Customer,
  orders: ReadonlySet<string>,
  began: number,
  note: (error: unknown) => void,
): Promise<number> {
  const beganAt = performance.timeOrigin + began;
  let last = 0;
  for (const orderNumber of orders) {
    try {
      const { at } = await untilPaid(customer, orderNumber, began);
      last = Math.max(last, Date.parse(at) - beganAt);
    } catch (error) {
      note(error);
      last = Infinity;
    }
  }
  return last;
}

/** @throws WrongOrder if it ends otherwise, or not within two minutes of the start */
async function untilPaid(customer: Customer, orderNumber: string, began: number) {
  for (;;) {
    const order = await customer.look(orderNumber);
    const confirmed = order.history.findLast(({ status }) => status === 'confirmed');
    if (isPaid(order) && confirmed) return confirmed;
    if (performance.now() - began > ENDED_WITHIN_MS) {
      throw new WrongOrder(`${orderNumber} was accepted and never ended`);
    }
    await pause(LOOK_AGAIN_MS);
  }
}
