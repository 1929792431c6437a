import { describe, expect, it } from 'vitest';
import { answerTrace, type Trace } from '../../../src/trace/index.ts';
import { cluster, publicIp, routeTable, subnetId } from '../aks-fixture.ts';
import {
  applicationGateway,
  at,
  deployment,
  expectTrace,
  firewallWith,
  INTERNAL,
  type Json,
  networkOf,
  nsg,
  nsgOf,
  policy,
  type Rules,
  type SecurityRuleWords,
  service,
  tableOf,
  vnet,
} from './build.ts';

// kubernetes-policy.md 11 (K8P-89), aks.md 8 and azure-networking.md 9.3: an ingress is two connections, the client's
// to the data plane and the data plane's own to the backend pod.

const FW = '203.0.113.10';
const AGW = '203.0.113.20';
const FRONT = '10.42.4.10';

interface Shape {
  readonly objects: readonly Json[];
  readonly rules?: Rules;
  readonly nodeRules?: readonly SecurityRuleWords[];
  readonly network?: Json;
}

/** A cluster behind a firewall, and an Application Gateway in parallel: the layout of azure-networking.md 10.3. */
function perimeter({ objects, rules = {}, nodeRules = [], network = {} }: Shape) {
  const subnet = { id: subnetId('net', 'gateway') };
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', {
        nodes: { addressPrefix: '10.42.4.0/22', ...tableOf('rt'), ...nsgOf('nsg-nodes') },
        gateway: { addressPrefix: '10.42.1.0/24' },
        containers: {
          addressPrefix: '10.42.16.0/24',
          delegations: [
            {
              name: 'd',
              properties: { serviceName: 'Microsoft.ServiceNetworking/trafficControllers' },
            },
          ],
        },
        AzureFirewallSubnet: { addressPrefix: '10.42.2.0/26' },
      }),
      nsg('nsg-nodes', nodeRules),
      routeTable('rt', { '0.0.0.0/0': '10.42.2.4' }),
      publicIp('pip-fw', FW),
      publicIp('pip-agw', AGW),
      firewallWith(
        'fw',
        { id: subnetId('net', 'AzureFirewallSubnet') },
        '10.42.2.4',
        ['pip-fw'],
        rules,
      ),
      applicationGateway('agw', subnet, { public: 'pip-agw' }, []),
      cluster(
        'aks',
        {
          networkProfile: {
            networkPlugin: 'azure',
            networkPolicy: 'calico',
            outboundType: 'userDefinedRouting',
            ...network,
          },
        },
        { vnetSubnetID: subnetId('net', 'nodes') },
      ),
    ],
    objects,
  );
}

const OVERLAY = { networkPluginMode: 'overlay' };

function ingressOf(className: string, annotations: Json = {}): Json {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace: 'shop', annotations },
    spec: {
      ingressClassName: className,
      tls: [{ hosts: ['shop.example.com'], secretName: 's' }],
      rules: [
        {
          host: 'shop.example.com',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
        },
      ],
    },
  };
}

const NGINX = deployment('nginx', {}, 'ingress-nginx', {
  containers: [{ name: 'c', image: 'registry.k8s.io/ingress-nginx/controller:v1.12.0' }],
});
const nginxService = (annotations: Record<string, string> = {}) =>
  service(
    'nginx',
    {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 443, targetPort: 443 }],
    },
    annotations,
    'ingress-nginx',
  );
const WEB = [deployment('web'), service('web', {})];
const admit = (from: readonly Json[]) =>
  policy('web', {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress'],
    ingress: [{ from }],
  });

function legs(shape: Shape, to = 'ingress:shop.example.com/cart') {
  const { traces, diagnostics } = answerTrace(perimeter(shape), { from: 'internet', to });
  expect(diagnostics).toEqual([]);
  return traces;
}

const asked = (traces: readonly Trace[]) => traces.map(({ question }) => question.to);

