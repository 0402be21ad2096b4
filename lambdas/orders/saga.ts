import {
  ExecutionAlreadyExists,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { ErrorName } from '../shared/errors.ts';
import type { Order, OrderNumber, PaymentIntentId } from '../shared/order.ts';

/**
 * Starts a state machine for an order. The execution's name is the order number unless another is given, so that it
 * starts once.
 */
export interface Starter<Input> {
  /**
   * `running`: it runs now, started by this call or before. `closed`: it ran before and has ended.
   * (Step Functions, StartExecution: idempotent for the same name and input while running; names stay taken for
   * 90 days.)
   */
  start(input: Input, name?: string): Promise<'running' | 'closed'>;
}

export interface CheckoutInput {
  order_number: OrderNumber;
}

export interface UndoInput {
  order_number: OrderNumber;
  failure: { step: string; error: string; cause: string };
}

/** Starts executions of the state machine `arn`, named by their order number. */
export function stateMachine<Input extends { order_number: OrderNumber }>(
  arn: string,
  client: SFNClient,
): Starter<Input> {
  return {
    async start(input, name = input.order_number) {
      try {
        await client.send(
          new StartExecutionCommand({
            stateMachineArn: arn,
            name,
            input: JSON.stringify(input),
          }),
        );
        return 'running';
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return 'closed';
        throw error;
      }
    },
  };
}

/** Wakes the saga that waits for an order's payment. */
export interface PaymentWait {
  succeed(order: Order, intent: PaymentIntentId): Promise<void>;
  /** The error's name is what the machine sees, its message what the customer is told. */
  fail(order: Order, error: { name: ErrorName; message: string }): Promise<void>;
}

/**
 * The wait by Step Functions' task token. A token whose task has ended is no fault: the saga went on without us, by
 * another's answer or by its timeout, and its undo looks at the provider itself.
 */
export function taskTokenWait(client: SFNClient): PaymentWait {
  const unlessEnded = async (answer: Promise<unknown>): Promise<void> => {
    try {
      await answer;
    } catch (error) {
      if (!(error instanceof TaskTimedOut || error instanceof TaskDoesNotExist)) throw error;
    }
  };
  return {
    async succeed(order, intent) {
      if (!order.payment_task_token) return;
      await unlessEnded(
        client.send(
          new SendTaskSuccessCommand({
            taskToken: order.payment_task_token,
            output: JSON.stringify({ payment_intent_id: intent }),
          }),
        ),
      );
    },
    async fail(order, { name, message }) {
      if (!order.payment_task_token) return;
      await unlessEnded(
        client.send(
          new SendTaskFailureCommand({
            taskToken: order.payment_task_token,
            error: name,
            cause: JSON.stringify({ errorType: name, errorMessage: message }),
          }),
        ),
      );
    },
  };
}
