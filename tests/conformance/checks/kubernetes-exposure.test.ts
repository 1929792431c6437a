import { describe, expect, it } from 'vitest';
import { type CheckCase, outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { hubAndSpoke } from './hub-and-spoke.ts';
import {
  CILIUM,
  cluster,
  DENY_ALL,
  objects,
  objectsOf,
  policy,
  says,
  service,
  spoke,
  under,
  workload,
} from './kubernetes-world.ts';

const web = workload('web');
const hole = { $unknown: '{{ .Values.x }}' };
const INTERNAL =
  ', annotations: { service.beta.kubernetes.io/azure-load-balancer-internal: "true" }';
const balancer = (annotations = '') =>
  service(
    'web',
    '  type: LoadBalancer\n  selector: { app: web }\n  ports: [{ port: 80, targetPort: http }]',
    annotations,
  );
const clusterIp = service(
  'web',
  '  selector: { app: web }\n  ports: [{ port: 80, targetPort: http }]',
);
const ofUnknownType = objectsOf(clusterIp).map((object) => ({
  ...object,
  spec: { ...(object['spec'] as object), type: hole },
}));
const behind = (...documents: readonly string[]): CheckCase => ({
  resources: hubAndSpoke(),
  ...objects(...documents),
});

describe('Services', () => {
  // aks 8.1: values are strings, idle timeout 4 to 30.
  pinCheck('ingress/annotation-invalid', {
    pass: objects(web, balancer(INTERNAL)),
    fail: says(
      objects(
        web,
        balancer(
          ', annotations: { service.beta.kubernetes.io/azure-load-balancer-internal: "yes" }',
        ),
      ),
      'Azure does not do what the annotations of shop/web ask: `azure-load-balancer-internal` is `yes`',
    ),
  });

  it('ingress/annotation-invalid: names nobody reads and values out of range', () => {
    const input = objects(
      web,
      balancer(
        ', annotations: { service.beta.kubernetes.io/azure-load-balancer-internl: "true", service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "60" }',
      ),
    );
    const outcome = outcomeOf('ingress/annotation-invalid', input);
    expect(outcome).toMatchObject({ kind: 'fail', findings: [{ subject: 'shop/Service/web' }] });
    if (outcome.kind === 'fail') expect(outcome.findings[0]!.places).toHaveLength(2);
  });

  it('AKS-74: two lists of client ranges on one Service are refused', () => {
    const both = service(
      'web',
      '  type: LoadBalancer\n  loadBalancerSourceRanges: [203.0.113.0/24]\n  ports: [{ port: 80 }]',
      ', annotations: { service.beta.kubernetes.io/azure-allowed-ip-ranges: 203.0.113.0/24 }',
    );
    expect(outcomeOf('ingress/annotation-invalid', objects(both))).toMatchObject({
      findings: [{ message: expect.stringContaining('together are refused') }],
    });
  });

  // A10: a LoadBalancer Service without the annotation beside 0.0.0.0/0 to the firewall.
  pinCheck('ingress/public-load-balancer', {
    pass: behind(web, balancer(INTERNAL)),
    fail: says(
      behind(web, balancer()),
      'shop/web is published past the firewall: its load balancer is public.',
    ),
    unknown: { resources: hubAndSpoke(), objects: ofUnknownType },
  });

  it('ingress/public-load-balancer: a note where the walk says that nobody gets an answer', () => {
    const severity = (isRouted: boolean) => {
      const input = { ...behind(web, balancer()), resources: hubAndSpoke({ isRouted }) };
      const outcome = outcomeOf('ingress/public-load-balancer', input);
      return outcome.kind === 'fail' ? outcome.findings[0]!.severity : outcome.kind;
    };
    expect([severity(true), severity(false)]).toEqual(['note', 'warning']);
    expect(outcomeOf('ingress/public-load-balancer', objects(web, balancer())).kind).toBe(
      'not-applicable',
    );
  });

  // kubernetes-policy 11: NodePort is reachable on every node address.
  pinCheck('ingress/node-port-exposed', {
    pass: objects(web, clusterIp),
    fail: says(
      objects(
        web,
        service(
          'web',
          '  type: NodePort\n  selector: { app: web }\n  ports: [{ port: 80, nodePort: 30080 }]',
        ),
      ),
      'Whoever reaches a node reaches shop/web on port 30080.',
    ),
    unknown: { objects: ofUnknownType },
  });

  pinCheck('ingress/external-ips', {
    pass: objects(web, clusterIp),
    fail: says(
      objects(
        web,
        service(
          'web',
          '  externalIPs: [198.51.100.7]\n  selector: { app: web }\n  ports: [{ port: 80 }]',
        ),
      ),
      'What pods send to 198.51.100.7 ends at shop/web',
    ),
  });

  pinCheck('ingress/host-port', {
    pass: objects(web),
    fail: says(
      objects(web, workload('agent', 'shop', { kind: 'DaemonSet', pod: 'hostNetwork: true' })),
      'agent in shop listens on the nodes: no network policy limits who gets in.',
    ),
  });

  it('ingress/host-port: hostPort counts as well, namespaces of AKS do not', () => {
    const pod = (namespace: string) => `
apiVersion: v1
kind: Pod
metadata: { name: edge, namespace: ${namespace} }
spec: { containers: [{ name: c, ports: [{ containerPort: 8080, hostPort: 80 }] }] }`;
    expect(outcomeOf('ingress/host-port', objects(pod('shop')))).toMatchObject({
      findings: [{ evidence: { lines: ['Pod shop/edge: hostPort TCP 80'] } }],
    });
    expect(outcomeOf('ingress/host-port', objects(pod('kube-system'))).kind).toBe('not-applicable');
  });
});

const ingress = (spec: string, namespace = 'shop') => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: ${namespace} }
spec:
${spec}`;
const rules = (backend = '{ name: web, port: { number: 80 } }') =>
  `  rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: ${backend} } }] } }]`;
const ingressClass = (name: string, isDefault = false) => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: ${name}, annotations: { ingressclass.kubernetes.io/is-default-class: "${isDefault}" } }
spec: { controller: k8s.io/ingress-nginx }`;
const ROUTED = 'webapprouting.kubernetes.azure.com';

