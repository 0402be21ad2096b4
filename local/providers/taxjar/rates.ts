/** Sales tax of one place, in millionths, and whether shipping is taxed. */
export interface PlaceRates {
  state: bigint;
  county: bigint;
  city: bigint;
  special: bigint;
  freightTaxable: boolean;
  cityName: string | null;
  countyName: string | null;
}

interface StateRates {
  /** state, county, city and special district rate where no ZIP prefix below says otherwise. */
  base: readonly [number, number, number, number];
  freight: boolean;
  places?: Readonly<Record<string, readonly [number, number, number, number, string, string]>>;
}

/**
 * Believable rates, not the law: the general statewide rate of each state and the best-known cities, by the first
 * three digits of the ZIP code. The account has nexus in these states and nowhere else.
 */
const STATES: Readonly<Record<string, StateRates>> = {
  AZ: {
    base: [56_000, 7_000, 0, 0],
    freight: false,
    places: { 850: [56_000, 7_000, 23_000, 0, 'PHOENIX', 'MARICOPA'] },
  },
  CA: {
    base: [62_500, 10_000, 0, 0],
    freight: false,
    places: {
      900: [62_500, 10_000, 0, 22_500, 'LOS ANGELES', 'LOS ANGELES'],
      902: [62_500, 10_000, 0, 22_500, 'BEVERLY HILLS', 'LOS ANGELES'],
      921: [62_500, 10_000, 0, 5_000, 'SAN DIEGO', 'SAN DIEGO'],
      940: [62_500, 10_000, 0, 21_250, 'MOUNTAIN VIEW', 'SANTA CLARA'],
      941: [62_500, 10_000, 0, 13_750, 'SAN FRANCISCO', 'SAN FRANCISCO'],
      946: [62_500, 10_000, 0, 30_000, 'OAKLAND', 'ALAMEDA'],
      951: [62_500, 10_000, 2_500, 18_750, 'SAN JOSE', 'SANTA CLARA'],
    },
  },
  CO: {
    base: [29_000, 10_000, 0, 0],
    freight: false,
    places: { 802: [29_000, 0, 48_100, 11_000, 'DENVER', 'DENVER'] },
  },
  DE: { base: [0, 0, 0, 0], freight: false },
  FL: {
    base: [60_000, 10_000, 0, 0],
    freight: false,
    places: { 331: [60_000, 10_000, 0, 0, 'MIAMI', 'MIAMI-DADE'] },
  },
  GA: {
    base: [40_000, 30_000, 0, 0],
    freight: true,
    places: { 303: [40_000, 30_000, 15_000, 4_000, 'ATLANTA', 'FULTON'] },
  },
  IL: {
    base: [62_500, 10_000, 0, 0],
    freight: true,
    places: { 606: [62_500, 17_500, 12_500, 10_000, 'CHICAGO', 'COOK'] },
  },
  MA: { base: [62_500, 0, 0, 0], freight: false },
  MI: { base: [60_000, 0, 0, 0], freight: true },
  MN: {
    base: [68_750, 0, 0, 0],
    freight: true,
    places: { 554: [68_750, 1_500, 5_000, 15_000, 'MINNEAPOLIS', 'HENNEPIN'] },
  },
  MT: { base: [0, 0, 0, 0], freight: false },
  NC: { base: [47_500, 22_500, 0, 0], freight: true },
  NH: { base: [0, 0, 0, 0], freight: false },
  NJ: { base: [66_250, 0, 0, 0], freight: true },
  NY: {
    base: [40_000, 40_000, 0, 0],
    freight: true,
    places: {
      100: [40_000, 0, 45_000, 3_750, 'NEW YORK', 'NEW YORK'],
      101: [40_000, 0, 45_000, 3_750, 'NEW YORK', 'NEW YORK'],
      104: [40_000, 0, 45_000, 3_750, 'BRONX', 'BRONX'],
      112: [40_000, 0, 45_000, 3_750, 'BROOKLYN', 'KINGS'],
    },
  },
  OH: { base: [57_500, 12_500, 0, 0], freight: true },
  OR: { base: [0, 0, 0, 0], freight: false },
  PA: {
    base: [60_000, 0, 0, 0],
    freight: true,
    places: { 191: [60_000, 20_000, 0, 0, 'PHILADELPHIA', 'PHILADELPHIA'] },
  },
  TX: {
    base: [62_500, 0, 0, 20_000],
    freight: true,
    places: {
      770: [62_500, 0, 10_000, 10_000, 'HOUSTON', 'HARRIS'],
      787: [62_500, 0, 10_000, 10_000, 'AUSTIN', 'TRAVIS'],
    },
  },
  VA: { base: [43_000, 10_000, 0, 0], freight: false },
  WA: {
    base: [65_000, 0, 22_000, 0],
    freight: true,
    places: { 981: [65_000, 3_000, 12_000, 23_500, 'SEATTLE', 'KING'] },
  },
};

/** The rates of a US place, or undefined where the account has no nexus. */
export function ratesOf(state: string, zip: string): PlaceRates | undefined {
  const rates = Object.hasOwn(STATES, state) ? STATES[state] : undefined;
  if (!rates) return undefined;
  const place = rates.places?.[zip.slice(0, 3)];
  const [stateRate, county, city, special] = place ?? rates.base;
  return {
    state: BigInt(stateRate),
    county: BigInt(county),
    city: BigInt(city),
    special: BigInt(special),
    freightTaxable: rates.freight,
    cityName: place?.[4] ?? null,
    countyName: place?.[5] ?? null,
  };
}
