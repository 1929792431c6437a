import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessLogRow, accessRecord } from '../../src/lab/waf-log/index.ts';
import { gatewayJson, planGateway } from '../support/gateway-json.ts';
import {
  ask,
  type Echo,
  echoServer,
  freePorts,
  type RunningWeb,
  startWeb,
  WEB_SERVER_MISSING,
} from '../support/web-server.ts';

/** Real requests through the stand-in of an application gateway, planned from ARM. */

describe.skipIf(WEB_SERVER_MISSING !== undefined)('an application gateway', () => {
  let shop: Echo;
  let images: Echo;
  let web: RunningWeb;
  let plain = 0;
  let tls = 0;
  let context: Parameters<typeof accessRecord>[1];

  beforeAll(async () => {
    [shop, images] = [await echoServer('shop'), await echoServer('images')];
    [plain = 0, tls = 0] = await freePorts(2);
    const plan = planGateway([
      gatewayJson({
        listeners: [
          {
            name: 'site',
            port: plain,
            hosts: ['shop.example'],
            priority: 10,
            paths: [
              { name: 'images', paths: ['/images/*', '/pics*'], settings: 'images' },
              { name: 'exact', paths: ['/exact'], settings: 'images' },
              { name: 'later', paths: ['/images/late/*'], settings: 'web' },
              { name: 'moved', paths: ['/moved'], redirect: 'toElsewhere' },
              { name: 'override', paths: ['/old/*'], settings: 'override' },
            ],
          },
          { name: 'wild', port: plain, hosts: ['*.example'], priority: 20, settings: 'named' },
          {
            name: 'exactLate',
            port: plain,
            hosts: ['a.example'],
            priority: 30,
            settings: 'images',
          },
          { name: 'upgrade', port: plain, hosts: ['up.test'], priority: 40, redirect: 'toTls' },
          { name: 'empty', port: plain, hosts: ['empty.test'], priority: 50, pool: 'none' },
          { name: 'secure', port: tls, tls: true, priority: 60 },
        ],
        pools: { shop: [{ ipAddress: '127.0.0.1' }], none: [] },
        settings: {
          web: { port: shop.port, protocol: 'Http' },
          images: { port: images.port, protocol: 'Http' },
          named: { port: shop.port, protocol: 'Http', hostName: 'inner.test' },
          override: { port: shop.port, protocol: 'Http', path: '/new/' },
        },
        redirects: {
          toElsewhere: { redirectType: 'Found', targetUrl: 'https://else.test/x' },
          toTls: {
            redirectType: 'Permanent',
            targetListener: { id: '/x/httpListeners/secure' },
            includePath: true,
            includeQueryString: true,
          },
        },
      }),
    ]);
    expect(plan.gaps.map(({ what }) => what)).toEqual(['application gateway agw: rule to-empty']);
    web = await startWeb(plan);
    const written = plan.files.find(({ path }) => path.endsWith('/log-context.json'));
    context = JSON.parse(written?.text ?? '');
  });

  afterAll(async () => {
    await web?.stop();
    await shop?.close();
    await images?.close();
  });

  async function served(host: string, path: string): Promise<unknown> {
    const { status, text } = await ask({ port: plain, host, path });
    return status === 200 ? (JSON.parse(text) as { readonly name: string }).name : status;
  }

  it('path rules are asked in the order written, without case, an asterisk at the end', async () => {
    expect(await served('shop.example', '/images/a.png')).toBe('images');
    expect(await served('shop.example', '/IMAGES/a.png')).toBe('images');
    expect(await served('shop.example', '/images')).toBe('shop');
    expect(await served('shop.example', '/picspot')).toBe('images');
    expect(await served('shop.example', '/exact')).toBe('images');
    expect(await served('shop.example', '/exact/more')).toBe('shop');
    // Listed after /images/*: never reached.
    expect(await served('shop.example', '/images/late/a.png')).toBe('images');
  });

  it('listeners are asked by the priority of their rules, patterns before later exact names', async () => {
    expect(await served('a.example', '/')).toBe('shop');
    expect(await served('shop.example', '/')).toBe('shop');
  });

  it('a host that no listener has is 404, a pool without members 502', async () => {
    expect(await served('other.test', '/')).toBe(404);
    expect(await served('empty.test', '/')).toBe(502);
  });

  it('redirects go to the target, with path and query only where asked', async () => {
    const moved = await ask({ port: plain, path: '/moved?a=1' });
    expect([moved.status, moved.headers.location]).toEqual([302, 'https://else.test/x']);
    const up = await ask({ port: plain, host: 'up.test', path: '/a/b?c=d' });
    expect([up.status, up.headers.location]).toEqual([301, `https://up.test:${tls}/a/b?c=d`]);
  });

  it('a path override takes the place of what the rule matched', async () => {
    // Microsoft Learn, configuration-http-settings: /pathrule/home/ with rule /pathrule* and override /override/ is /override/home/.
    const { text } = await ask({ port: plain, path: '/old/a/b?c=1' });
    expect(JSON.parse(text)).toMatchObject({ name: 'shop', url: '/new/a/b?c=1' });
  });

  it('the backend gets the client’s host or the one of the settings, and who asked', async () => {
    const own = await ask({ port: plain, path: '/p', from: '127.0.0.7' });
    const { headers } = JSON.parse(own.text);
    expect(headers).toMatchObject({
      host: 'shop.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(plain),
      'x-original-host': 'shop.example',
      'x-original-url': '/p',
    });
    expect(headers['x-forwarded-for']).toMatch(/^127\.0\.0\.7:\d+$/);
    const named = await ask({ port: plain, host: 'b.example' });
    expect(JSON.parse(named.text).headers.host).toBe('inner.test');
  });

  it('TLS is served with a certificate of its own', async () => {
    const { status, text } = await ask({ port: tls, tls: true, host: 'any.test' });
    expect([status, JSON.parse(text).name]).toEqual([200, 'shop']);
  });

  it('the access log has the record and the row Azure would write', async () => {
    await ask({ port: plain, path: '/images/logged.png?size=2', from: '127.0.0.8' });
    const lines = await web.lines('web/agw/access.json', 1);
    const line = lines.find((one) => one.includes('logged.png')) ?? '';
    const record = accessRecord(line, context);
    expect(record).toMatchObject({
      category: 'ApplicationGatewayAccessLog',
      operationName: 'ApplicationGatewayAccess',
      listenerName: 'site',
      ruleName: 'to-site',
      backendPoolName: 'shop',
      backendSettingName: 'images',
      properties: {
        instanceId: 'appgw_0',
        clientIP: '127.0.0.8',
        httpMethod: 'GET',
        requestUri: '/images/logged.png',
        requestQuery: 'size=2',
        httpStatus: 200,
        httpVersion: 'HTTP/1.1',
        sslEnabled: 'off',
        serverRouted: `127.0.0.1:${images.port}`,
        serverStatus: '200',
        host: 'shop.example',
        originalHost: 'shop.example',
      },
    });
    expect(record && accessLogRow(record)).toMatchObject({ HttpStatus: 200, ServerStatus: 200 });
  });
});
