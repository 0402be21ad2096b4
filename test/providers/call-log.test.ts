import { expect, test } from 'vitest';
import { CallLog } from '../../local/providers/http/call-log.ts';

const call = (body: string, headers = {}) => ({
  at: 0,
  method: 'POST',
  path: '/x',
  query: '',
  headers,
  body,
});

test('keeps the newest calls, fewer when they are large', () => {
  const log = new CallLog();
  for (let i = 0; i < 10_000; i++) log.add(call('a=1'));
  const kept = log.list() as { id: number }[];
  expect(kept.length).toBeLessThanOrEqual(3_000);
  expect(kept.length).toBeGreaterThan(2_000);
  expect(kept.at(-1)?.id).toBe(10_000);

  const large = 'x'.repeat(1_000_000);
  for (let i = 0; i < 50; i++) log.add(call(large));
  expect(log.list().length).toBeLessThan(20);
});

test('shows no secret, whether in a header, a form or JSON', () => {
  const log = new CallLog();
  const json = { 'content-type': 'application/json' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  log.add(call('grant_type=x&client_secret=hush', form));
  log.add(call('{"client_secret":"hush","grant_type":"x"}', json));
  log.add(call('', { authorization: 'Basic hush', cookie: 'hush', accept: '*/*' }));
  expect(JSON.stringify(log.list())).not.toContain('hush');
  expect(log.list()[0]).toMatchObject({ body: { grant_type: 'x', client_secret: '(hidden)' } });
});
