import { describe, expect, it } from 'vitest';
import {
  ingressJson,
  nginxController,
  pathJson,
  planCluster,
  serviceAt,
} from '../../../../tests/support/ingress-cluster.ts';
import type { Json } from '../../../../tests/support/snapshot-of.ts';

const spec = (ingressClassName?: string): Json => ({
  ...(ingressClassName === undefined ? {} : { ingressClassName }),
  rules: [{ host: 'shop.example', http: { paths: [pathJson('/', 'web')] } }],
});

function controllersOf(...objects: readonly Json[]) {
  const { found } = planCluster(objects, []);
  return {
    keys: found.controllers.map(({ key, isStandIn }) => `${key}${isStandIn ? ' (stand-in)' : ''}`),
    forApplicationGateway: found.forApplicationGateway.map(({ name }) => name),
    said: found.gaps.map(({ what, why }) => `${what}: ${why}`),
    controllers: found.controllers,
  };
}

describe('who serves an Ingress', () => {
  it('the pods with the image of ingress-nginx serve class nginx', () => {
    expect(
      controllersOf(...nginxController(80, 443), ingressJson('a', spec('nginx'))),
    ).toMatchObject({ keys: ['ingress ingress-nginx/ingress-nginx-controller'], said: [] });
  });

  it('the default class serves what has none, and without one nobody does', () => {
    const [byClass, ...pods] = nginxController(80, 443);
    const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    const isDefault = { ...byClass, metadata: { name: 'nginx', annotations } };
    expect(controllersOf(isDefault, ...pods, ingressJson('a', spec())).keys).toHaveLength(1);
    expect(controllersOf(byClass ?? {}, ...pods, ingressJson('a', spec())).said).toEqual([
      'Ingress pets/a: it has no class, and no class is the default: nobody serves it',
    ]);
  });

  it('the add-on’s proxies, which no file holds, are stood in for with their load balancer', () => {
    const { keys, controllers } = controllersOf(
      ingressJson('a', spec('webapprouting.kubernetes.azure.com')),
    );
    expect(keys).toEqual(['ingress app-routing (stand-in)']);
    // kubernetes-policy: managed NGINX pods are in app-routing-system.
    expect(controllers[0]?.pod).toMatchObject({
      namespace: 'app-routing-system',
      labels: { app: 'nginx' },
    });
    expect(controllers[0]?.service).toMatchObject({ type: 'LoadBalancer', name: 'nginx' });
  });

  it('an application gateway’s Ingresses are nobody’s in the cluster', () => {
    expect(controllersOf(ingressJson('a', spec('azure-application-gateway')))).toMatchObject({
      keys: [],
      forApplicationGateway: ['a'],
      said: [],
    });
  });

  it.each([
    ['nginx', 'the pods of its controller are not in the input'],
    ['azure-alb-external', 'Application Gateway for Containers is not in the lab'],
    ['haproxy', 'the lab does not know its controller'],
  ])('class %s without more is served by nobody, and it is said why', (name, why) => {
    expect(controllersOf(ingressJson('a', spec(name))).said).toEqual([
      `Ingress pets/a: ${why}: nobody serves it`,
    ]);
  });
});

const gatewayObjects = (listener: Json, route: Json, routeNamespace = 'pets'): readonly Json[] => [
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'istio' },
    spec: { controllerName: 'istio.io/gateway-controller' },
  },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { web: 'yes' } } },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'public', namespace: 'pets' },
    spec: {
      gatewayClassName: 'istio',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP', ...listener }],
    },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'route', namespace: routeNamespace },
    spec: {
      parentRefs: [{ name: 'public', namespace: 'pets' }],
      rules: [{ backendRefs: [{ name: 'web', namespace: 'pets', port: 80 }] }],
      ...route,
    },
  },
];

const from = (namespaces: Json): Json => ({ allowedRoutes: { namespaces } });

describe('routes of a Gateway (K8P-87, K8P-88)', () => {
  const nginxOf = (objects: readonly Json[]): string =>
    planCluster(objects, [serviceAt('web', 8080)]).plan.files[0]?.text ?? '';
  const sends = (text: string): boolean => text.includes('proxy_pass');
  const grant: Json = {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'shop', namespace: 'pets' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
      to: [{ group: '', kind: 'Service' }],
    },
  };

  it('another namespace attaches only where the listener lets it', () => {
    expect(sends(nginxOf(gatewayObjects({}, {})))).toBe(true);
    expect(sends(nginxOf([...gatewayObjects({}, {}, 'shop'), grant]))).toBe(false);
    const all = gatewayObjects(from({ from: 'All' }), {}, 'shop');
    expect(sends(nginxOf([...all, grant]))).toBe(true);
    const selected = (labels: Json) =>
      gatewayObjects(from({ from: 'Selector', selector: { matchLabels: labels } }), {}, 'shop');
    expect(sends(nginxOf([...selected({ web: 'yes' }), grant]))).toBe(true);
    expect(sends(nginxOf([...selected({ web: 'no' }), grant]))).toBe(false);
  });

  it('a Service of another namespace is sent to only with a grant there', () => {
    const all = gatewayObjects(from({ from: 'All' }), {}, 'shop');
    expect(sends(nginxOf(all))).toBe(false);
    expect(nginxOf(all)).toContain('return 503;');
  });

  it('hosts are those that listener and route share', () => {
    const names = (hostname: string | undefined, hostnames: readonly string[]) =>
      nginxOf(gatewayObjects({ hostname }, { hostnames })).match(/server_name .*;/g);
    expect(names('*.example', ['a.example', 'b.other'])).toEqual([
      'server_name "a.example";',
      'server_name _;',
    ]);
    expect(names('a.example', ['*.example'])).toEqual([
      'server_name "a.example";',
      'server_name _;',
    ]);
    expect(names('a.example', ['b.example'])).toEqual(['server_name _;']);
  });

  it('a match by header is left out and said, never widened to all', () => {
    const rules = [
      {
        matches: [{ headers: [{ name: 'x', value: 'y' }] }],
        backendRefs: [{ name: 'web', port: 80 }],
      },
    ];
    const { plan } = planCluster(gatewayObjects({}, { rules }), [serviceAt('web', 8080)]);
    expect(sends(plan.files[0]?.text ?? '')).toBe(false);
    expect(plan.gaps.map(({ why }) => why)).toEqual([
      'headers are not compared: this match is left out',
    ]);
  });
});
