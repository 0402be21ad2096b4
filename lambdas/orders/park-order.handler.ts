import * as z from 'zod';
import { orderNumberSchema, stepFailureSchema } from '../shared/parse.ts';
import { stepHandler } from '../shared/step-handler.ts';
import { parkOrder } from './fail-order.ts';
import { wireFailOrder } from './wire-fail-order.ts';

const deps = wireFailOrder();

const inputSchema = z.object({ order_number: orderNumberSchema, failure: stepFailureSchema });

/** The task of the state `ParkOrder`, and what an undo that ended without ending comes to. */
export const handler = stepHandler(inputSchema, (input) => parkOrder(deps, input));
