import * as z from 'zod';
import { orderNumberSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { parkOrder } from './fail-order.ts';
import { wireFailOrder } from './wire-fail-order.ts';

const deps = wireFailOrder();

const undoInputSchema = z.object({ order_number: orderNumberSchema });

/** From EventBridge's `Step Functions Execution Status Change`; the execution's input is JSON in text there. */
const eventSchema = z.object({
  input: z.string().transform((text) => undoInputSchema.parse(JSON.parse(text))),
  status: z.string(),
});

/** An undo that ended in a way that its machine could not catch: the order waits for a person. */
export const handler = stepHandler(eventSchema, ({ input, status }) =>
  parkOrder(deps, {
    order_number: input.order_number,
    failure: { step: 'UndoCheckout', error: status, cause: '' },
  }),
);