describe('an ingress controller in the cluster (aks.md 8.4)', () => {
  const objects = [...WEB, NGINX, ingressOf('nginx'), nginxService({ ...INTERNAL, ...at(FRONT) })];
  const rules: Rules = { dnat: [[FW, '443', FRONT, '443']] };
  const nodeRules: SecurityRuleWords[] = [
    ['In', 100, 'Allow', '10.42.2.0/26', FRONT, '443', 'Tcp'],
  ];

  it('AFW-E07: DNAT to the internal front end, then the controller’s own connection to the pod', () => {
    const [client, backend, ...more] = legs({ objects, rules, nodeRules, network: OVERLAY });
    expect(more).toEqual([]);
    expectTrace(client!, {
      answer: 'allowed',
      through: ['firewall', 'load-balancer', 'pod'],
      says: /published by DNAT rule nat\/dnat0 of fw/,
      // aks.md 8.2: under Local the pod sees the instance of the firewall.
      source: 'an instance of firewall fw',
    });
    expect(client!.back?.hops.map(({ kind }) => kind)).toContain('firewall');
    expectTrace(backend!, {
      answer: 'allowed',
      there: [
        'pod ingress-nginx/nginx: a pod of ingress-nginx/nginx → a pod of shop/web:8080',
        'pod shop/web: a pod of ingress-nginx/nginx → a pod of shop/web:8080',
      ],
    });
    expect(asked([client!, backend!])).toEqual([
      'service:ingress-nginx/nginx:443',
      'service:shop/web:80',
    ]);
  });

  it('K8P-89: a backend’s policy must admit the controller’s pods', () => {
    const selector = { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } };
    const byNamespace = admit([{ namespaceSelector: selector }]);
    const shape = { rules, nodeRules, network: OVERLAY };
    const open = legs({ ...shape, objects: [...objects, byNamespace] });
    expect(open.map(({ answer }) => answer)).toEqual(['allowed', 'allowed']);
    const shut = legs({ ...shape, objects: [...objects, admit([{ podSelector: {} }])] });
    expect(shut.map(({ answer }) => answer)).toEqual(['allowed', 'denied']);
    // The client’s address is long gone.
    const byClient = admit([{ ipBlock: { cidr: '198.51.100.0/24' } }]);
    expect(legs({ ...shape, objects: [...objects, byClient] })[1]?.answer).toBe('denied');
  });

  it('AKS-70: a public front end under 0/0 to the firewall loses its answers', () => {
    const open = [...WEB, NGINX, ingressOf('nginx'), nginxService(at('20.1.1.1'))];
    const nodes: SecurityRuleWords[] = [['In', 100, 'Allow', 'Internet', '20.1.1.1', '443', 'Tcp']];
    const [client] = legs({ objects: open, nodeRules: nodes, network: OVERLAY });
    expectTrace(client!, { answer: 'broken', backEnds: 'no-session', says: /fw never saw/ });
  });

  it('without a DNAT rule the internal front end is out of the internet’s reach', () => {
    const [client] = legs({ objects, network: OVERLAY });
    expectTrace(client!, { answer: 'denied', ends: 'no-route', says: /private address/ });
  });
});

