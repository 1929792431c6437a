import { describe, expect, it } from 'vitest';
import { answerTrace } from '../../../src/trace/index.ts';
import { cluster, publicIp, subnetId } from '../aks-fixture.ts';
import {
  applicationGateway,
  at,
  deployment,
  expectWalk,
  INTERNAL,
  type Json,
  networkOf,
  policy,
  service,
  vnet,
} from './build.ts';

// kubernetes-policy.md 5 and 6: what policies see of a flow, inside whole walks.

function aks(objects: readonly Json[], network: Json = {}, more: readonly Json[] = []) {
  return networkOf(
    [
      vnet('net', '10.240.0.0/16', {
        nodes: { addressPrefix: '10.240.0.0/22' },
        gateway: { addressPrefix: '10.240.5.0/24' },
        vms: { addressPrefix: '10.240.6.0/24' },
      }),
      cluster(
        'aks',
        {
          networkProfile: {
            networkPlugin: 'azure',
            networkPluginMode: 'overlay',
            networkPolicy: 'calico',
            ...network,
          },
        },
        { vnetSubnetID: subnetId('net', 'nodes') },
      ),
      ...more,
    ],
    objects,
  );
}

const API = [deployment('api'), service('api', {})];
const FLAT = { networkPlugin: 'azure', networkPluginMode: undefined };
const egress = (to: Json[], ports: Json[]) =>
  policy('egress', {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Egress'],
    egress: [{ to, ports }],
  });
const ingress = (from: Json[]) =>
  policy('ingress', {
    podSelector: { matchLabels: { app: 'api' } },
    policyTypes: ['Ingress'],
    ingress: [{ from }],
  });
const selects = (app: string) => ({ podSelector: { matchLabels: { app } } });

describe('pod to Service', () => {
  const base = [deployment('web'), ...API];

  it('K8P-19: the policy sees the backend pod and targetPort, never the Service’s port', () => {
    const byTarget = aks([...base, egress([selects('api')], [{ port: 8080 }])]);
    expectWalk(byTarget, 'deploy:shop/web', 'service:shop/api:80', { answer: 'allowed' });
    const byService = aks([...base, egress([selects('api')], [{ port: 80 }])]);
    expectWalk(byService, 'deploy:shop/web', 'service:shop/api:80', {
      answer: 'denied',
      says: /shop\/egress/,
    });
  });

  it('K8P-19: an ipBlock of cluster addresses opens no Service', () => {
    const objects = [
      deployment('web'),
      deployment('api'),
      service('api', { clusterIP: '10.0.0.10' }),
      egress([{ ipBlock: { cidr: '10.0.0.0/16' } }], [{ port: 80 }, { port: 8080 }]),
    ];
    expectWalk(aks(objects), 'deploy:shop/web', 'service:shop/api:80', { answer: 'denied' });
    expectWalk(aks(objects), 'deploy:shop/web', '10.0.0.10:80', { answer: 'denied' });
  });

  it('K8P-81: a target port that the pod does not declare reaches nobody', () => {
    const objects = [
      deployment('web'),
      deployment('api'),
      service('api', { ports: [{ port: 80, targetPort: 'grpc' }] }),
    ];
    expectWalk(aks(objects), 'deploy:shop/web', 'service:shop/api:80', {
      answer: 'denied',
      says: /grpc/,
    });
  });

  it('K8P-81: a headless Service translates no port', () => {
    const objects = [deployment('web'), deployment('api'), service('api', { clusterIP: 'None' })];
    const trace = expectWalk(aks(objects), 'deploy:shop/web', 'service:shop/api:80', {
      answer: 'allowed',
    });
    expect(trace.flow.destinationPort).toBe(80);
  });

  it('K8P-15: a Service that may lead back to the client itself is undefined under isolation', () => {
    const objects = [deployment('api'), service('api', {}), ingress([selects('web')])];
    expectWalk(aks(objects), 'deploy:shop/api', 'service:shop/api:80', { answer: 'unknown' });
  });

  it('every kind of backend counts: one that is shut is said', () => {
    const label = (track: string) => ({ labels: { app: 'api', track } });
    const objects = [
      deployment('web'),
      deployment('stable', label('stable')),
      deployment('canary', label('canary')),
      service('api', {}),
      policy('shut', {
        podSelector: { matchLabels: { track: 'canary' } },
        policyTypes: ['Ingress'],
      }),
    ];
    const { traces } = answerTrace(aks(objects), {
      from: 'deploy:shop/web',
      to: 'service:shop/api:80',
    });
    expect(traces.map(({ answer }) => answer).sort()).toEqual(['allowed', 'denied']);
  });
});

