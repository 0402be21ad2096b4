import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { OrderView } from '../../lambdas/orders/order-view.ts';
import { orderBody } from './bench-products.ts';
import { HttpClient } from './http-client.ts';
import { Pace } from './pace.ts';

/** An order that was refused, or ended as it should not have. */
export class WrongOrder extends Error {
  override readonly name = 'WrongOrder';
}

export interface Placed {
  orderNumber: string;
  /** Epoch milliseconds. */
  sentAt: number;
  acceptedMs: number;
}

export interface Bought extends Placed {
  /** From sending the order to the answer that says that it is confirmed and captured. */
  ms: number;
  looks: number;
}

const ENDS_WITHIN_MS = 60_000;

/** Places orders and looks at them until they are paid, as a shop's page would, each with an Idempotency-Key. */
export class Customer {
  readonly #http: HttpClient;
  readonly #pace = new Pace();
  #orders = 0;

  constructor(api: string, connections: number) {
    this.#http = new HttpClient(api, connections);
  }

  /** @throws WrongOrder if it is not accepted; network errors as they are */
  async place(): Promise<Placed> {
    const sentAt = Date.now();
    const began = performance.now();
    this.#orders += 1;
    const { status, body } = await this.#http.post('/orders', orderBody(this.#orders), {
      'idempotency-key': randomUUID(),
    });
    if (status !== 202) throw new WrongOrder(`POST /orders answered ${status}: ${body}`);
    const { order_number } = JSON.parse(body) as OrderView;
    return { orderNumber: order_number, sentAt, acceptedMs: performance.now() - began };
  }

  async look(orderNumber: string): Promise<OrderView> {
    const { status, body } = await this.#http.get(`/orders/${orderNumber}`);
    if (status !== 200)
      throw new WrongOrder(`GET /orders/${orderNumber} answered ${status}: ${body}`);
    return JSON.parse(body) as OrderView;
  }

  /** @throws WrongOrder if it ends otherwise, or not within a minute */
  async untilPaid(placed: Placed): Promise<Bought> {
    const since = performance.now() - placed.acceptedMs;
    let wait = this.#pace.first() - placed.acceptedMs;
    for (let looks = 1; ; looks += 1) {
      await pause(Math.max(0, wait));
      const order = await this.look(placed.orderNumber);
      const ms = performance.now() - since;
      if (isPaid(order)) {
        const confirmed = order.history.findLast(({ status }) => status === 'confirmed');
        if (confirmed) this.#pace.learn(Date.parse(confirmed.at) - placed.sentAt);
        return { ...placed, ms, looks };
      }
      if (ms > ENDS_WITHIN_MS) {
        throw new WrongOrder(`${placed.orderNumber} is still ${order.status} after a minute`);
      }
      wait = this.#pace.step(ms);
    }
  }

  close(): void {
    this.#http.close();
  }
}

/** Whether the order is confirmed and captured. @throws WrongOrder if it never will be */
export function isPaid(order: OrderView): boolean {
  const { order_number, status, payment_status, failure } = order;
  if (status === 'pending') return false;
  if (status === 'confirmed' && payment_status === 'captured') return true;
  throw new WrongOrder(
    `${order_number} is ${status}, its payment ${payment_status}: ${failure?.code ?? 'no failure'}`,
  );
}
