import { type Fault, validationFailed } from '../shared/api-error.ts';
import { type Currency, minorUnits, sum } from '../shared/money.ts';
import type { OrderLine, Sku, Totals } from '../shared/order.ts';
import type { Catalogue, Product } from './catalogue.ts';

export interface RequestedItem {
  sku: Sku;
  quantity: number;
  /** What the caller believes one piece costs, in minor units. */
  price?: number | undefined;
}

export interface PricedOrder {
  currency: Currency;
  lines: OrderLine[];
  totals: Totals;
}

/**
 * Prices `items` by the catalogue; items of the same SKU become one line. Shipping and tax are not known yet.
 * @throws ApiError 400 VALIDATION_FAILED listing every unknown SKU and every price or currency that differs
 */
export async function priceOrder(
  deps: { catalogue: Catalogue },
  items: RequestedItem[],
  currency: Currency | undefined,
): Promise<PricedOrder> {
  const products = await deps.catalogue.find([...new Set(items.map(({ sku }) => sku))]);
  const expected = currency ?? products.values().next().value?.currency;
  const faults = items.flatMap((item, index) =>
    faultsOf(item, index, products.get(item.sku), expected),
  );
  if (faults.length > 0 || !expected) throw validationFailed(faults);

  const lines = mergeLines(items, products);
  const subtotal = sum(lines.map((line) => line.total_price));
  return {
    currency: expected,
    lines,
    totals: { subtotal, discount: minorUnits(0), shipping: null, tax: null, total: null },
  };
}

function faultsOf(
  item: RequestedItem,
  index: number,
  product: Product | undefined,
  currency: Currency | undefined,
): Fault[] {
  const path = `items[${index}]`;
  if (product?.status !== 'active') {
    return [{ path: `${path}.sku`, message: `there is no product ${item.sku}` }];
  }
  const faults: Fault[] = [];
  if (product.currency !== currency) {
    faults.push({ path: 'currency', message: `${item.sku} is sold in ${product.currency}` });
  }
  if (item.price !== undefined && item.price !== product.price) {
    faults.push({ path: `${path}.price`, message: `${item.sku} costs ${product.price} now` });
  }
  return faults;
}

function mergeLines(items: RequestedItem[], products: Map<Sku, Product>): OrderLine[] {
  const quantities = new Map<Sku, number>();
  for (const { sku, quantity } of items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].flatMap(([sku, quantity]) => {
    const product = products.get(sku);
    return product ? [lineOf(product, quantity)] : [];
  });
}

function lineOf(product: Product, quantity: number): OrderLine {
  return {
    sku: product.sku,
    name: product.name,
    quantity,
    unit_price: product.price,
    total_price: minorUnits(product.price * quantity),
    weight_grams: product.weight_grams,
    ...(product.tax_code && { tax_code: product.tax_code }),
  };
}