describe('an Application Gateway with its controller (azure-networking.md 9.3)', () => {
  const objects = [...WEB, ingressOf('azure-application-gateway')];
  const toPods: SecurityRuleWords[] = [
    ['In', 100, 'Allow', '10.42.1.0/24', '10.42.4.0/22', '8080', 'Tcp'],
    ['In', 200, 'Deny', '*', '*', '*'],
  ];

  it('AZS-72: the client ends at the gateway; the gateway calls pod addresses, past every Service', () => {
    const [client, backend, ...more] = legs({ objects, nodeRules: toPods });
    expect(more).toEqual([]);
    expectTrace(client!, {
      answer: 'allowed',
      there: [
        `internet: a client on the internet → ${AGW}:443`,
        `application-gateway agw: a client on the internet → ${AGW}:443`,
      ],
    });
    expectTrace(backend!, {
      answer: 'allowed',
      around: ['load-balancer', 'firewall'],
      there: [
        'subnet gateway: an instance of agw → a pod of shop/web:8080',
        'subnet nodes: an instance of agw → a pod of shop/web:8080',
        'pod shop/web: an instance of agw → a pod of shop/web:8080',
      ],
    });
  });

  it('AZS-72: the nodes’ security group must admit the gateway’s subnet to the target port', () => {
    const toService: SecurityRuleWords[] = [
      ['In', 100, 'Allow', '10.42.1.0/24', '10.42.4.0/22', '80', 'Tcp'],
      ['In', 200, 'Deny', '*', '*', '*'],
    ];
    const [, backend] = legs({ objects, nodeRules: toService });
    expectTrace(backend!, { answer: 'denied', says: /Deny200/ });
  });

  it('AZS-72: a network policy must admit the gateway’s subnet as an ipBlock', () => {
    const byPods = admit([{ podSelector: {}, namespaceSelector: {} }]);
    expect(legs({ objects: [...objects, byPods], nodeRules: toPods })[1]?.answer).toBe('denied');
    const bySubnet = admit([{ ipBlock: { cidr: '10.42.1.0/24' } }]);
    expect(legs({ objects: [...objects, bySubnet], nodeRules: toPods })[1]?.answer).toBe('allowed');
  });
});

describe('Gateway API', () => {
  const gateway = (gatewayClassName: string): Json => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'shop' },
    spec: {
      gatewayClassName,
      listeners: [{ name: 'https', port: 443, protocol: 'HTTPS', hostname: '*.example.com' }],
    },
  });
  const route: Json = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace: 'shop' },
    spec: {
      parentRefs: [{ name: 'edge' }],
      hostnames: ['shop.example.com'],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    },
  };

  it('aks.md 8.3: approuting-istio: the Gateway’s own Service and pods, behind DNAT', () => {
    const front = {
      ...service(
        'edge-approuting-istio',
        {
          type: 'LoadBalancer',
          selector: { app: 'edge' },
          ports: [{ port: 443, targetPort: 443 }],
        },
        { ...INTERNAL, ...at(FRONT) },
      ),
    };
    const objects = [...WEB, gateway('approuting-istio'), route, deployment('edge'), front];
    const rules: Rules = { dnat: [[FW, '443', FRONT, '443']] };
    const [client, backend] = legs({ objects, rules, network: OVERLAY });
    expect(asked([client!, backend!])).toEqual([
      'service:shop/edge-approuting-istio:443',
      'service:shop/web:80',
    ]);
    expectTrace(client!, { answer: 'allowed', through: ['firewall', 'load-balancer'] });
    expect(backend!.question.from).toBe('deploy:shop/edge');
    expectTrace(backend!, { answer: 'allowed' });
  });

  it('azure-networking 9.3: for Containers: its frontend is no resource; pods see the association subnet', () => {
    const objects = [...WEB, gateway('azure-alb-external'), route];
    const admitted = admit([{ ipBlock: { cidr: '10.42.16.0/24' } }]);
    const [client, backend] = legs({ objects: [...objects, admitted] });
    expectTrace(client!, {
      answer: 'unknown',
      says: /the frontend of Application Gateway for Containers/,
    });
    expectTrace(backend!, { answer: 'allowed', around: ['load-balancer'] });
    const other = admit([{ ipBlock: { cidr: '10.42.1.0/24' } }]);
    expect(legs({ objects: [...objects, other] })[1]?.answer).toBe('denied');
  });
});

describe('a host that nobody publishes', () => {
  it('is said, with the hosts that are', () => {
    const made = perimeter({ objects: [...WEB, ingressOf('nginx')] });
    const { traces, diagnostics } = answerTrace(made, {
      from: 'internet',
      to: 'ingress:other.example.com/',
    });
    expect(traces).toEqual([]);
    expect(diagnostics[0]?.hint).toContain('shop.example.com');
  });
});
