import { randomUUID } from 'node:crypto';
import {
  dollars,
  fieldsOf,
  type Place,
  priceServices,
  type Service,
} from '../carriers/price-list.ts';
import type { ShippoObject, ShippoStore } from './store.ts';

/** Shippo's service levels: `code` is the token (docs.goshippo.com/shippoapi/public-api/service-levels). */
const CARRIERS: Readonly<Record<string, readonly Service[]>> = {
  USPS: [
    {
      code: 'usps_ground_advantage',
      name: 'Ground Advantage',
      base: 480,
      perPound: 60,
      perZone: 38,
      days: [3, 5],
    },
    {
      code: 'usps_priority',
      name: 'Priority Mail',
      base: 790,
      perPound: 88,
      perZone: 68,
      days: [2, 3],
    },
  ],
  UPS: [
    { code: 'ups_ground', name: 'Ground', base: 760, perPound: 55, perZone: 58, days: [2, 4] },
    {
      code: 'ups_second_day_air',
      name: '2nd Day Air®',
      base: 1480,
      perPound: 130,
      perZone: 150,
      days: 2,
    },
    {
      code: 'ups_express',
      name: 'Express®',
      base: 4400,
      perPound: 380,
      perZone: 120,
      days: 3,
      international: true,
    },
  ],
  FedEx: [
    { code: 'fedex_ground', name: 'Ground®', base: 740, perPound: 58, perZone: 55, days: [2, 4] },
    {
      code: 'fedex_standard_overnight',
      name: 'Standard Overnight®',
      base: 2850,
      perPound: 200,
      perZone: 255,
      days: 1,
    },
    {
      code: 'fedex_international_economy',
      name: 'International Economy®',
      base: 4050,
      perPound: 370,
      perZone: 110,
      days: 5,
      international: true,
    },
  ],
};

/** Pounds in one of each of Shippo's mass units. */
const POUNDS: Readonly<Record<string, number>> = {
  lb: 1,
  oz: 1 / 16,
  kg: 2.204_622_6,
  g: 0.002_204_622_6,
};

/** What is wrong with a request, by field, as Shippo answers it. */
export class ShippoRefusal extends Error {
  readonly fields: Record<string, unknown>;
  readonly status: number;

  constructor(fields: Record<string, unknown>, status = 400) {
    super(JSON.stringify(fields));
    this.name = 'ShippoRefusal';
    this.fields = fields;
    this.status = status;
  }
}

/**
 * `POST /shipments` (docs.goshippo.com/shippoapi/public-api/shipments): keeps the shipment with its rates, the cheapest
 * first. @throws ShippoRefusal 400 naming the fields that are missing
 */
export function createShipment(
  store: ShippoStore,
  input: Record<string, unknown>,
  now: number,
): ShippoObject {
  const missing = ['address_from', 'address_to', 'parcels'].filter((name) => !input[name]);
  if (missing.length > 0) {
    throw new ShippoRefusal(
      Object.fromEntries(missing.map((name) => [name, ['This field is required.']])),
    );
  }
  const from = placeOf(input['address_from'], 'address_from');
  const to = placeOf(input['address_to'], 'address_to');
  const parcels = Array.isArray(input['parcels']) ? input['parcels'] : [input['parcels']];
  const pounds = Math.max(...parcels.map((parcel, index) => poundsOf(fieldsOf(parcel), index)));
  const created = new Date(now).toISOString();
  const shipmentId = randomUUID().replaceAll('-', '');
  const rates = Object.entries(CARRIERS)
    .flatMap(([provider, services]) =>
      priceServices(services, from, to, pounds, parcels.length).map((price) => ({
        provider,
        ...price,
      })),
    )
    .sort((a, b) => a.cents - b.cents)
    .map(
      ({ provider, service, cents, days, zone }, index): ShippoObject => ({
        object_id: randomUUID().replaceAll('-', ''),
        object_created: created,
        object_owner: 'local@example.com',
        shipment: shipmentId,
        amount: dollars(cents),
        currency: 'USD',
        amount_local: dollars(cents),
        currency_local: 'USD',
        provider,
        provider_image_75: '',
        provider_image_200: '',
        servicelevel: { name: service.name, token: service.code, terms: '' },
        estimated_days: days,
        duration_terms: '',
        arrives_by: null,
        carrier_account: `local_${provider.toLowerCase()}`,
        attributes: index === 0 ? ['CHEAPEST'] : [],
        zone: String(zone),
        messages: [],
        test: true,
      }),
    );
  const shipment: ShippoObject = {
    object_id: shipmentId,
    object_created: created,
    object_updated: created,
    object_owner: 'local@example.com',
    status: 'SUCCESS',
    address_from: input['address_from'],
    address_to: input['address_to'],
    address_return: input['address_return'] ?? input['address_from'],
    parcels,
    shipment_date: input['shipment_date'] ?? created,
    extra: input['extra'] ?? {},
    customs_declaration: input['customs_declaration'] ?? null,
    metadata: input['metadata'] ?? '',
    rates,
    messages: [],
    carrier_accounts: [],
    test: true,
  };
  store.put('shipment', shipment);
  for (const rate of rates) store.put('rate', rate, shipmentId);
  return shipment;
}

function placeOf(value: unknown, field: string): Place {
  const address = fieldsOf(value);
  const faults = ['street1', 'city', 'zip', 'country'].filter(
    (name) => typeof address[name] !== 'string' || address[name] === '',
  );
  if (faults.length > 0) {
    throw new ShippoRefusal({
      [field]: [Object.fromEntries(faults.map((name) => [name, ['This field is required.']]))],
    });
  }
  return { zip: String(address['zip']), country: String(address['country']) };
}

function poundsOf(parcel: Record<string, unknown>, index: number): number {
  const unit = POUNDS[String(parcel['mass_unit'])];
  const weight = Number(parcel['weight']);
  if (unit === undefined || !(weight > 0)) {
    throw new ShippoRefusal({
      parcels: [
        { index, weight: ['A weight above 0 with mass_unit g, oz, lb or kg is required.'] },
      ],
    });
  }
  return weight * unit;
}
