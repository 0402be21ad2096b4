import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Transient } from '../shared/errors.ts';
import type { Currency, MinorUnits } from '../shared/money.ts';
import type { Sku } from '../shared/order.ts';

/** What the shop sells. How many there are is the stock ledger's business. */
export interface Product {
  sku: Sku;
  name: string;
  price: MinorUnits;
  currency: Currency;
  weight_grams: number;
  tax_code?: string;
  status: 'active' | 'archived';
}

export interface Catalogue {
  /** The products among `skus` that exist, active or not. `skus` are at most 100. */
  find(skus: Sku[]): Promise<Map<Sku, Product>>;
}

/** The catalogue in a DynamoDB table with key `sku`. */
export function dynamoCatalogue(table: string, client: DynamoDBDocumentClient): Catalogue {
  return {
    async find(skus) {
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetCommand({
          RequestItems: { [table]: { Keys: skus.map((sku) => ({ sku })) } },
        }),
      );
      if (UnprocessedKeys?.[table]) throw new Transient('the catalogue is being throttled');
      const products = (Responses?.[table] ?? []) as Product[];
      return new Map(products.map((product) => [product.sku, product]));
    },
  };
}
