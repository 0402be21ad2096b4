import { randomBytes, randomUUID } from 'node:crypto';
import { fieldsOf } from '../carriers/price-list.ts';
import { labelPdf } from './label-pdf.ts';
import { ShippoRefusal } from './shipments.ts';
import type { ShippoObject, ShippoStore } from './store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const TRACKING_PAGES: Readonly<Record<string, string>> = {
  USPS: 'https://tools.usps.com/go/TrackConfirmAction?tLabels=',
  UPS: 'https://www.ups.com/track?tracknum=',
  FedEx: 'https://www.fedex.com/fedextrack/?trknbr=',
};

/**
 * `POST /transactions` (docs.goshippo.com/shippoapi/public-api/transactions): buys the label of a rate. Like Shippo's it
 * has no idempotency key: the same rate bought twice is two labels.
 * @throws ShippoRefusal 400 for a rate that does not exist
 */
export function buyLabel(
  store: ShippoStore,
  input: Record<string, unknown>,
  options: { now: number; baseUrl: string },
): ShippoObject {
  const rateId = fieldsOf(input['rate'])['object_id'] ?? input['rate'];
  if (typeof rateId !== 'string' || rateId === '') {
    throw new ShippoRefusal({ rate: ['This field is required.'] });
  }
  const rate = store.get('rate', rateId);
  if (!rate)
    throw new ShippoRefusal({ rate: [`Rate with supplied object_id ${rateId} not found.`] });
  const { now, baseUrl } = options;
  const id = randomUUID().replaceAll('-', '');
  const provider = String(rate['provider']);
  const number = trackingNumber(provider);
  const created = new Date(now).toISOString();
  const transaction: ShippoObject = {
    object_id: id,
    object_state: 'VALID',
    object_created: created,
    object_updated: created,
    object_owner: 'local@example.com',
    status: 'SUCCESS',
    rate: rateId,
    servicelevel: rate['servicelevel'],
    tracking_number: number,
    tracking_status: 'UNKNOWN',
    tracking_url_provider: `${TRACKING_PAGES[provider] ?? ''}${number}`,
    eta: new Date(now + Number(rate['estimated_days']) * DAY_MS).toISOString(),
    label_url: `${baseUrl}/labels/${id}.pdf`,
    label_file_type: input['label_file_type'] ?? 'PDF_4x6',
    commercial_invoice_url: null,
    qr_code_url: null,
    parcel: null,
    metadata: input['metadata'] ?? '',
    messages: [],
    billing: { payments: [] },
    test: true,
  };
  store.put('transaction', transaction, rateId);
  return transaction;
}

/**
 * `POST /refunds` (docs.goshippo.com/shippoapi/public-api/refunds): asks for the money of an unused label; once a label.
 * @throws ShippoRefusal 400 for a transaction that does not exist, or that was refunded
 */
export function refundLabel(
  store: ShippoStore,
  input: Record<string, unknown>,
  now: number,
): ShippoObject {
  const { transaction } = input;
  if (typeof transaction !== 'string' || transaction === '') {
    throw new ShippoRefusal({ transaction: ['This field is required.'] });
  }
  const bought = store.get('transaction', transaction);
  if (!bought) {
    throw new ShippoRefusal({
      transaction: [`Transaction with supplied object_id ${transaction} not found.`],
    });
  }
  if (store.list('refund', { link: transaction, page: 1, results: 1 }).results.length > 0) {
    throw new ShippoRefusal({
      non_field_errors: ['Refund has already been requested for this transaction.'],
    });
  }
  const created = new Date(now).toISOString();
  const refund: ShippoObject = {
    object_id: randomUUID().replaceAll('-', ''),
    object_created: created,
    object_updated: created,
    object_owner: 'local@example.com',
    status: 'PENDING',
    transaction,
    test: true,
  };
  store.put('refund', refund, transaction);
  store.put('transaction', { ...bought, status: 'REFUNDPENDING' }, String(bought['rate']));
  return refund;
}

/** The label of a transaction as a PDF, or undefined when there is no such transaction. */
export function labelOf(store: ShippoStore, id: string): string | undefined {
  const transaction = store.get('transaction', id);
  const rate = transaction && store.get('rate', String(transaction['rate']));
  const shipment = rate && store.get('shipment', String(rate['shipment']));
  if (!transaction || !rate || !shipment) return undefined;
  const to = fieldsOf(shipment['address_to']);
  const from = fieldsOf(shipment['address_from']);
  const address = (fields: Record<string, unknown>) =>
    [
      fields['name'],
      fields['street1'],
      [fields['city'], fields['state'], fields['zip']].filter(Boolean).join(' '),
      fields['country'],
    ].flatMap((line) => (typeof line === 'string' && line !== '' ? [line] : []));
  return labelPdf([
    `${String(rate['provider'])} ${String(fieldsOf(rate['servicelevel'])['name'])}`,
    'TEST LABEL - NOT FOR SHIPPING',
    '',
    'FROM',
    ...address(from),
    '',
    'SHIP TO',
    ...address(to),
    '',
    `TRACKING ${String(transaction['tracking_number'])}`,
  ]);
}

function trackingNumber(provider: string): string {
  const digits = (count: number) =>
    Array.from(randomBytes(count), (byte) => String(byte % 10)).join('');
  if (provider === 'UPS') return `1Z${digits(16)}`;
  return provider === 'FedEx' ? digits(12) : `9205${digits(18)}`;
}
