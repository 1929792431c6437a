import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ingressJson,
  nginxController,
  pathJson,
  planCluster,
  serviceAt,
} from '../support/ingress-cluster.ts';
import {
  ask,
  type Echo,
  echoServer,
  freePorts,
  type RunningWeb,
  startWeb,
  WEB_SERVER_MISSING,
} from '../support/web-server.ts';

/** Real requests through the nginx of an ingress controller, planned from Kubernetes objects. */

describe.skipIf(WEB_SERVER_MISSING !== undefined)('an ingress controller', () => {
  let echoes: readonly Echo[];
  let web: RunningWeb;
  let http = 0;
  let https = 0;
  let gateway = 0;

  beforeAll(async () => {
    echoes = await Promise.all(['store', 'admin', 'api', 'canary'].map(echoServer));
    [http = 0, https = 0, gateway = 0] = await freePorts(3);
    const [store, admin, api, canary] = echoes.map(({ port }) => port);
    const { plan } = planCluster(
      [
        ...nginxController(http, https),
        ingressJson('store', {
          ingressClassName: 'nginx',
          rules: [
            {
              host: 'shop.example',
              http: {
                paths: [
                  pathJson('/', 'store'),
                  pathJson('/admin', 'admin'),
                  pathJson('/exact', 'api', 'Exact'),
                  pathJson('/gone', 'nobody'),
                ],
              },
            },
            { host: '*.wild.example', http: { paths: [pathJson('/', 'api')] } },
          ],
        }),
        ingressJson('secure', {
          ingressClassName: 'nginx',
          tls: [{ hosts: ['secure.example'], secretName: 'secure-tls' }],
          rules: [{ host: 'secure.example', http: { paths: [pathJson('/', 'store')] } }],
        }),
        ingressJson(
          'rewritten',
          {
            ingressClassName: 'nginx',
            rules: [
              {
                host: 'rewritten.example',
                http: { paths: [pathJson('/v1(/|$)(.*)', 'api', 'ImplementationSpecific')] },
              },
            ],
          },
          { 'nginx.ingress.kubernetes.io/rewrite-target': '/$2' },
        ),
        ingressJson(
          'closed',
          {
            ingressClassName: 'nginx',
            rules: [{ host: 'closed.example', http: { paths: [pathJson('/', 'admin')] } }],
          },
          { 'nginx.ingress.kubernetes.io/whitelist-source-range': '127.0.0.9/32' },
        ),
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'GatewayClass',
          metadata: { name: 'istio' },
          spec: { controllerName: 'istio.io/gateway-controller' },
        },
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'Gateway',
          metadata: { name: 'public', namespace: 'pets' },
          spec: {
            gatewayClassName: 'istio',
            listeners: [
              { name: 'http', port: gateway, protocol: 'HTTP', hostname: '*.gateway.example' },
            ],
          },
        },
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          metadata: { name: 'store', namespace: 'pets' },
          spec: {
            parentRefs: [{ name: 'public' }],
            hostnames: ['shop.gateway.example', 'elsewhere.example'],
            rules: [
              {
                matches: [{ path: { type: 'PathPrefix', value: '/api' } }],
                backendRefs: [{ name: 'api', port: 80 }],
              },
              {
                matches: [{ path: { type: 'Exact', value: '/old' } }],
                filters: [
                  {
                    type: 'RequestRedirect',
                    requestRedirect: { hostname: 'new.example', statusCode: 301 },
                  },
                ],
              },
              {
                backendRefs: [
                  { name: 'store', port: 80, weight: 3 },
                  { name: 'canary', port: 80, weight: 1 },
                ],
              },
            ],
          },
        },
      ],
      [
        serviceAt('store', store ?? 0),
        serviceAt('admin', admin ?? 0),
        serviceAt('api', api ?? 0),
        serviceAt('canary', canary ?? 0),
      ],
    );
    expect(plan.gaps).toEqual([
      expect.objectContaining({
        what: 'Ingress pets/store: backend pets/nobody:80',
        why: 'the Service is not in the lab: the lab answers 503',
      }),
    ]);
    web = await startWeb(plan);
  });

  afterAll(async () => {
    await web?.stop();
    await Promise.all((echoes ?? []).map((echo) => echo.close()));
  });

  async function served(host: string, path: string, port = http): Promise<unknown> {
    const { status, text } = await ask({ port, host, path, headers: { accept: '*/*' } });
    return status === 200 ? (JSON.parse(text) as { readonly name: string }).name : status;
  }

  it('routes by host and by path, whole segments only', async () => {
    expect(await served('shop.example', '/')).toBe('store');
    expect(await served('shop.example', '/admin')).toBe('admin');
    expect(await served('shop.example', '/admin/users?x=1')).toBe('admin');
    // kubernetes.io/docs, Ingress: prefix /aaa/bbb does not match /aaa/bbbxyz.
    expect(await served('shop.example', '/administrator')).toBe('store');
    expect(await served('shop.example', '/exact')).toBe('api');
    expect(await served('shop.example', '/exact/more')).toBe('store');
  });

  it('hosts are compared without case, and a wildcard takes one label', async () => {
    expect(await served('SHOP.example', '/')).toBe('store');
    expect(await served('a.wild.example', '/')).toBe('api');
    expect(await served('a.b.wild.example', '/')).toBe(404);
    expect(await served('wild.example', '/')).toBe(404);
  });

  it('what nobody serves is the default backend’s 404, a Service without pods is 503', async () => {
    const { status, text } = await ask({ port: http, host: 'other.example' });
    expect([status, text]).toEqual([404, 'default backend - 404']);
    expect(await served('shop.example', '/gone')).toBe(503);
  });

  it('a host with a certificate is redirected to TLS and served there', async () => {
    const plain = await ask({ port: http, host: 'secure.example', path: '/a?b=1' });
    expect([plain.status, plain.headers.location]).toEqual([308, 'https://secure.example/a?b=1']);
    const secure = await ask({ port: https, host: 'secure.example', tls: true });
    expect(JSON.parse(secure.text)).toMatchObject({
      name: 'store',
      headers: { host: 'secure.example', 'x-forwarded-proto': 'https' },
    });
  });

  it('a rewrite target takes its groups from the path', async () => {
    const { text } = await ask({ port: http, host: 'rewritten.example', path: '/v1/items/7' });
    expect(JSON.parse(text)).toMatchObject({ name: 'api', url: '/items/7' });
    expect(await served('rewritten.example', '/v2/items')).toBe(404);
  });

  it('allowed sources are compared with the address the connection comes from', async () => {
    expect((await ask({ port: http, host: 'closed.example' })).status).toBe(403);
    expect((await ask({ port: http, host: 'closed.example', from: '127.0.0.9' })).status).toBe(200);
  });

  it('the backend learns the client from X-Forwarded-For, whatever the client says of itself', async () => {
    const { text } = await ask({
      port: http,
      from: '127.0.0.7',
      headers: { 'x-forwarded-for': '192.0.2.1' },
    });
    expect(JSON.parse(text).headers).toMatchObject({
      'x-forwarded-for': '127.0.0.7',
      'x-real-ip': '127.0.0.7',
    });
  });

  it('an HTTPRoute is served at its Gateway: prefix, exact redirect, shares by weight', async () => {
    expect(await served('shop.gateway.example', '/api/items', gateway)).toBe('api');
    const old = await ask({ port: gateway, host: 'shop.gateway.example', path: '/old' });
    expect(old.status).toBe(301);
    expect(old.headers.location).toMatch(/^http:\/\/new\.example(?::\d+)?\/old$/);
    const names = await Promise.all(
      Array.from({ length: 200 }, () => served('shop.gateway.example', '/', gateway)),
    );
    const canaries = names.filter((name) => name === 'canary').length;
    // A quarter of 200, give or take more than five standard deviations of 6.
    expect(canaries).toBeGreaterThan(15);
    expect(canaries).toBeLessThan(100);
    expect(names.every((name) => name === 'store' || name === 'canary')).toBe(true);
  });

  it('a host name that the listener does not have is not served', async () => {
    expect(await served('elsewhere.example', '/', gateway)).toBe(404);
  });
});
