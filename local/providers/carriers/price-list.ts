/** A carrier's service: prices in cents, by weight and zone; days in transit. */
export interface Service {
  code: string;
  name: string;
  base: number;
  perPound: number;
  perZone: number;
  /** In transit: one number, or the days near (zones 2 to 4) and far. */
  days: number | readonly [near: number, far: number];
  international?: boolean;
}

export interface Place {
  zip: string;
  country: string;
}

export interface Price {
  service: Service;
  cents: number;
  days: number;
  zone: number;
}

const INTERNATIONAL_ZONE = 9;

/**
 * What each service costs for `packages` equal packages of `pounds` each: always the same for the same question.
 * Within the US the domestic services, else the international ones. A carrier bills whole pounds, rounded up.
 */
export function priceServices(
  services: readonly Service[],
  from: Place,
  to: Place,
  pounds: number,
  packages = 1,
): Price[] {
  const zone = zoneOf(from, to);
  const abroad = zone === INTERNATIONAL_ZONE;
  return services
    .filter((service) => (service.international ?? false) === abroad)
    .map((service) => {
      const billed = Math.max(1, Math.ceil(pounds));
      const each = service.base + service.perPound * billed + service.perZone * zone;
      const days =
        typeof service.days === 'number' ? service.days : service.days[zone <= 4 ? 0 : 1];
      return { service, cents: each * packages, days, zone };
    });
}

/** Zones 2 (next door) to 8 (across the country) as carriers count them, guessed from the ZIP codes; 9 is abroad. */
function zoneOf(from: Place, to: Place): number {
  if (from.country !== 'US' || to.country !== 'US') return INTERNATIONAL_ZONE;
  if (from.zip.slice(0, 3) === to.zip.slice(0, 3)) return 2;
  const apart = Math.abs(Number(from.zip[0]) - Number(to.zip[0]));
  return Math.min(8, 3 + apart);
}

/** `1234` as `12.34`. */
export function dollars(cents: number): string {
  return `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

/** A JSON body's object, or an empty one. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** The JSON object of a body; undefined when it is none. */
export function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
