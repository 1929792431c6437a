import { describe, expect, it } from 'vitest';
import { answerTrace } from '../../../src/trace/index.ts';
import { cluster, publicIp, routeTable, subnetId } from '../aks-fixture.ts';
import {
  applicationGateway,
  at,
  deployment,
  expectTrace,
  expectWalk,
  firewallWith,
  INTERNAL,
  type Json,
  networkOf,
  policy,
  type Rules,
  service,
  tableOf,
  traceOf,
  vnet,
} from './build.ts';

// A Service with a private front end, asked for from the internet: by what publishes it (azure-networking.md 10.1,
// 10.2, 10.5), or not at all.

const FRONT = '10.42.4.10';
const FW = ['203.0.113.10', '203.0.113.11'];
const AGW = '203.0.113.20';

interface Shape {
  readonly rules?: Rules;
  readonly gateways?: readonly Json[];
  readonly annotations?: Record<string, string>;
  readonly spec?: Json;
  readonly network?: Json;
  readonly objects?: readonly Json[];
}

const GATEWAY = { id: subnetId('net', 'gateway') };
const HTTP = { port: 80, protocol: 'Http', backendPort: 80 };

function perimeter(shape: Shape = {}) {
  const { rules = {}, gateways = [], annotations = { ...INTERNAL, ...at(FRONT) } } = shape;
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', {
        nodes: { addressPrefix: '10.42.4.0/22', ...tableOf('rt') },
        gateway: { addressPrefix: '10.42.1.0/24' },
        AzureFirewallSubnet: { addressPrefix: '10.42.2.0/26' },
      }),
      routeTable('rt', { '0.0.0.0/0': '10.42.2.4' }),
      publicIp('pip-a', FW[0]),
      publicIp('pip-b', FW[1]),
      publicIp('pip-agw', AGW),
      firewallWith(
        'fw',
        { id: subnetId('net', 'AzureFirewallSubnet') },
        '10.42.2.4',
        ['pip-a', 'pip-b'],
        rules,
      ),
      ...gateways,
      cluster(
        'aks',
        {
          networkProfile: {
            networkPlugin: 'azure',
            networkPluginMode: 'overlay',
            outboundType: 'userDefinedRouting',
            ...shape.network,
          },
        },
        { vnetSubnetID: subnetId('net', 'nodes') },
      ),
    ],
    [
      deployment('web'),
      service('web', { type: 'LoadBalancer', ...shape.spec }, annotations),
      ...(shape.objects ?? []),
    ],
  );
}

const TO = 'service:shop/web:80';

describe('from the internet to an internal Service', () => {
  it('10.1: by the DNAT rule that leads to it, at the public address and port the rule names', () => {
    const made = perimeter({ rules: { dnat: [[FW[1]!, '8080', FRONT, '80']] } });
    expectWalk(made, 'internet', TO, {
      answer: 'allowed',
      there: [
        `internet: a client on the internet → ${FW[1]}:8080`,
        `firewall fw: an instance of firewall fw → ${FRONT}:80`,
        `subnet AzureFirewallSubnet: an instance of firewall fw → ${FRONT}:80`,
        `subnet nodes: an instance of firewall fw → ${FRONT}:80`,
        'load-balancer shop/web: a node of aks → a pod of shop/web:8080',
        'pod shop/web: a node of aks → a pod of shop/web:8080',
      ],
      says: `at ${FW[1]}:8080, by DNAT rule nat/dnat0 of fw`,
    });
  });

  it('10.2: by an Application Gateway that has it as a backend', () => {
    const gateway = applicationGateway('agw', GATEWAY, { public: 'pip-agw' }, [FRONT], HTTP);
    const trace = expectWalk(perimeter({ gateways: [gateway] }), 'internet', TO, {
      answer: 'allowed',
      around: ['firewall'],
      through: ['application-gateway', 'load-balancer', 'pod'],
      says: `at ${AGW}:80, by listener public of agw`,
    });
    expect(trace.forward.hops[1]?.name).toBe('internet');
  });

  it('10.5: by a DNAT rule to the private front end of a gateway before it', () => {
    const gateway = applicationGateway('agw', GATEWAY, { private: '10.42.1.10' }, [FRONT], HTTP);
    const made = perimeter({
      rules: { dnat: [[FW[0]!, '80', '10.42.1.10', '80']] },
      gateways: [gateway],
    });
    const trace = expectWalk(made, 'internet', TO, {
      answer: 'allowed',
      through: ['firewall', 'application-gateway', 'load-balancer', 'pod'],
      says: /DNAT rule nat\/dnat0 of fw, then listener private of agw/,
    });
    expect(trace.back?.hops.map(({ kind }) => kind)).toContain('firewall');
  });

  it('10.3: published twice, both ways are walked', () => {
    const made = perimeter({
      rules: { dnat: [[FW[0]!, '80', FRONT, '80']] },
      gateways: [applicationGateway('agw', GATEWAY, { public: 'pip-agw' }, [FRONT], HTTP)],
    });
    const { traces } = answerTrace(made, { from: 'internet', to: TO });
    expect(traces.map(({ answer }) => answer)).toEqual(['allowed', 'allowed']);
    expect(new Set(traces.map(({ flow }) => flow.destination)).size).toBe(2);
  });

  it('a rule for another port, and a gateway with another backend, publish it not', () => {
    const made = perimeter({
      rules: { dnat: [[FW[0]!, '443', FRONT, '443']] },
      gateways: [applicationGateway('agw', GATEWAY, { public: 'pip-agw' }, ['10.42.4.11'], HTTP)],
    });
    const trace = expectWalk(made, 'internet', TO, {
      answer: 'denied',
      ends: 'no-route',
      says: /10\.42\.4\.10 is a private address/,
    });
    expect(trace.forward.hops[0]?.steps[0]?.text).toContain('no DNAT rule or Application Gateway');
    expect(trace.wouldOpen.join()).toContain('publish it');
  });

  it('aks.md 8.4: DNAT to a public number may be the Service’s own, which only Azure knows: never allowed', () => {
    const rules: Rules = { dnat: [[FW[0]!, '80', '198.51.100.254', '80']] };
    const made = perimeter({ annotations: {}, rules });
    expectWalk(made, 'internet', `${FW[0]}:80`, {
      answer: 'unknown',
      says: /whether 198\.51\.100\.254 is service shop\/web/,
    });
    // With every number written it is somebody else’s, and the summary says where it leads.
    const known = perimeter({ annotations: { ...INTERNAL, ...at(FRONT) }, rules });
    expectWalk(known, 'internet', `${FW[0]}:80`, {
      answer: 'allowed',
      ends: 'left-network',
      says: /which leads to 198\.51\.100\.254, outside the input/,
    });
  });

  it('from inside the network the private front end is called as it is', () => {
    const made = perimeter({ rules: { dnat: [[FW[0]!, '80', FRONT, '80']] } });
    expectWalk(made, '10.42.1.50', TO, { answer: 'allowed', around: ['firewall', 'name'] });
  });

  it('K8P-84: `True` is not `true`: the front end is public', () => {
    const annotations = { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'True' };
    const trace = traceOf(perimeter({ annotations }), 'internet', TO);
    expectTrace(trace, { answer: 'broken', around: ['firewall'], backEnds: 'no-session' });
  });
});

