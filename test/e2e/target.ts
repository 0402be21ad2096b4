import { readFileSync } from 'node:fs';
import type { Endpoints } from '../support/endpoints.ts';
import { LocalCloud } from '../support/local-cloud.ts';

/**
 * What the end-to-end tests run against: the base URLs in the file that `FASTCART_ENDPOINTS` names (as a local
 * cloud's `endpoints.json`), or a local cloud that is started for them.
 */
export async function openTarget(): Promise<{ endpoints: Endpoints; close: () => Promise<void> }> {
  const file = process.env['FASTCART_ENDPOINTS'];
  if (file) {
    const endpoints = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
    return { endpoints, close: () => Promise.resolve() };
  }
  const cloud = new LocalCloud();
  return { endpoints: await cloud.start(), close: () => cloud.remove() };
}
