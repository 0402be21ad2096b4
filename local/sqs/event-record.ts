import { type JsonObject, REGION } from '../contracts.ts';
import { md5OfAttributes } from './message-attributes.ts';
import { messageAttributes, type Received, systemAttributes } from './receive-message.ts';

/** A received message as a record of the event that Lambda gives to a function. */
export function eventRecord({ row, receiptHandle }: Received, eventSourceArn: string): JsonObject {
  const attributes = messageAttributes(row);
  const record: JsonObject = {
    messageId: row.message_id,
    receiptHandle,
    body: row.body,
    attributes: systemAttributes(row),
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => {
        const value: JsonObject = { dataType: attribute.DataType };
        if (attribute.StringValue !== undefined) value['stringValue'] = attribute.StringValue;
        if (attribute.BinaryValue !== undefined) value['binaryValue'] = attribute.BinaryValue;
        return [name, { ...value, stringListValues: [], binaryListValues: [] }];
      }),
    ),
    md5OfBody: row.md5,
    eventSource: 'aws:sqs',
    eventSourceARN: eventSourceArn,
    awsRegion: REGION,
  };
  const md5 = md5OfAttributes(attributes);
  if (md5 !== undefined) record['md5OfMessageAttributes'] = md5;
  return record;
}
