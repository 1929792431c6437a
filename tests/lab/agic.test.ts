import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayJson, planGateway, wafPolicyJson } from '../support/gateway-json.ts';
import { ingressJson, pathJson, serviceAt } from '../support/ingress-cluster.ts';
import {
  ask,
  type Echo,
  echoServer,
  freePorts,
  type RunningWeb,
  startWeb,
  WEB_SERVER_MISSING,
} from '../support/web-server.ts';

/** Ingresses of class `azure-application-gateway` at the gateway they are written into (azure-networking 9.3). */

describe.skipIf(WEB_SERVER_MISSING !== undefined)('an application gateway under AGIC', () => {
  let echoes: readonly Echo[];
  let web: RunningWeb;
  let port = 0;

  beforeAll(async () => {
    echoes = await Promise.all(['store', 'api', 'admin'].map(echoServer));
    [port = 0] = await freePorts(1);
    const [store, api, admin] = echoes.map((echo) => echo.port);
    const annotated = (annotations: Readonly<Record<string, string>> = {}) =>
      Object.fromEntries(
        Object.entries({ 'override-frontend-port': String(port), ...annotations }).map(
          ([name, value]) => [`appgw.ingress.kubernetes.io/${name}`, value],
        ),
      );
    const plan = planGateway(
      [
        gatewayJson({
          listeners: [{ name: 'overwritten', port: 18099 }],
          pools: { shop: [] },
          settings: { web: { port: 80, protocol: 'Http' } },
          policy: 'waf',
        }),
        wafPolicyJson('waf', { policySettings: { mode: 'Prevention' } }),
      ],
      [
        ingressJson(
          'store',
          {
            ingressClassName: 'azure-application-gateway',
            rules: [
              {
                host: 'shop.example',
                http: { paths: [pathJson('/', 'store'), pathJson('/exact', 'admin', 'Exact')] },
              },
            ],
          },
          annotated(),
        ),
        ingressJson(
          'api',
          {
            ingressClassName: 'azure-application-gateway',
            rules: [{ host: 'shop.example', http: { paths: [pathJson('/api', 'api')] } }],
          },
          annotated({ 'backend-path-prefix': '/v2/', 'backend-hostname': 'api.inner' }),
        ),
        ingressJson(
          'all',
          {
            ingressClassName: 'azure-application-gateway',
            defaultBackend: { service: { name: 'admin', port: { number: 80 } } },
          },
          annotated({ 'rewrite-rule-set': 'x' }),
        ),
      ],
      [serviceAt('store', store ?? 0), serviceAt('api', api ?? 0), serviceAt('admin', admin ?? 0)],
    );
    expect(plan.gaps.map(({ what }) => what)).toEqual([
      'Ingress pets/all: annotation appgw.ingress.kubernetes.io/rewrite-rule-set',
    ]);
    web = await startWeb(plan);
  });

  afterAll(async () => {
    await web?.stop();
    await Promise.all((echoes ?? []).map((echo) => echo.close()));
  });

  const served = async (host: string, path: string) => {
    const { status, text } = await ask({ port, host, path });
    return status === 200 ? JSON.parse(text) : status;
  };

  it('sends to pods by the paths of all its Ingresses, the longest first', async () => {
    expect(await served('shop.example', '/')).toMatchObject({ name: 'store' });
    expect(await served('shop.example', '/exact')).toMatchObject({ name: 'admin' });
    expect(await served('shop.example', '/exact/more')).toMatchObject({ name: 'store' });
  });

  it('follows the annotations for path and host of the backend', async () => {
    expect(await served('shop.example', '/api/items?x=1')).toMatchObject({
      name: 'api',
      url: '/v2/items?x=1',
      headers: { host: 'api.inner' },
    });
  });

  it('serves other hosts by a default backend', async () => {
    expect(await served('other.example', '/a')).toMatchObject({ name: 'admin' });
  });

  it('stands behind the policy of the gateway', async () => {
    expect(await served('shop.example', `/?q=${encodeURIComponent("' OR 1=1-- -")}`)).toBe(403);
  });
});
