import { wireStripe } from '../payment/wire-stripe.ts';
import { dynamodb, stepFunctions } from '../shared/aws-clients.ts';
import { systemClock } from '../shared/clock.ts';
import { env } from '../shared/environment.ts';
import { logger } from '../shared/logger.ts';
import { dynamoOrders } from './order-store.ts';
import { stateMachine, taskTokenWait } from './saga.ts';
import { type SweepOrdersDeps, sweepOrders } from './sweep-orders.ts';

const sfn = stepFunctions();

const deps: SweepOrdersDeps = {
  orders: dynamoOrders(env('ORDERS_TABLE'), dynamodb()),
  checkout: stateMachine(env('CHECKOUT_STATE_MACHINE_ARN'), sfn),
  undo: stateMachine(env('UNDO_STATE_MACHINE_ARN'), sfn),
  payments: wireStripe(),
  wait: taskTokenWait(sfn),
  clock: systemClock,
  onError: (order, error) =>
    logger.error('order not swept', {
      order,
      error: error instanceof Error ? error.name : 'unknown',
    }),
};

/** Runs by schedule, every minute. */
export const handler = () => sweepOrders(deps);
