import { randomInt } from 'node:crypto';
import type { OrderNumber } from '../shared/order.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A new number such as `ORD-2026-7K3QX9`: a billion a year, drawn at random so that nobody can count orders or guess
 * the next. Two may collide: whoever stores an order does so on the condition that its number is free.
 */
export function newOrderNumber(at: Date): OrderNumber {
  const tail = Array.from({ length: 6 }, () => CROCKFORD[randomInt(CROCKFORD.length)]).join('');
  return `ORD-${at.getUTCFullYear()}-${tail}` as OrderNumber;
}
