import * as z from 'zod';
import { orderNumberSchema, paymentIntentIdSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { capturePayment } from './capture-payment.ts';
import { wireStripe } from './wire-stripe.ts';

const deps = { payments: wireStripe() };

const inputSchema = z.object({
  order_number: orderNumberSchema,
  payment_intent_id: paymentIntentIdSchema,
  attempt: z.int().min(1),
});

/** The task of the state `CapturePayment`. */
export const handler = stepHandler(inputSchema, (input) => capturePayment(deps, input));
