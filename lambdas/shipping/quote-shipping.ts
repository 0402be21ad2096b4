import type { OrderReader } from '../orders/order-store.ts';
import { InvalidOrder } from '../shared/errors.ts';
import type { Address, Order, OrderNumber, ShippingQuote } from '../shared/order.ts';
import { askCarriers } from './ask-carriers.ts';
import { chooseRate } from './choose-rate.ts';
import type { Rate, Shipment, ShippingRates } from './shipping-rates.ts';

/** How long a carrier may take, its access token included. */
const CARRIER_TIMEOUT_MS = 3000;

export const FLAT_RATE_WARNING =
  'No carrier gave a price for this order: shipping is charged at a flat rate.';

export interface QuoteShippingDeps {
  orders: OrderReader;
  carriers: readonly ShippingRates[];
  flatRate: ShippingRates;
  shipFrom: Address;
  /** Milliseconds for each carrier; 3000 when left out. */
  timeoutMs?: number;
  logger: { warn(message: string, details: Record<string, unknown>): void };
}

export interface ShippingQuoted {
  shipping: ShippingQuote;
  /** Meant for the customer and the shop: what did not go as it should. */
  warnings: string[];
}

/**
 * What shipping the order costs: the cheapest carrier of the method that the customer chose, or our flat rate.
 * @throws InvalidOrder if there is no such order, or no carrier takes its address
 * @throws ShippingUnavailable if nobody ships it that way
 */
export async function quoteShipping(
  {
    orders,
    carriers,
    flatRate,
    shipFrom,
    timeoutMs = CARRIER_TIMEOUT_MS,
    logger,
  }: QuoteShippingDeps,
  { order_number }: { order_number: OrderNumber },
): Promise<ShippingQuoted> {
  const order = await orders.get(order_number);
  if (!order) throw new InvalidOrder(`there is no order ${order_number}`);

  const shipment = shipmentOf(order, shipFrom);
  const answers = await askCarriers(carriers, shipment, timeoutMs);
  for (const answer of answers) {
    if (answer.outcome === 'rates') continue;
    const { carrier, outcome, error } = answer;
    logger.warn('carrier gave no rates', {
      order: order_number,
      carrier,
      outcome,
      reason: error.message,
    });
  }

  const flatRates = await flatRate.quote(shipment, AbortSignal.timeout(timeoutMs));
  const wanted = { method: order.shipping_method, currency: order.currency };
  const { rate, fallback } = chooseRate(answers, flatRates, wanted);
  return { shipping: quoteOf(rate), warnings: fallback ? [FLAT_RATE_WARNING] : [] };
}

function shipmentOf(order: Order, from: Address): Shipment {
  const weight_grams = order.items.reduce(
    (grams, { weight_grams, quantity }) => grams + weight_grams * quantity,
    0,
  );
  return { from, to: order.shipping_address, weight_grams, currency: order.currency };
}

function quoteOf({ method, carrier, service, amount, days }: Rate): ShippingQuote {
  return { method, carrier, service, amount, ...(days !== undefined && { days }) };
}
