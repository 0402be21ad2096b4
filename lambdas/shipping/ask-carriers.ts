import { InvalidOrder, Transient } from '../shared/errors.ts';
import type { Rate, Shipment, ShippingRates } from './shipping-rates.ts';

/** How one carrier answered: with rates (perhaps none), with a refusal of the shipment, or not at all. */
export type CarrierAnswer =
  | { carrier: string; outcome: 'rates'; rates: Rate[] }
  | { carrier: string; outcome: 'refused' | 'failed'; error: Error };

/**
 * Asks all carriers at once and waits `timeoutMs` for each; one that is late is aborted. Never rejects: the trouble
 * of one carrier is that carrier's alone. The answers stand in the order of `carriers`.
 */
export function askCarriers(
  carriers: readonly ShippingRates[],
  shipment: Shipment,
  timeoutMs: number,
): Promise<CarrierAnswer[]> {
  return Promise.all(carriers.map((carrier) => ask(carrier, shipment, timeoutMs)));
}

async function ask(
  rates: ShippingRates,
  shipment: Shipment,
  timeoutMs: number,
): Promise<CarrierAnswer> {
  const { carrier } = rates;
  const signal = AbortSignal.timeout(timeoutMs);
  const late = Promise.withResolvers<never>();
  const giveUp = () => late.reject(new Transient(`${carrier} did not answer in time`));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    // The race covers what does not hear the signal: fetching the carrier's credentials.
    const quoted = await Promise.race([rates.quote(shipment, signal), late.promise]);
    return { carrier, outcome: 'rates', rates: quoted };
  } catch (error) {
    return {
      carrier,
      outcome: error instanceof InvalidOrder ? 'refused' : 'failed',
      error: error instanceof Error ? error : new Error(String(error)),
    };
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
