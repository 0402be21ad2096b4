import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStack, type TestCloud } from './fixtures/a-cloud.ts';
import { aFunction, anHttpApi } from './fixtures/an-assembly.ts';

let cloud: TestCloud;
let api: string;

beforeAll(async () => {
  cloud = await runStack({
    resources: {
      Echo: aFunction('echo'),
      Answer: aFunction('answer'),
      Fail: aFunction('fail'),
      ...anHttpApi(
        {
          'ANY /echo': 'Echo',
          'GET /echo/{id}': 'Echo',
          'GET /echo/fixed': 'Echo',
          'ANY /files/{path+}': 'Echo',
          'POST /answer': 'Answer',
          'GET /fail': 'Fail',
        },
        {
          CorsConfiguration: {
            AllowOrigins: ['https://shop.example'],
            AllowMethods: ['GET', 'POST'],
            AllowHeaders: ['content-type'],
            MaxAge: 600,
          },
        },
      ),
    },
    code: {
      echo: 'export const handler = async (event) => event;',
      answer: 'export const handler = async (event) => JSON.parse(event.body);',
      fail: 'export const handler = async () => { throw new RangeError("secret detail"); };',
    },
    outputs: {
      Url: {
        Value: {
          'Fn::Join': [
            '',
            [
              'https://',
              { Ref: 'Api' },
              '.execute-api.',
              { Ref: 'AWS::Region' },
              '.',
              { Ref: 'AWS::URLSuffix' },
              '/',
            ],
          ],
        },
      },
    },
  });
  api = cloud.endpoints.api ?? '';
});
afterAll(() => cloud[Symbol.asyncDispose]());

async function echo(path: string, init?: RequestInit) {
  const response = await fetch(api + path, init);
  return (await response.json()) as Record<string, unknown>;
}

function answer(body: object, init: RequestInit = {}) {
  return fetch(`${api}/answer`, { method: 'POST', body: JSON.stringify(body), ...init });
}

describe('events of payload format 2.0', () => {
  it('describe the request', async () => {
    const event = await echo('/echo?a=1&a=2&b=x%20y', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: 'one=1; two=2', 'X-Odd': 'Ü' },
      body: '{"kept": "as it is"}',
    });
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /echo',
      rawPath: '/echo',
      rawQueryString: 'a=1&a=2&b=x%20y',
      queryStringParameters: { a: '1,2', b: 'x y' },
      cookies: ['one=1', 'two=2'],
      headers: { 'content-type': 'application/json' },
      body: '{"kept": "as it is"}',
      isBase64Encoded: false,
      requestContext: {
        stage: '$default',
        http: { method: 'POST', path: '/echo', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
      },
    });
    expect(event).not.toHaveProperty('pathParameters');
    const context = event.requestContext as { time: string; timeEpoch: number };
    expect(context.time).toMatch(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/);
    expect(Math.abs(context.timeEpoch - Date.now())).toBeLessThan(60_000);
  });

  it('join repeated headers with commas', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const outgoing = request(`${api}/echo`, { headers: { 'x-many': ['a', 'b'] } }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve(body));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(JSON.parse(text)).toMatchObject({ headers: { 'x-many': 'a,b' } });
  });

  it('hold binary bodies as base64', async () => {
    const event = await echo('/echo', {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array([0, 255, 7]),
    });
    expect(event).toMatchObject({ body: 'AP8H', isBase64Encoded: true });
  });

  it.each([
    ['/echo/a%2Fb', 'GET /echo/{id}', { id: 'a/b' }],
    ['/echo/fixed', 'GET /echo/fixed', undefined],
    ['/files/a/b.txt', 'ANY /files/{path+}', { path: 'a/b.txt' }],
  ])('route %s to %s', async (path, routeKey, pathParameters) => {
    const event = await echo(path);
    expect(event.routeKey).toBe(routeKey);
    expect(event.pathParameters).toEqual(pathParameters);
  });
});

describe('responses', () => {
  it('come whole from an object with a status', async () => {
    const response = await answer({
      statusCode: 202,
      headers: { 'X-One': 'a' },
      cookies: ['a=1', 'b=2'],
      body: Buffer.from('bytes').toString('base64'),
      isBase64Encoded: true,
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('x-one')).toBe('a');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('bytes');
  });

  it('are inferred from anything else', async () => {
    const response = await answer({ plain: true });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ plain: true });
  });

  it('tell nothing of what failed', async () => {
    const response = await fetch(`${api}/fail`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"message":"Internal Server Error"}');
  });

  it.each(['/nothing', '/echo/', '/files/'])('are 404 for %s', async (path) => {
    const response = await fetch(api + path);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('{"message":"Not Found"}');
  });

  it('are 404 for a method without a route', async () => {
    expect((await fetch(`${api}/answer`)).status).toBe(404);
  });

  it('are 413 for more than 10 MiB', async () => {
    const response = await fetch(`${api}/echo`, {
      method: 'POST',
      body: 'x'.repeat(10 * 2 ** 20 + 1),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ message: 'Request Entity Too Large' });
  });

  it('are 413 for an event that no function takes', async () => {
    const response = await fetch(`${api}/echo`, { method: 'POST', body: 'x'.repeat(7 * 2 ** 20) });
    expect(response.status).toBe(413);
  });
});

describe('CORS', () => {
  it('answers preflight requests itself', async () => {
    const response = await fetch(`${api}/answer`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '600',
    });
  });

  it("replaces the function's own headers", async () => {
    const response = await answer(
      { statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' } },
      { headers: { origin: 'https://shop.example' } },
    );
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  });

  it('allows no other origin', async () => {
    const response = await answer({ ok: 1 }, { headers: { origin: 'https://evil.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

it("gives the API's public address as the local one", () => {
  expect(cloud.outputs.Url).toBe(`${api}/`);
});
