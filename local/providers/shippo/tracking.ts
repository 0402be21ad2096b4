import type { ShippoObject } from './store.ts';

const HOUR_MS = 60 * 60 * 1000;
const PICKED_UP_AFTER_MS = 12 * HOUR_MS;

/** The numbers that Shippo answers for tests under the carrier `shippo` (docs.goshippo.com/docs/tracking/tracking). */
const TEST_NUMBERS: Readonly<Record<string, string>> = {
  SHIPPO_PRE_TRANSIT: 'PRE_TRANSIT',
  SHIPPO_TRANSIT: 'TRANSIT',
  SHIPPO_DELIVERED: 'DELIVERED',
  SHIPPO_RETURNED: 'RETURNED',
  SHIPPO_FAILURE: 'FAILURE',
  SHIPPO_UNKNOWN: 'UNKNOWN',
};

const DETAILS: Readonly<Record<string, string>> = {
  PRE_TRANSIT: 'Shipping label has been created; the carrier has not received the package yet.',
  TRANSIT: 'Your shipment has departed from the origin.',
  DELIVERED: 'Your shipment has been delivered.',
  RETURNED: 'The package was returned to the sender.',
  FAILURE: 'The carrier could not deliver the package.',
  UNKNOWN: 'The package has not been found via the carrier’s tracking system.',
};

/**
 * Where a parcel is: with its label for twelve hours, then under way for the days that the rate promised, then
 * delivered. Undefined when nobody has a label with that number.
 */
export function trackParcel(
  carrier: string,
  number: string,
  transaction: ShippoObject | undefined,
  now: number,
): object | undefined {
  const test = carrier === 'shippo' ? TEST_NUMBERS[number] : undefined;
  if (!transaction && !test) return undefined;
  const created = transaction ? Date.parse(String(transaction['object_created'])) : now;
  const eta = transaction ? Date.parse(String(transaction['eta'])) : now;
  const history = test
    ? [status(test, now)]
    : [
        status('PRE_TRANSIT', created),
        status('TRANSIT', created + PICKED_UP_AFTER_MS),
        status('DELIVERED', eta),
      ].filter(({ status_date }) => Date.parse(status_date) <= now);
  return {
    carrier,
    tracking_number: number,
    address_from: null,
    address_to: null,
    transaction: transaction?.object_id ?? null,
    eta: new Date(eta).toISOString(),
    original_eta: new Date(eta).toISOString(),
    servicelevel: transaction?.['servicelevel'] ?? null,
    metadata: transaction?.['metadata'] ?? '',
    tracking_status: history.at(-1) ?? null,
    tracking_history: history,
    messages: [],
    test: true,
  };
}

function status(name: string, at: number) {
  return {
    object_created: new Date(at).toISOString(),
    status: name,
    status_details: DETAILS[name] ?? '',
    status_date: new Date(at).toISOString(),
    substatus: null,
    location: null,
  };
}
