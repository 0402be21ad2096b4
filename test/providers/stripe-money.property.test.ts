import { fc } from '@fast-check/vitest';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, MANUAL, type Running, start } from './local-providers.ts';

const AMOUNT = 1000;

let running: Running;
let stripe: Stripe;
let keys = 0;

beforeAll(async () => {
  running = await start();
  stripe = running.stripe;
});
afterAll(() => running.stop());

type Step =
  | { act: 'confirm'; method: string }
  | { act: 'capture' | 'refund'; amount: number | undefined }
  | { act: 'cancel' | 'pass' | 'fail' };

const amount = fc.option(fc.integer({ min: 1, max: AMOUNT + 200 }), { nil: undefined });
const confirm = fc.record({
  act: fc.constant('confirm' as const),
  method: fc.constantFrom(
    'pm_card_visa',
    'pm_card_chargeDeclined',
    'pm_card_authenticationRequired',
  ),
});
const capture = fc.record({ act: fc.constant('capture' as const), amount });
const refund = fc.record({ act: fc.constant('refund' as const), amount });
const end = fc.record({
  act: fc.constantFrom('cancel' as const, 'pass' as const, 'fail' as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(confirm, capture, refund, end);
// Half of the payments get far enough to have something to refund.
const paid = fc
  .tuple(
    fc.constant({ act: 'confirm' as const, method: 'pm_card_visa' }),
    capture,
    fc.array(refund),
  )
  .map(([first, second, rest]): Step[] => [first, second, ...rest]);
const steps = fc
  .tuple(fc.oneof(fc.constant<Step[]>([]), paid), fc.array(step, { maxLength: 7 }))
  .map(([start, rest]) => [...start, ...rest]);

/** Does a step with an idempotency key; answers what Stripe said, good or bad. */
async function act(id: string, one: Step, idempotencyKey: string): Promise<unknown> {
  const options = { idempotencyKey };
  const part = 'amount' in one && one.amount !== undefined ? one.amount : undefined;
  const run = () => {
    switch (one.act) {
      case 'confirm':
        return stripe.paymentIntents.confirm(id, { payment_method: one.method }, options);
      case 'capture':
        return stripe.paymentIntents.capture(
          id,
          part === undefined ? {} : { amount_to_capture: part },
          options,
        );
      case 'refund':
        return stripe.refunds.create(
          { payment_intent: id, ...(part === undefined ? {} : { amount: part }) },
          options,
        );
      case 'cancel':
        return stripe.paymentIntents.cancel(id, {}, options);
      default:
        return ask('POST', `${running.baseUrls.stripe}/3ds/${id}/${one.act}`);
    }
  };
  try {
    return await run();
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
}

test('whatever is done in whatever order, no more is refunded than was captured, nor captured than held', async () => {
  const seen = { captured: 0, refunded: 0, canceled: 0, refusals: 0 };
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const { id } = await stripe.paymentIntents.create({ ...MANUAL, amount: AMOUNT });
      let refunded = 0;
      for (const one of steps) {
        const key = `property-${keys++}`;
        const answer = await act(id, one, key);
        const keyed = one.act !== 'pass' && one.act !== 'fail';
        // Only a request that was begun is replayed; one that was invalid is judged anew.
        const replayed = keyed ? await act(id, one, key) : answer;
        expect(essenceOf(replayed)).toEqual(essenceOf(answer));
        if (answer instanceof Stripe.errors.StripeError) seen.refusals += 1;
        if (isObject(answer, 'refund')) refunded += (answer as Stripe.Refund).amount;

        const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
        const charge = intent.latest_charge as Stripe.Charge | null;
        expect(intent.amount_received - refunded).toBeGreaterThanOrEqual(0);
        expect(intent.amount_received).toBeLessThanOrEqual(AMOUNT);
        expect(intent.amount_capturable).toBe(intent.status === 'requires_capture' ? AMOUNT : 0);
        expect(charge?.amount_captured ?? 0).toBe(intent.amount_received);
        const back = charge?.captured ? charge.amount_refunded : AMOUNT - intent.amount_received;
        expect(back).toBe(AMOUNT - intent.amount_received + refunded);
        const taken = intent.status === 'succeeded';
        expect(intent.amount_received > 0).toBe(taken);
        seen.canceled += intent.status === 'canceled' ? 1 : 0;
        seen.captured += intent.amount_received > 0 ? 1 : 0;
        seen.refunded += refunded > 0 ? 1 : 0;
      }
      const refunds = await stripe.refunds.list({ payment_intent: id, limit: 100 });
      const listed = refunds.data
        .filter(({ destination_details: to }) => to?.card?.type === 'refund')
        .reduce((total, refund) => total + refund.amount, 0);
      expect(listed).toBe(refunded);
    }),
    { numRuns: 60 },
  );
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(0);
});

/** What a replay must have in common with the first answer: an object wholly, a refusal its reason. */
function essenceOf(answer: unknown): unknown {
  if (!(answer instanceof Stripe.errors.StripeError)) return answer;
  const { message, code, statusCode, charge } = answer;
  return { message, code, statusCode, charge };
}

function isObject(value: unknown, object: string): boolean {
  return (
    typeof value === 'object' && value !== null && 'object' in value && value.object === object
  );
}