describe('from the internet to a Service without a front end', () => {
  const hint = (objects: readonly Json[], spec: Json = { type: 'ClusterIP' }) => {
    const made = perimeter({ annotations: {}, spec, objects });
    return answerTrace(made, { from: 'internet', to: TO }).diagnostics[0]?.hint;
  };

  it('K8P-82: a ClusterIP has no address out there; the Ingress that leads to it is named', () => {
    const backend = { service: { name: 'web', port: { number: 80 } } };
    const ingress: Json = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'shop', namespace: 'shop' },
      spec: {
        rules: [
          {
            host: 'shop.example.com',
            http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
          },
        ],
      },
    };
    expect(hint([])).toContain('only the pods and nodes of its cluster');
    expect(hint([ingress])).toBe('ask for ingress:shop.example.com/, which leads to it');
  });

  it('K8P-82: a NodePort is called at the nodes', () => {
    const ports = [{ port: 80, targetPort: 'http', nodePort: 31080 }];
    expect(hint([], { type: 'NodePort', ports })).toContain('node:31080');
  });
});

describe('policies behind a load balancer, by engine (kubernetes-policy.md 13)', () => {
  const DENY = policy('deny', { podSelector: {}, policyTypes: ['Ingress'] });
  const CLIENT = policy('client', {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ ipBlock: { cidr: '10.42.1.50/32' } }] }],
  });
  const engine = (networkPolicy: string): Json =>
    networkPolicy === 'cilium' ? { networkPolicy, networkDataplane: 'cilium' } : { networkPolicy };
  const ask = (policyObject: Json, networkPolicy: string, spec: Json) =>
    traceOf(
      perimeter({ objects: [policyObject], network: engine(networkPolicy), spec }),
      '10.42.1.50',
      TO,
    ).answer;
  const CLUSTER = { externalTrafficPolicy: 'Cluster' };
  const LOCAL = { externalTrafficPolicy: 'Local' };

  it.each([
    ['E6: deny-all, Cluster, azure', DENY, CLUSTER, 'azure', 'allowed'],
    ['E6: deny-all, Cluster, calico', DENY, CLUSTER, 'calico', 'denied'],
    ['E6: deny-all, Cluster, cilium', DENY, CLUSTER, 'cilium', 'denied'],
    ['E7: the client only, Local, azure', CLIENT, LOCAL, 'azure', 'allowed'],
    ['E7: the client only, Local, calico', CLIENT, LOCAL, 'calico', 'allowed'],
    ['E7: the client only, Local, cilium', CLIENT, LOCAL, 'cilium', 'allowed'],
    ['E8: the client only, Cluster, azure', CLIENT, CLUSTER, 'azure', 'allowed'],
    // "usually deny", and "allow if the first node has the pod, else deny".
    ['E8: the client only, Cluster, calico', CLIENT, CLUSTER, 'calico', 'unknown'],
    ['E8: the client only, Cluster, cilium', CLIENT, CLUSTER, 'cilium', 'unknown'],
  ])('%s', (_title, policyObject, spec, networkPolicy, answer) => {
    expect(ask(policyObject, networkPolicy, spec), networkPolicy).toBe(answer);
  });
});
