import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Product } from './catalogue.ts';
import sample from './sample-catalogue.json' with { type: 'json' };

/**
 * Puts the sample catalogue and its stock into the tables, where they are not yet: what a shop has changed or sold
 * is never overwritten. All prices are in US cents.
 */
export async function loadSampleCatalogue(deps: {
  client: DynamoDBDocumentClient;
  catalogueTable: string;
  stockTable: string;
}): Promise<{ products: number }> {
  const putNew = async (table: string, key: string, item: Record<string, unknown>) => {
    try {
      await deps.client.send(
        new PutCommand({
          TableName: table,
          Item: item,
          ConditionExpression: `attribute_not_exists(${key})`,
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };
  await Promise.all(
    sample.flatMap(({ stock, ...product }) => [
      putNew(deps.catalogueTable, 'sku', {
        ...product,
        currency: 'USD',
        status: 'active' satisfies Product['status'],
      }),
      putNew(deps.stockTable, 'id', { id: `sku#${product.sku}`, available: stock, held: 0 }),
    ]),
  );
  return { products: sample.length };
}
