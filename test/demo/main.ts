import { LocalCloud } from '../support/local-cloud.ts';
import { type Shop, shopAt } from '../support/shop.ts';
import { auditOrder, moneyOf } from './audit-order.ts';
import { drawChecks, drawSteps, drawSummary, drawTitle, money } from './draw.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { type StepTrace, traceSteps } from './trace-order.ts';

/** What undoing a payment came to, by the payment status that it left. */
const UNDONE: Record<string, string> = {
  pending: 'nobody was asked for money',
  failed: 'no money was held',
  voided: 'authorization voided',
  refunded: 'payment refunded',
};

/** Places each scenario's order in a local cloud of its own, and draws what became of it. Exits 1 if any went wrong. */
const started = performance.now();
const cloud = new LocalCloud();
try {
  const shop = shopAt(await cloud.start('--ephemeral'));
  console.log(
    `A local cloud is ready after ${seconds(started)} s: every order runs the deployed saga.`,
  );
  let wrong = 0;
  for (const [index, scenario] of SCENARIOS.entries()) {
    if (!(await show(shop, index + 1, scenario))) wrong += 1;
  }
  console.log(drawSummary(SCENARIOS.length, wrong, Number(seconds(started))));
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  await cloud.remove();
}

async function show(shop: Shop, index: number, scenario: Scenario): Promise<boolean> {
  const levels = () => Promise.all(scenario.skus.map((sku) => shop.stock(sku)));
  const before = await levels();
  const orderNumber = await scenario.run(shop);
  const order = await shop.order(orderNumber);
  const failed = order.status !== 'confirmed';

  const [steps, undo] = await Promise.all([
    shop.endedHistory('-dev-checkout', orderNumber).then(traceSteps),
    failed ? shop.endedHistory('-dev-undo-checkout', orderNumber).then(traceSteps) : [],
  ]);
  const checks = auditOrder(scenario, {
    order,
    before,
    after: await levels(),
    money: await moneyOf(shop, orderNumber),
    emails: await shop.emails(orderNumber, scenario.expected.emails.length),
  });

  console.log(drawTitle(index, scenario, order));
  console.log(drawSteps(steps, undo, new Map([...notesOf(order), ...undoneOf(undo)])));
  console.log(drawChecks(checks));
  return checks.every(({ ok }) => ok);
}

/** What each state has come to, in a few words. */
function notesOf({ totals, shipping }: Awaited<ReturnType<Shop['order']>>): Map<string, string> {
  const notes = new Map<string, string>();
  if ('carrier' in shipping) {
    notes.set('QuoteShipping', `${shipping.carrier} ${shipping.service} ${money(shipping.amount)}`);
  }
  if (totals.tax !== null) notes.set('ComputeTax', money(totals.tax));
  if (totals.total !== null) notes.set('CapturePayment', money(totals.total));
  return notes;
}

/** What the undo's steps have given back. */
function undoneOf(undo: StepTrace[]): [string, string][] {
  return undo.flatMap(({ name, answer = {} }): [string, string][] => {
    if (name === 'UndoStock') return [[name, `reservation ${String(answer['stock'])}`]];
    if (name !== 'UndoPayment') return [];
    return [[name, UNDONE[String(answer['payment_status'])] ?? '']];
  });
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