describe('Ingress and routes', () => {
  // kubernetes-policy 11: ingressClassName, else the legacy annotation, else the default class.
  pinCheck('ingress/no-controller', {
    pass: objects(ingress(`  ingressClassName: nginx\n${rules()}`), ingressClass('nginx')),
    fail: says(
      objects(ingress(rules()), ingressClass('nginx')),
      'Nobody answers for Ingress shop/web: it names no class, and no class is the default.',
    ),
    unknown: says(objects(ingress(rules())), 'the IngressClass objects'),
  });

  it('ingress/no-controller: the add-on behind the class of AKS, and classes that do not exist', () => {
    const kind = (className: string, properties = {}, ...more: readonly string[]) =>
      outcomeOf('ingress/no-controller', {
        resources: [spoke, cluster(CILIUM, properties)],
        ...objects(ingress(`  ingressClassName: ${className}\n${rules()}`), ...more),
      }).kind;
    expect(kind(ROUTED)).toBe('fail');
    expect(kind(ROUTED, { ingressProfile: { webAppRouting: { enabled: true } } })).toBe('pass');
    expect(kind('ngnix', {}, ingressClass('nginx'))).toBe('fail');
    expect(kind('nginx')).toBe('unknown');
  });

  pinCheck('ingress/backend-missing', {
    pass: objects(web, clusterIp, ingress(rules())),
    fail: says(
      objects(web, clusterIp, ingress(rules('{ name: wbe, port: { number: 80 } }'))),
      'Ingress shop/web leads nowhere: there is no Service shop/wbe (there is web).',
    ),
    unknown: says(objects(ingress(rules())), 'Service shop/web'),
  });

  it('ingress/backend-missing (K8P-80, K8P-81): labels, port names and ports that do not meet', () => {
    const message = (...documents: readonly string[]) => {
      const outcome = outcomeOf('ingress/backend-missing', objects(...documents));
      return outcome.kind === 'fail' ? outcome.findings.map((one) => one.message) : outcome.kind;
    };
    const labels = service('web', '  selector: { app: wbe }\n  ports: [{ port: 80 }]');
    expect(message(web, labels)).toEqual([
      'Service shop/web leads nowhere: no workload of shop has the labels app=wbe.',
    ]);
    const names = service(
      'web',
      '  selector: { app: web }\n  ports: [{ port: 80, targetPort: https }]',
    );
    expect(message(web, names)).toEqual([
      'Service shop/web leads nowhere: no container of web declares port `https` for TCP.',
    ]);
    expect(
      message(web, clusterIp, ingress(rules('{ name: web, port: { number: 8080 } }'))),
    ).toEqual(['Ingress shop/web leads nowhere: Service shop/web has no port `8080` (it has 80).']);
    expect(message(labels)).toBe('unknown');
  });

  const route = (namespace: string, extra = '') => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: api, namespace: shop }
spec:
  parentRefs: [{ name: edge }]
  rules: [{ backendRefs: [{ name: api, namespace: ${namespace}, port: 80${extra} }] }]`;
  const grant = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: routes, namespace: data }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }]
  to: [{ group: "", kind: Service }]`;
  // kubernetes-policy 11: a backend in another namespace needs a ReferenceGrant there.
  pinCheck('ingress/reference-grant-missing', {
    pass: objects(route('data'), workload('api', 'data'), grant),
    fail: says(
      objects(route('data'), workload('api', 'data')),
      'Requests that HTTPRoute shop/api sends to data/api are refused',
    ),
    unknown: says(objects(route('data')), 'the ReferenceGrants of namespace data'),
  });

  it('ingress/reference-grant-missing: weight 0 receives nothing and needs nothing', () => {
    const input = objects(route('data', ', weight: 0'), workload('api', 'data'));
    expect(outcomeOf('ingress/reference-grant-missing', input).kind).toBe('not-applicable');
  });

  const from = (peers: string) =>
    policy('from', `  policyTypes: [Ingress]\n  ingress: [{ from: [${peers}] }]`);
  const inRouting =
    '{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: app-routing-system } }';
  const routed = (...policies: readonly string[]) =>
    under(
      CILIUM,
      web,
      clusterIp,
      ingress(`  ingressClassName: ${ROUTED}\n${rules()}`),
      DENY_ALL,
      ...policies,
    );
  // kubernetes-policy 11: managed NGINX pods are in app-routing-system.
  pinCheck('ingress/ingress-policy-blocks-controller', {
    pass: routed(from(`${inRouting} }`)),
    fail: says(
      routed(),
      'Requests for Ingress shop/web never reach web: policies keep application routing add-on out.',
    ),
    unknown: says(
      routed(from(`${inRouting}, podSelector: { matchLabels: { app: nginx } } }`)),
      'the labels of the pods in app-routing-system',
    ),
  });

  it('ingress/ingress-policy-blocks-controller: the pods of a controller in the input are asked themselves', () => {
    const nginx = workload('nginx', 'app-routing-system');
    const kind = (labels: string) =>
      outcomeOf(
        'ingress/ingress-policy-blocks-controller',
        routed(nginx, from(`${inRouting}, podSelector: { matchLabels: { app: ${labels} } } }`)),
      ).kind;
    expect([kind('nginx'), kind('other')]).toEqual(['pass', 'fail']);
  });

  it('ingress/ingress-policy-blocks-controller: an application gateway is admitted by its subnet alone', () => {
    const gateway = { type: 'Microsoft.Network/applicationGateways', name: 'agw' };
    const nodes = 'Microsoft.Network/virtualNetworks/spoke/subnets/agw';
    const group = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers';
    const vnet = {
      ...spoke,
      properties: {
        addressSpace: { addressPrefixes: ['10.240.0.0/16'] },
        subnets: [
          { name: 'nodes', properties: { addressPrefix: '10.240.0.0/24' } },
          { name: 'agw', properties: { addressPrefix: '10.240.9.0/24' } },
        ],
      },
    };
    const properties = {
      gatewayIPConfigurations: [
        { name: 'ip', properties: { subnet: { id: `${group}/${nodes}` } } },
      ],
    };
    const addon = {
      enabled: true,
      config: { applicationGatewayId: `${group}/${gateway.type}/agw` },
    };
    const kind = (peers: string) =>
      outcomeOf('ingress/ingress-policy-blocks-controller', {
        resources: [
          vnet,
          { ...gateway, properties },
          cluster(CILIUM, { addonProfiles: { ingressApplicationGateway: addon } }),
        ],
        ...objects(
          web,
          clusterIp,
          ingress(`  ingressClassName: azure-application-gateway\n${rules()}`),
          from(peers),
        ),
      }).kind;
    expect(kind('{ ipBlock: { cidr: 10.240.9.0/24 } }')).toBe('pass');
    expect(kind('{ namespaceSelector: {} }')).toBe('fail');
  });

  it('ingress/ingress-policy-blocks-controller: nobody needs to be named where nothing is limited', () => {
    const open = under(CILIUM, web, clusterIp, ingress(`  ingressClassName: kong\n${rules()}`));
    expect(outcomeOf('ingress/ingress-policy-blocks-controller', open).kind).toBe('pass');
    const closed = { ...open, objects: [...open.objects!, ...objectsOf(DENY_ALL)] };
    expect(outcomeOf('ingress/ingress-policy-blocks-controller', closed).kind).toBe('unknown');
  });
});
