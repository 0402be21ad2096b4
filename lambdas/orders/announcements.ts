import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Transient } from '../shared/errors.ts';
import type { Order } from '../shared/order.ts';

export type OrderEvent = 'OrderConfirmed' | 'OrderFailed' | 'OrderNeedsAttention';
export type EmailTemplate = 'order_confirmation' | 'payment_problem';

/**
 * Tells others what happened to an order: at least once, and with ids and totals only. A step calls these after its
 * write and ends only when they were accepted; its retry tells again. Receivers deduplicate, the event by its
 * `event_id`, the e-mail by order and template.
 */
export interface EventBus {
  put(type: OrderEvent, order: Order): Promise<void>;
}

/** E-mails on their way to the customer; see `EventBus`. */
export interface EmailQueue {
  send(template: EmailTemplate, order: Order): Promise<void>;
}

/** Events on the EventBridge bus `bus`. */
export function awsEventBus(bus: string, client: EventBridgeClient): EventBus {
  return {
    async put(type, order) {
      const { order_number, status, payment_status, currency, totals, failure } = order;
      const { FailedEntryCount } = await client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: bus,
              Source: 'fastcart.checkout',
              DetailType: type,
              Detail: JSON.stringify({
                event_id: `${order_number}:${type}`,
                order_number,
                status,
                payment_status,
                currency,
                totals,
                ...(failure && { failure: { code: failure.code, step: failure.step } }),
              }),
            },
          ],
        }),
      );
      // PutEvents answers 200 for entries that it refused (EventBridge API, PutEvents).
      if (FailedEntryCount) throw new Transient(`${type} was not accepted by the event bus`);
    },
  };
}

/** E-mails into the SQS queue at `url`: order number and template, nothing of a person. */
export function sqsEmailQueue(url: string, client: SQSClient): EmailQueue {
  return {
    async send(template, order) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: JSON.stringify({ order_number: order.order_number, template }),
        }),
      );
    },
  };
}
