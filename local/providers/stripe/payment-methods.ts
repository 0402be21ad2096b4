import type Stripe from 'stripe';
import { type Form, isForm } from '../http/form.ts';
import { newId } from '../ids.ts';
import { namedCustomer } from './customers.ts';
import { badParam, missingParam, noSuch, StripeRefusal } from './errors.ts';
import { allowOnly, choiceOf, formOf, metadataOf, requiredText, textOf } from './params.ts';
import type { Session } from './session.ts';
import type { Stored } from './store.ts';
import { type TestCard, testCard } from './test-cards.ts';

type Method = Stored<'payment_method'>;

const CREATE = new Set('type card billing_details metadata expand allow_redisplay'.split(' '));

/** `POST /v1/payment_methods` with a test token, `card[token]=tok_visa` (docs.stripe.com/api/payment_methods/create). */
export function createPaymentMethod(session: Session, params: Form): Stripe.PaymentMethod {
  allowOnly(params, CREATE);
  return methodFromData(session, params, '').object;
}

/** `GET /v1/payment_methods/{id}`; a test name such as `pm_card_visa` answers a new PaymentMethod, as Stripe's does. */
export function retrievePaymentMethod(session: Session, id: string): Stripe.PaymentMethod {
  const method = findMethod(session, id);
  if (!method) throw noSuch('PaymentMethod', id, 'payment_method');
  return method.object;
}

/** `POST /v1/payment_methods/{id}/attach` (docs.stripe.com/api/payment_methods/attach). */
export function attachPaymentMethod(
  session: Session,
  params: Form,
  id: string,
): Stripe.PaymentMethod {
  allowOnly(params, new Set(['customer', 'expand']));
  const method = findMethod(session, id);
  if (!method) throw noSuch('PaymentMethod', id, 'payment_method');
  const customer = namedCustomer(session, params);
  if (!customer) throw missingParam('customer');
  if (method.object.customer !== null && method.object.customer !== customer.object.id) {
    throw badParam(
      'The payment method you provided has already been attached to a customer.',
      'payment_method',
    );
  }
  refuseUsed(method);
  attach(session, method, customer.object.id);
  return method.object;
}

export function attach(session: Session, method: Method, customer: string): void {
  if (method.object.customer === customer) return;
  method.object.customer = customer;
  session.put('payment_method', method);
  session.emit('payment_method.attached', method.object);
}

/**
 * The PaymentMethod that `payment_method` or `payment_method_data` names, checked against the customer; undefined
 * when there is neither. @throws StripeRefusal 400 when it does not exist or may not be used here.
 */
export function namedMethod(
  session: Session,
  params: Form,
  intent: { id: string; customer: string | null },
): Method | undefined {
  const data = formOf(params, 'payment_method_data');
  const id = textOf(params, 'payment_method');
  if (data) {
    if (id !== undefined) {
      throw badParam(
        'You may only specify one of these parameters: payment_method, payment_method_data.',
        undefined,
        'parameters_exclusive',
      );
    }
    return methodFromData(session, data, 'payment_method_data');
  }
  if (id === undefined) return undefined;
  const method = findMethod(session, id);
  if (!method) throw noSuch('PaymentMethod', id, 'payment_method', 400);
  const owner = method.object.customer;
  if (owner !== null && intent.customer === null) {
    throw badParam(
      'The payment method you provided is attached to a customer so for security purposes you must provide the customer in the request.',
      'payment_method',
    );
  }
  if (owner !== null && owner !== intent.customer) {
    throw badParam(
      `The customer ${intent.customer} does not own the PaymentMethod ${id}.`,
      'payment_method',
    );
  }
  if (method.hidden.usedBy !== intent.id) refuseUsed(method);
  return method;
}

/** A card that paid once without belonging to a customer can't be used again, as Stripe has it. */
function refuseUsed(method: Method): void {
  if (method.object.customer !== null || method.hidden.usedBy === undefined) return;
  throw badParam(
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    'payment_method',
  );
}

function findMethod(session: Session, id: string): Method | undefined {
  const card = id.startsWith('pm_card_') ? testCard(id) : undefined;
  return card ? addMethod(session, card, {}) : session.get('payment_method', id);
}

function methodFromData(session: Session, data: Form, param: string): Method {
  const within = (name: string) => (param === '' ? name : `${param}[${name}]`);
  choiceOf(data, 'type', ['card']);
  if (textOf(data, 'type') === undefined) throw missingParam(within('type'));
  const card = formOf(data, 'card');
  if (!card) throw missingParam(within('card'));
  if (card['number'] !== undefined) {
    throw new StripeRefusal(
      402,
      {
        type: 'invalid_request_error',
        message:
          'Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing.',
      },
      { validation: true },
    );
  }
  const token = requiredText(card, 'token');
  const test = token.startsWith('tok_') ? testCard(token) : undefined;
  if (!test) throw noSuch('token', token, within('card[token]'), 400);
  return addMethod(session, test, data);
}

function addMethod(session: Session, card: TestCard, data: Form): Method {
  const details = isForm(data['billing_details']) ? data['billing_details'] : {};
  const method: Method = {
    object: {
      id: newId('pm_1'),
      object: 'payment_method',
      allow_redisplay: 'unspecified',
      billing_details: {
        address: null,
        email: textOf(details, 'email') ?? null,
        name: textOf(details, 'name') ?? null,
        phone: textOf(details, 'phone') ?? null,
        tax_id: null,
      },
      card: {
        brand: card.brand,
        checks: {
          address_line1_check: null,
          address_postal_code_check: null,
          cvc_check: 'pass',
        },
        country: card.country,
        display_brand: card.brand,
        exp_month: 12,
        exp_year: new Date(session.now).getUTCFullYear() + 3,
        fingerprint: `local${card.brand}${card.last4}`,
        funding: card.funding,
        generated_from: null,
        last4: card.last4,
        networks: { available: [card.brand], preferred: null },
        regulated_status: 'unregulated',
        three_d_secure_usage: { supported: true },
        wallet: null,
      },
      created: session.seconds,
      customer: null,
      customer_account: null,
      livemode: false,
      metadata: metadataOf(data),
      type: 'card',
    },
    hidden: { card },
  };
  session.put('payment_method', method);
  return method;
}
