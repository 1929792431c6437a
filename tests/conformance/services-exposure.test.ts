import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readPerimeter } from '../../src/model/read-perimeter.ts';
import { parsePort } from '../../src/net/index.ts';
import { type Exposure, exposureOf } from '../../src/semantics/services/exposure.ts';
import { hostnamesMeet } from '../../src/semantics/services/gateway-exposure.ts';
import { backendsOf, translateServicePort } from '../../src/semantics/services/index.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';

const objectsOf = (yaml: string) =>
  readPerimeter(
    snapshotOf(
      [],
      parseAllDocuments(yaml)
        .map((one) => one.toJSON() as Json | null)
        .filter((one) => one !== null),
    ),
  ).kubernetes;

const PODS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web, tier: front } }, spec: { containers: [{ name: c, ports: [{ name: http, containerPort: 8080 }, { name: dns, containerPort: 53, protocol: UDP }] }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: canary, namespace: shop }
spec: { template: { metadata: { labels: { app: web, track: canary } }, spec: { containers: [{ name: c, ports: [{ name: http, containerPort: 9090 }] }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: other }
spec: { template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: c }] } } }
`;

const service = (spec: string, name = 'web', annotations = '{}') => `
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop, annotations: ${annotations} }
spec: ${spec}
`;

const WEB = '{ selector: { app: web }, ports: [{ name: web, port: 80, targetPort: http }] }';

const of = (exposures: readonly Exposure[], how: Exposure['how']) =>
  exposures.filter((one) => one.how === how);
const pods = (exposure: Exposure | undefined) =>
  exposure?.backends.map((one) => `${one.pod.namespace}/${one.pod.name}:${one.podPort ?? '?'}`);

describe('Services', () => {
  it('K8P-80: backends share the namespace and every label; no selector selects nothing', () => {
    const objects = objectsOf(
      PODS +
        service('{ selector: { app: web, tier: front }, ports: [{ port: 80 }] }') +
        service('{ ports: [{ port: 80 }] }', 'manual'),
    );
    const named = (name: string) => objects.services.find((one) => one.name === name)!;
    expect(backendsOf(named('web'), objects.pods).map((pod) => pod.name)).toEqual(['web']);
    expect(backendsOf(named('manual'), objects.pods)).toEqual([]);
    const [manual] = of(exposureOf(objects), 'cluster-ip').filter((one) =>
      one.title.endsWith('manual'),
    );
    expect(manual?.remarks[0]?.what).toContain('EndpointSlices');
  });

  it("K8P-81: a named target port is each pod's own number, by protocol; absent it is the port itself", () => {
    const objects = objectsOf(
      PODS +
        service(
          '{ selector: { app: web }, ports: [{ name: web, port: 80, targetPort: http }, { name: raw, port: 443 }, { name: dns, port: 53, protocol: UDP, targetPort: dns }] }',
        ),
    );
    const [web] = objects.services;
    const [first, canary] = objects.pods;
    const at = (number: number, protocol: 'tcp' | 'udp', pod = first!) =>
      translateServicePort(web!, parsePort(number)!, protocol, pod);
    expect(at(80, 'tcp')).toMatchObject({ kind: 'port', port: 8080 });
    expect(at(80, 'tcp', canary)).toMatchObject({ kind: 'port', port: 9090 });
    expect(at(443, 'tcp')).toMatchObject({ kind: 'port', port: 443 });
    expect(at(53, 'udp')).toMatchObject({ kind: 'port', port: 53 });
    expect(at(53, 'udp', canary)).toMatchObject({ kind: 'undeclared-name', name: 'dns' });
    expect(at(80, 'udp')).toEqual({ kind: 'not-offered' });
    expect(at(8080, 'tcp')).toEqual({ kind: 'not-offered' });
  });

  it("K8P-19: a headless Service translates nothing: the client's port reaches the pod", () => {
    const objects = objectsOf(
      PODS +
        service(
          '{ clusterIP: None, selector: { app: web }, ports: [{ port: 80, targetPort: http }] }',
        ),
    );
    expect(
      translateServicePort(objects.services[0]!, parsePort(8080)!, 'tcp', objects.pods[0]!),
    ).toEqual({ kind: 'port', port: 8080 });
  });

  it('K8P-82: what each type exposes, and to whom', () => {
    const hows = (spec: string, annotations?: string) =>
      exposureOf(objectsOf(PODS + service(spec, 'web', annotations))).map(
        (one) => `${one.how} ${one.from.kind}`,
      );
    expect(hows(WEB)).toEqual(['cluster-ip cluster']);
    expect(hows(`{ type: NodePort, ${WEB.slice(1)}`)).toEqual([
      'cluster-ip cluster',
      'node-port node-addresses',
    ]);
    expect(hows(`{ type: LoadBalancer, ${WEB.slice(1)}`)).toEqual([
      'cluster-ip cluster',
      'node-port node-addresses',
      'load-balancer internet',
    ]);
    expect(
      hows(`{ type: LoadBalancer, allocateLoadBalancerNodePorts: false, ${WEB.slice(1)}`),
    ).toEqual(['cluster-ip cluster', 'load-balancer internet']);
    expect(hows(`{ externalIPs: [10.9.9.9], ${WEB.slice(1)}`)).toContain('external-ip addresses');
    expect(hows('{ type: ExternalName, externalName: x.io }')).toEqual([]);
  });

  it('K8P-84: internal only by the annotation "true"; anything else is not bet on', () => {
    const from = (value: string) => {
      const annotations = `{ service.beta.kubernetes.io/azure-load-balancer-internal: "${value}", service.beta.kubernetes.io/azure-load-balancer-internal-subnet: lb }`;
      const yaml = PODS + service(`{ type: LoadBalancer, ${WEB.slice(1)}`, 'web', annotations);
      return of(exposureOf(objectsOf(yaml)), 'load-balancer')[0]?.from;
    };
    expect(from('true')).toEqual({ kind: 'private-frontend', subnet: 'lb' });
    expect(from('false')).toEqual({ kind: 'internet' });
    expect(from('yes')?.kind).toBe('unknown');
  });

  it('K8P-21: source ranges and tags filter before the pod', () => {
    const annotations =
      '{ service.beta.kubernetes.io/azure-allowed-ip-ranges: "203.0.113.0/24,198.51.100.7/32" }';
    const yaml =
      PODS +
      service(
        `{ type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24], ${WEB.slice(1)}`,
        'web',
        annotations,
      );
    expect(of(exposureOf(objectsOf(yaml)), 'load-balancer')[0]?.allowedSources).toEqual([
      '192.0.2.0/24',
      '203.0.113.0/24',
      '198.51.100.7/32',
    ]);
  });

  it('K8P-83: internalTrafficPolicy Local is said', () => {
    const yaml = PODS + service(`{ internalTrafficPolicy: Local, ${WEB.slice(1)}`);
    expect(exposureOf(objectsOf(yaml))[0]?.remarks[0]?.what).toContain('node of the client');
  });

  it('K8P-90: host ports and host-network pods stand on the node', () => {
    const yaml = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent, namespace: sys }
spec: { template: { metadata: { labels: {} }, spec: { containers: [{ name: c, ports: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }] }] } } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: proxy, namespace: sys }
spec: { template: { metadata: { labels: {} }, spec: { hostNetwork: true, containers: [{ name: c }] } } }
`;
    expect(exposureOf(objectsOf(yaml))).toMatchObject([
      { how: 'host-port', backends: [{ clientPort: 8080, podPort: 80 }] },
      { how: 'host-network', from: { kind: 'node-addresses' } },
    ]);
  });
});

describe('Ingress', () => {
  const ingress = (spec: string, annotations = '{}') => `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: ${annotations} }
spec: ${spec}
`;
  const RULE =
    'rules: [{ host: a.io, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { name: web } } } }] } }]';
  const exposed = (yaml: string) =>
    of(exposureOf(objectsOf(PODS + service(WEB) + yaml)), 'ingress')[0];

  it('K8P-86: path backends and the default backend, by port name or number, in the own namespace', () => {
    const byName = exposed(ingress(`{ ingressClassName: nginx, ${RULE} }`));
    expect(pods(byName)).toEqual(['shop/web:8080', 'shop/canary:9090']);
    expect(byName?.hosts).toEqual(['a.io']);
    const byDefault = exposed(
      ingress(
        '{ defaultBackend: { service: { name: web, port: { number: 80 } } }, rules: [{ host: b.io }] }',
      ),
    );
    expect(pods(byDefault)).toEqual(['shop/web:8080', 'shop/canary:9090']);
    const dangling = exposed(
      ingress(
        '{ ingressClassName: nginx, defaultBackend: { service: { name: gone, port: { number: 80 } } } }',
      ),
    );
    expect(dangling?.remarks[0]?.what).toBe('Service shop/gone is not in the input');
  });

  it('K8P-85: the class field, else the annotation, else the default class, else perhaps nobody', () => {
    const byField = exposed(
      ingress(`{ ingressClassName: webapprouting.kubernetes.azure.com, ${RULE} }`),
    );
    expect(byField?.controller?.name).toBe('application routing add-on');
    const legacy = exposed(
      ingress(`{ ${RULE} }`, '{ kubernetes.io/ingress.class: azure/application-gateway }'),
    );
    expect(legacy?.controller?.dataPlane).toEqual({
      kind: 'gateway-subnet',
      what: 'Application Gateway',
    });
    const byDefault = exposed(`
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: standard, annotations: { ingressclass.kubernetes.io/is-default-class: "true" } }
spec: { controller: alb.networking.azure.io/alb-controller }
${ingress(`{ ${RULE} }`)}`);
    expect(byDefault?.controller?.name).toBe('Application Gateway for Containers');
    const none = exposed(ingress(`{ ${RULE} }`));
    expect(none?.controller).toBeUndefined();
    expect(none?.from.kind).toBe('unknown');
  });

  it('K8P-89: pods see the controller: its namespace where it runs in the cluster, unknown where nobody says', () => {
    const routing = exposed(
      ingress(`{ ingressClassName: webapprouting.kubernetes.azure.com, ${RULE} }`),
    );
    expect(routing?.controller?.dataPlane).toEqual({
      kind: 'pods',
      namespaces: ['app-routing-system'],
    });
    const custom = exposed(ingress(`{ ingressClassName: mine, ${RULE} }`));
    expect(custom?.controller?.dataPlane).toEqual({ kind: 'unknown' });
    const own = exposed(`
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: controller, namespace: ingress }
spec: { template: { metadata: { labels: { app: nginx } }, spec: { containers: [{ name: c, image: "registry.k8s.io/ingress-nginx/controller:v1.12.0" }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: nginx, namespace: ingress }
spec: { type: LoadBalancer, selector: { app: nginx }, ports: [{ port: 443 }] }
${ingress(`{ ingressClassName: nginx, ${RULE} }`)}`);
    expect(own?.controller?.dataPlane).toEqual({ kind: 'pods', namespaces: ['ingress'] });
    expect(own?.from).toEqual({ kind: 'internet' });
  });
});

describe('Gateway API', () => {
  const gateway = (listener: string) => `
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: infra }
spec: { gatewayClassName: azure-alb-external, listeners: [{ name: http, port: 80, protocol: HTTP, ${listener} }] }
`;
  const route = (spec: string, namespace = 'shop') => `
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web, namespace: ${namespace} }
spec: { parentRefs: [{ name: edge, namespace: infra }], ${spec} }
`;
  const BACKEND = 'rules: [{ backendRefs: [{ name: web, port: 80 }] }]';
  const exposed = (yaml: string) =>
    of(exposureOf(objectsOf(PODS + service(WEB) + yaml)), 'gateway');

  it('K8P-87: another namespace attaches only when the listener allows it', () => {
    expect(exposed(gateway('hostname: a.io') + route(BACKEND))).toEqual([]);
    const all = exposed(gateway('allowedRoutes: { namespaces: { from: All } }') + route(BACKEND));
    expect(pods(all[0])).toEqual(['shop/web:8080', 'shop/canary:9090']);
    expect(all[0]?.from).toEqual({ kind: 'internet' });
    const selector =
      'allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: a } } } }';
    const undeclared = exposed(gateway(selector) + route(BACKEND));
    expect(undeclared[0]?.remarks[0]?.what).toContain('whether it attaches is not known');
    const declared =
      '\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { team: b } }\n';
    expect(exposed(declared + gateway(selector) + route(BACKEND))).toEqual([]);
  });

  it('K8P-87: host names of route and listener must meet', () => {
    expect(hostnamesMeet([], 'a.io')).toBe(true);
    expect(hostnamesMeet(['a.io'], undefined)).toBe(true);
    expect(hostnamesMeet(['a.io'], 'b.io')).toBe(false);
    expect(hostnamesMeet(['x.a.io'], '*.a.io')).toBe(true);
    expect(hostnamesMeet(['x.y.a.io'], '*.a.io')).toBe(true);
    expect(hostnamesMeet(['a.io'], '*.a.io')).toBe(false);
    expect(hostnamesMeet(['*.x.a.io'], '*.a.io')).toBe(true);
  });

  it('K8P-88: a backend elsewhere needs a grant; weight 0 and redirects expose nothing', () => {
    const open = gateway('allowedRoutes: { namespaces: { from: All } }');
    const elsewhere = route(
      'rules: [{ backendRefs: [{ name: web, namespace: shop, port: 80 }] }]',
      'team',
    );
    const refused = exposed(open + elsewhere)[0];
    expect(pods(refused)).toEqual([]);
    expect(refused?.remarks[0]?.what).toContain('no ReferenceGrant in `shop`');
    const grant = (to: string) => `
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: g, namespace: shop }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: team }], to: [${to}] }
`;
    expect(pods(exposed(open + elsewhere + grant('{ group: "", kind: Service }'))[0])).toHaveLength(
      2,
    );
    expect(
      pods(exposed(open + elsewhere + grant('{ group: "", kind: Service, name: api }'))[0]),
    ).toEqual([]);
    expect(
      pods(
        exposed(open + route('rules: [{ backendRefs: [{ name: web, port: 80, weight: 0 }] }]'))[0],
      ),
    ).toEqual([]);
    expect(
      pods(
        exposed(
          open +
            route(
              'rules: [{ filters: [{ type: RequestRedirect }], backendRefs: [{ name: web, port: 80 }] }]',
            ),
        )[0],
      ),
    ).toEqual([]);
  });

  it('a Gateway that is not in the input is said', () => {
    expect(exposed(route(BACKEND))[0]?.remarks[0]?.what).toBe(
      'Gateway infra/edge is not in the input',
    );
  });
});
