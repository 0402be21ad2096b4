import * as z from 'zod';
import { orderNumberSchema, stepFailureSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { failOrder } from './fail-order.ts';
import { wireFailOrder } from './wire-fail-order.ts';

const deps = wireFailOrder();

const inputSchema = z.object({
  order_number: orderNumberSchema,
  failure: stepFailureSchema,
  payment_status: z.enum(['pending', 'voided', 'refunded', 'failed']),
});

/** The task of the state `FailOrder`. */
export const handler = stepHandler(inputSchema, (input) => failOrder(deps, input));
