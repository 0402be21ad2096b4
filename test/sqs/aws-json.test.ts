import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsListener, listenAwsJson } from '../../local/aws-json.ts';
import { type AwsService, ServiceError } from '../../local/contracts.ts';

let listener: AwsListener;
let aborted = 0;

const echo: AwsService = {
  name: 'Echo',
  targetPrefix: 'Echo_2026.Service',
  async handle(operation, input, signal) {
    if (operation === 'Refuse') throw new ServiceError('NotToday', 'not today', 409);
    if (operation === 'Break') throw new TypeError('a bug');
    if (operation === 'Wait') {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      aborted += 1;
    }
    return { operation, input };
  },
};

beforeAll(async () => {
  listener = await listenAwsJson({ services: [echo], port: 0 });
});
afterAll(() => listener.close());

async function post(target: string, body: string) {
  const response = await fetch(listener.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body,
  });
  return { response, body: (await response.json()) as Record<string, unknown> };
}

describe('the AWS JSON listener', () => {
  it('hands the operation and its input to the service of that prefix', async () => {
    const { response, body } = await post('Echo_2026.Service.Say', '{"a":"é"}');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({ operation: 'Say', input: { a: 'é' } });
  });

  it('takes an empty body for an empty input', async () => {
    expect((await post('Echo_2026.Service.Say', '')).body).toMatchObject({ input: {} });
  });

  it.each([
    ['Echo_2026.Service.Refuse', '{}', 409, 'NotToday', 'not today'],
    ['Echo_2026.Service.Break', '{}', 500, 'InternalFailure', 'a bug'],
    ['Echo_2026.Service.Say', '{', 400, 'SerializationException', 'not JSON'],
    ['Echo_2026.Service.Say', '[]', 400, 'SerializationException', 'not a JSON object'],
    ['Nobody.Say', '{}', 404, 'UnknownOperationException', 'Nobody.Say'],
    ['Say', '{}', 404, 'UnknownOperationException', 'Echo_2026.Service'],
    [
      'Echo_2026.Service.Say',
      JSON.stringify({ text: 'x'.repeat(8 * 1024 * 1024) }),
      413,
      'RequestEntityTooLargeException',
      'at most 8388608',
    ],
  ])('answers %s as AWS does: %#', async (target, input, status, name, message) => {
    const { response, body } = await post(target, input);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-amzn-errortype')).toBe(name);
    expect(body['__type']).toBe(name);
    expect(body['message']).toContain(message);
  });

  it('says what it speaks to a request that is none of these', async () => {
    const response = await fetch(`${listener.url}/?Action=ListQueues`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });

  it('tells the service that the caller has gone', async () => {
    const socket = connect(listener.port, '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Echo_2026.Service.Wait\r\nContent-Length: 2\r\n\r\n{}',
      () => socket.end(() => socket.destroy()),
    );
    await expect.poll(() => aborted).toBe(1);
  });

  it('says so when the port is taken', async () => {
    await expect(listenAwsJson({ services: [], port: listener.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
