import type Stripe from 'stripe';
import type { Form } from '../http/form.ts';
import { newId } from '../ids.ts';
import { noSuch } from './errors.ts';
import { allowOnly, metadataOf, textOf } from './params.ts';
import type { Session } from './session.ts';
import type { Stored } from './store.ts';

const PARAMS = new Set(
  'address description email expand metadata name phone shipping payment_method invoice_settings tax_exempt'.split(
    ' ',
  ),
);

/** `POST /v1/customers` (docs.stripe.com/api/customers/create). */
export function createCustomer(session: Session, params: Form): Stripe.Customer {
  allowOnly(params, PARAMS);
  const customer: Stripe.Customer = {
    id: newId('cus_', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: session.seconds,
    currency: null,
    default_source: null,
    delinquent: false,
    description: textOf(params, 'description') ?? null,
    discount: null,
    email: textOf(params, 'email') ?? null,
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: metadataOf(params),
    name: textOf(params, 'name') ?? null,
    phone: textOf(params, 'phone') ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
  session.put('customer', { object: customer, hidden: {} });
  session.emit('customer.created', customer);
  return customer;
}

/** `GET /v1/customers/{id}`. */
export function retrieveCustomer(session: Session, id: string): Stripe.Customer {
  const stored = session.get('customer', id);
  if (!stored) throw noSuch('customer', id, 'id');
  return stored.object;
}

/** The customer that a parameter names. @throws StripeRefusal 400 `resource_missing`. */
export function namedCustomer(session: Session, params: Form): Stored<'customer'> | undefined {
  const id = textOf(params, 'customer');
  if (id === undefined) return undefined;
  const stored = session.get('customer', id);
  if (!stored) throw noSuch('customer', id, 'customer', 400);
  return stored;
}