describe('pod to pod', () => {
  it('the sender keeps its identity where pods have addresses of the subnet', () => {
    const objects = [deployment('web'), deployment('other'), ...API, ingress([selects('web')])];
    const flat = aks(objects, FLAT);
    expectWalk(flat, 'deploy:shop/web', 'deploy:shop/api:8080', { answer: 'allowed' });
    expectWalk(flat, 'deploy:shop/other', 'deploy:shop/api:8080', {
      answer: 'denied',
      says: /shop\/ingress/,
    });
  });
});

describe('through a load balancer', () => {
  const exposed = (externalTrafficPolicy: string, from: Json[]) => [
    deployment('api'),
    service(
      'api',
      { type: 'LoadBalancer', externalTrafficPolicy },
      { ...INTERNAL, ...at('10.240.0.200') },
    ),
    ingress(from),
  ];
  const CLIENT = [{ ipBlock: { cidr: '10.240.6.0/24' } }];
  const to = '10.240.0.200:80';

  it('K8P-20: under Cluster an ipBlock of clients cannot be shown to work', () => {
    const { traces } = answerTrace(aks(exposed('Cluster', CLIENT)), { from: '10.240.6.9', to });
    expect(traces[0]?.answer).not.toBe('allowed');
  });

  it('K8P-20: under Cluster a rule for node addresses admits whom the load balancer admits', () => {
    const nodes = [{ ipBlock: { cidr: '10.240.0.0/22' } }];
    expectWalk(aks(exposed('Cluster', nodes)), '10.240.6.9', to, { answer: 'allowed' });
  });

  it('K8P-20: under Local the client’s own address counts', () => {
    expectWalk(aks(exposed('Local', CLIENT)), '10.240.6.9', to, { answer: 'allowed' });
    const others = [{ ipBlock: { cidr: '10.50.0.0/16' } }];
    expectWalk(aks(exposed('Local', others)), '10.240.6.9', to, { answer: 'denied' });
  });

  it('K8P-61: Azure NPM does not enforce under Cluster', () => {
    expectWalk(aks(exposed('Cluster', CLIENT), { networkPolicy: 'azure' }), '203.0.113.50', to, {
      answer: 'denied',
      ends: 'no-route',
    });
    expectWalk(aks(exposed('Cluster', []), { networkPolicy: 'azure' }), '10.240.6.9', to, {
      answer: 'allowed',
    });
  });
});

describe('from a gateway outside the cluster', () => {
  const gateway = [
    publicIp('pip-agw', '198.51.100.20'),
    applicationGateway(
      'agw',
      { id: subnetId('net', 'gateway') },
      { public: 'pip-agw' },
      ['10.240.0.40'],
      {
        backendPort: 8080,
        protocol: 'Http',
        port: 80,
      },
    ),
  ];
  const pod: Json = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'api-0', namespace: 'shop', labels: { app: 'api' } },
    spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 8080 }] }] },
    status: { podIP: '10.240.0.40' },
  };

  it('K8P-89: only an ipBlock admits it', () => {
    const to = '198.51.100.20:80';
    const bySubnet = aks([pod, ingress([{ ipBlock: { cidr: '10.240.5.0/24' } }])], FLAT, gateway);
    expectWalk(bySubnet, 'internet', to, {
      answer: 'allowed',
      through: ['application-gateway', 'pod'],
    });
    const byPods = aks([pod, ingress([{ podSelector: {}, namespaceSelector: {} }])], FLAT, gateway);
    expectWalk(byPods, 'internet', to, { answer: 'denied', says: /shop\/ingress/ });
  });
});
