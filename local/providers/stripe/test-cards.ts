/** Why a test card's charge fails, as the API tells it. */
export interface Decline {
  code: string;
  decline_code: string;
  message: string;
  param?: string;
  advice_code?: 'try_again_later' | 'do_not_try_again' | 'confirm_card_data';
}

/**
 * A card of Stripe's test mode.
 *
 * `authentication`: `always` asks for 3D Secure on every payment; `unless_set_up` not off session once it is saved
 * with a customer; `set_up` not off session.
 */
export interface TestCard {
  brand: string;
  last4: string;
  country: string;
  funding: 'credit' | 'debit' | 'prepaid';
  authentication?: 'always' | 'unless_set_up' | 'set_up';
  decline?: Decline;
}

const declines = {
  generic: declined('generic_decline', 'Your card was declined.', 'try_again_later'),
  insufficientFunds: declined(
    'insufficient_funds',
    'Your card has insufficient funds.',
    'try_again_later',
  ),
  lost: declined('lost_card', 'Your card was declined.', 'do_not_try_again'),
  stolen: declined('stolen_card', 'Your card was declined.', 'do_not_try_again'),
  fraudulent: declined('fraudulent', 'Your card was declined.'),
  velocity: declined(
    'card_velocity_exceeded',
    'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    'try_again_later',
  ),
  expired: {
    code: 'expired_card',
    decline_code: 'expired_card',
    message: 'Your card has expired.',
    param: 'exp_month',
    advice_code: 'confirm_card_data',
  },
  incorrectCvc: {
    code: 'incorrect_cvc',
    decline_code: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
    param: 'cvc',
    advice_code: 'confirm_card_data',
  },
  processingError: {
    code: 'processing_error',
    decline_code: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
    advice_code: 'try_again_later',
  },
} as const satisfies Record<string, Decline>;

const brands: Readonly<Record<string, TestCard>> = {
  visa: { brand: 'visa', last4: '4242', country: 'US', funding: 'credit' },
  visa_debit: { brand: 'visa', last4: '5556', country: 'US', funding: 'debit' },
  mastercard: { brand: 'mastercard', last4: '4444', country: 'US', funding: 'credit' },
  mastercard_debit: { brand: 'mastercard', last4: '8210', country: 'US', funding: 'debit' },
  mastercard_prepaid: { brand: 'mastercard', last4: '5100', country: 'US', funding: 'prepaid' },
  amex: { brand: 'amex', last4: '8431', country: 'US', funding: 'credit' },
  discover: { brand: 'discover', last4: '1117', country: 'US', funding: 'credit' },
  diners: { brand: 'diners', last4: '0004', country: 'US', funding: 'credit' },
  jcb: { brand: 'jcb', last4: '0505', country: 'JP', funding: 'credit' },
  unionpay: { brand: 'unionpay', last4: '0005', country: 'CN', funding: 'credit' },
};

const countries = new Set(
  'us ca gb de fr at be es it nl pt ie ch se no dk fi pl au nz jp sg hk in br mx'.split(' '),
);

const behaviours: Readonly<Record<string, { last4: string } & Partial<TestCard>>> = {
  chargeDeclined: { last4: '0002', decline: declines.generic },
  chargeDeclinedInsufficientFunds: { last4: '9995', decline: declines.insufficientFunds },
  chargeDeclinedLostCard: { last4: '9987', decline: declines.lost },
  chargeDeclinedStolenCard: { last4: '9979', decline: declines.stolen },
  chargeDeclinedFraudulent: { last4: '0019', decline: declines.fraudulent },
  chargeDeclinedExpiredCard: { last4: '0069', decline: declines.expired },
  chargeDeclinedIncorrectCvc: { last4: '0127', decline: declines.incorrectCvc },
  chargeDeclinedProcessingError: { last4: '0119', decline: declines.processingError },
  chargeDeclinedVelocityLimitExceeded: { last4: '6975', decline: declines.velocity },
  chargeCustomerFail: { last4: '0341', decline: declines.generic },
  radarBlock: { last4: '0019', decline: declines.fraudulent },
  riskLevelHighest: { last4: '4954', decline: declines.fraudulent },
  riskLevelElevated: { last4: '9235' },
  authenticationRequired: { last4: '3184', authentication: 'always' },
  authenticationRequiredOnSetup: { last4: '3155', authentication: 'unless_set_up' },
  authenticationRequiredSetupForOffSession: { last4: '0446', authentication: 'set_up' },
  authenticationRequiredChargeDeclinedInsufficientFunds: {
    last4: '8260',
    authentication: 'always',
    decline: declines.insufficientFunds,
  },
  threeDSecureRequired: { last4: '3063', authentication: 'always' },
  threeDSecure2Required: { last4: '3220', authentication: 'always' },
  threeDSecureRequiredChargeDeclined: {
    last4: '1629',
    authentication: 'always',
    decline: declines.generic,
  },
  threeDSecureRequiredProcessingError: {
    last4: '3097',
    authentication: 'always',
    decline: declines.processingError,
  },
  threeDSecureOptional: { last4: '3055' },
  threeDSecureNotSupported: { last4: '5556' },
};

/**
 * The card behind a test PaymentMethod (`pm_card_visa`, `pm_card_visa_chargeDeclined`, `pm_card_chargeDeclined`) or
 * a test token (`tok_visa`), as listed on docs.stripe.com/testing?testing-method=payment-methods; undefined for any
 * other name.
 */
export function testCard(name: string): TestCard | undefined {
  const rest = /^(?:pm_card_|tok_)(.+)$/.exec(name)?.[1];
  if (rest === undefined) return undefined;
  const brand = Object.hasOwn(brands, rest) ? brands[rest] : undefined;
  if (brand) return brand;
  const visa = brands['visa'] as TestCard;
  if (countries.has(rest)) return { ...visa, last4: '0000', country: rest.toUpperCase() };
  const behaviour = rest.replace(/^visa_/, '');
  return Object.hasOwn(behaviours, behaviour) ? { ...visa, ...behaviours[behaviour] } : undefined;
}

function declined(declineCode: string, message: string, advice?: Decline['advice_code']): Decline {
  return {
    code: 'card_declined',
    decline_code: declineCode,
    message,
    ...(advice ? { advice_code: advice } : {}),
  };
}
