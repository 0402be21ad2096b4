/** The body of a `POST /orders` that is paid at once. */
export function anOrderRequest() {
  return {
    items: [
      { sku: 'prod-123', quantity: 2 },
      { sku: 'prod-456', quantity: 1 },
    ],
    customer: { email: 'ada@example.com', name: 'Ada Lovelace' },
    shipping_address: {
      street: '123 Main St',
      city: 'San Francisco',
      state: 'CA',
      zip: '94105',
      country: 'US',
    },
    shipping_method: 'standard',
    payment_method: 'card',
    payment_method_id: 'pm_card_visa',
    currency: 'USD',
  };
}
