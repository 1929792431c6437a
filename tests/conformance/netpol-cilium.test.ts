import { describe, expect, it } from 'vitest';
import { parseIp } from '../../src/net/index.ts';
import { evaluatePolicies } from '../../src/semantics/network-policy/index.ts';
import { podNamed, port, shop } from './netpol-world.ts';

/** A CiliumNetworkPolicy of namespace shop over its web pod. */
const web = (spec: string) => `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: web } }
${spec}`;

const verdict = (yaml: string, from: string, to: string, what?: string) =>
  shop(yaml).ask('cilium', from, to, what).verdict.kind;

describe('Cilium', () => {
  it('K8P-42: a selector without namespace stays in the namespace of the policy; a namespace label leaves it', () => {
    const home = web('  ingress: [{ fromEndpoints: [{}] }]');
    expect(verdict(home, 'shop/api', 'shop/web')).toBe('allow');
    expect(verdict(home, 'data/db', 'shop/web')).toBe('deny');
    const away = web(
      '  ingress: [{ fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": data, "any:app": db } }] }]',
    );
    expect(verdict(away, 'data/db', 'shop/web')).toBe('allow');
    expect(verdict(away, 'shop/api', 'shop/web')).toBe('deny');
    const byLabel = web(
      '  ingress: [{ fromEndpoints: [{ matchLabels: { io.cilium.k8s.namespace.labels.tier: back } }] }]',
    );
    expect(verdict(byLabel, 'data/db', 'shop/web')).toBe('allow');
  });

  it('K8P-42: an empty selector of the clusterwide kind is every endpoint of the cluster', () => {
    const yaml = `
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: { name: all }
spec: { endpointSelector: {}, ingress: [{ fromEndpoints: [{}] }] }
`;
    expect(verdict(yaml, 'data/db', 'shop/web')).toBe('allow');
    expect(verdict(yaml, '8.8.8.8', 'shop/web')).toBe('deny');
  });

  it('K8P-56: a foreign namespace that the endpoint selector names among its matchLabels is written over', () => {
    const policy = (selector: string) => `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  endpointSelector: { ${selector} }
  ingress: [{}]`;
    const foreign = policy('matchLabels: { app: web, "k8s:io.kubernetes.pod.namespace": data }');
    expect(verdict(foreign, 'shop/api', 'shop/web')).toBe('deny');
    expect(verdict(foreign, 'shop/web', 'shop/api')).toBe('allow');
    // It is for the policy's own namespace alone, whatever it names.
    expect(
      verdict(
        policy('matchLabels: { "k8s:io.kubernetes.pod.namespace": data }'),
        'shop/api',
        'data/db',
      ),
    ).toBe('allow');
    // Cilium adds its entry to the matchLabels and takes no other spelling and no expression away: both have to hold, and no pod has both.
    for (const kept of [
      'matchLabels: { app: web, "io.kubernetes.pod.namespace": data }',
      'matchLabels: { app: web, "any:io.kubernetes.pod.namespace": data }',
      'matchExpressions: [{ key: "k8s:io.kubernetes.pod.namespace", operator: In, values: [data] }]',
    ]) {
      expect(verdict(policy(kept), 'shop/api', 'shop/web')).toBe('allow');
    }
  });

  it('K8P-57: a rule that denies the own node holds; nothing else keeps it out', () => {
    const fromNode = (spec: string, from = '10.0.0.4') => verdict(web(spec), from, 'shop/web');
    expect(fromNode('  ingress: [{}]')).toBe('allow');
    expect(fromNode('  ingressDeny: [{ fromEntities: [host] }]')).toBe('deny');
    expect(fromNode('  ingressDeny: [{ fromEntities: [all] }]')).toBe('deny');
    expect(
      fromNode(
        '  ingressDeny: [{ fromEntities: [cluster], toPorts: [{ ports: [{ port: "8080" }] }] }]',
      ),
    ).toBe('deny');
    // Another port, another kind of end: the allowance is not denied.
    expect(
      fromNode('  ingressDeny: [{ fromEntities: [host], toPorts: [{ ports: [{ port: "9" }] }] }]'),
    ).toBe('allow');
    expect(fromNode('  ingressDeny: [{ fromEntities: [remote-node, world] }]')).toBe('allow');
    expect(fromNode('  ingressDeny: [{ fromEndpoints: [{}] }]')).toBe('allow');
    // Addresses of nodes are not in CIDR rules (K8P-43).
    expect(fromNode('  ingressDeny: [{ fromCIDR: [10.0.0.0/8] }]')).toBe('allow');
    expect(fromNode('  ingressDeny: [{ fromEntities: [remote-node] }]', '10.0.0.5')).toBe('deny');
  });

  it('K8P-55: an empty rule isolates and allows nothing; an empty peer list selects nothing', () => {
    expect(verdict(web('  ingress: [{}]'), 'shop/api', 'shop/web')).toBe('deny');
    expect(verdict(web('  ingress: [{ fromEndpoints: [] }]'), 'shop/api', 'shop/web')).toBe('deny');
  });

  it('K8P-54: toServices is the backends of the Service', () => {
    const yaml = `
apiVersion: v1
kind: Service
metadata: { name: db, namespace: data }
spec: { selector: { app: db }, ports: [{ port: 5432 }] }
---
${web('  egress: [{ toServices: [{ k8sService: { serviceName: db, namespace: data } }] }]')}`;
    expect(verdict(yaml, 'shop/web', 'data/db', 'tcp 5432')).toBe('allow');
    expect(verdict(yaml, 'shop/web', 'shop/api', 'tcp 5432')).toBe('deny');
  });

  it('K8P-44: the API server is an entity of its own and an address outside; other addresses are not it', () => {
    const server = (yaml: string, isApiServer: boolean) => {
      const { policies, objects } = shop(yaml);
      return evaluatePolicies(policies, 'cilium', {
        direction: 'egress',
        subject: podNamed(objects, 'shop/web'),
        peer: {
          kind: 'address',
          address: { kind: 'exact', ip: parseIp('20.50.0.1')! },
          isApiServer,
        },
        protocol: 'tcp',
        port: port(443),
      }).verdict.kind;
    };
    const entity = web('  egress: [{ toEntities: [kube-apiserver] }]');
    expect(server(entity, true)).toBe('allow');
    expect(server(entity, false)).toBe('deny');
    expect(server(web('  egress: [{ toEntities: [world] }]'), true)).toBe('allow');
  });

  it('K8P-45: port 0 is any port; a rule without toPorts admits ICMP, one with ports does not', () => {
    const any = web('  ingress: [{ fromEntities: [all], toPorts: [{ ports: [{ port: "0" }] }] }]');
    expect(verdict(any, '8.8.8.8', 'shop/web', 'udp 9999')).toBe('allow');
    expect(verdict(any, '8.8.8.8', 'shop/web', 'icmp')).toBe('deny');
    expect(
      verdict(web('  ingress: [{ fromEntities: [all] }]'), '8.8.8.8', 'shop/web', 'icmp'),
    ).toBe('allow');
  });

  it('K8P-47: an address without a name may be an answer for a permitted name: undecided', () => {
    const yaml = web(`  egress:
    - toEndpoints: [{ matchLabels: { io.kubernetes.pod.namespace: kube-system, k8s-app: kube-dns } }]
      toPorts: [{ ports: [{ port: "53" }], rules: { dns: [{ matchPattern: "*.x.io" }] } }]
    - toFQDNs: [{ matchName: a.x.io }]`);
    expect(verdict(yaml, 'shop/web', '20.1.2.3', 'tcp 443')).toBe('unknown');
    expect(verdict(yaml, 'shop/web', 'a.x.io', 'tcp 443')).toBe('allow');
    expect(verdict(yaml, 'shop/web', 'data/db', 'tcp 443')).toBe('deny');
  });

  it('K8P-50: a name admitted only by a bare star is undecided on AKS (E19)', () => {
    const yaml = web(`  egress:
    - toEntities: [cluster]
      toPorts: [{ ports: [{ port: "53" }], rules: { dns: [{ matchPattern: "*" }] } }]
    - toFQDNs: [{ matchName: a.x.io }]`);
    expect(verdict(yaml, 'shop/web', 'a.x.io', 'tcp 443')).toBe('unknown');
  });

  it('K8P-43: whether a private address is a pod is a missing fact while the ranges are not known', () => {
    const none = { v4: [], v6: [] };
    const unknown = { podAddresses: none, nodeAddresses: none, serviceAddresses: none };
    const { ask } = shop(web('  egress: [{ toCIDR: [10.0.0.0/8] }]'), unknown);
    expect(ask('cilium', 'shop/web', '10.99.0.1', 'tcp 443').verdict.kind).toBe('unknown');
    expect(
      verdict(web('  egress: [{ toCIDR: [10.0.0.0/8] }]'), 'shop/web', '10.99.0.1', 'tcp 443'),
    ).toBe('allow');
  });

  it('K8P-49: ingress from the own node is open, egress to it needs an entity rule', () => {
    expect(verdict(web('  ingress: [{ fromEntities: [none] }]'), '10.0.0.4', 'shop/web')).toBe(
      'allow',
    );
    expect(
      verdict(web('  egress: [{ toEntities: [world] }]'), 'shop/web', '10.0.0.4', 'tcp 10250'),
    ).toBe('deny');
    expect(
      verdict(web('  egress: [{ toEntities: [host] }]'), 'shop/web', '10.0.0.4', 'tcp 10250'),
    ).toBe('allow');
    expect(
      verdict(web('  egress: [{ toEntities: [host] }]'), 'shop/web', '10.0.0.5', 'tcp 10250'),
    ).toBe('deny');
  });

  it('K8P-46: asked about the connection alone, an L7 rule lets it open and says that requests are judged', () => {
    const yaml = web(
      '  ingress: [{ fromEntities: [all], toPorts: [{ ports: [{ port: "8080" }], rules: { http: [{ path: "/a.*" }] } }] }]',
    );
    const { ingress } = shop(yaml).ask('cilium', 'shop/api', 'shop/web');
    expect(ingress?.verdict.kind).toBe('allow');
    expect(ingress?.notes.join()).toContain('each request');
    const http = (path: string) =>
      shop(yaml).ask('cilium', 'shop/api', 'shop/web', 'tcp 8080', {
        application: { kind: 'http', path },
      });
    expect(http('/about').verdict.kind).toBe('allow');
    expect(http('/b').verdict.kind).toBe('deny');
  });

  it('a CIDR group that is not in the input leaves the rule open', () => {
    const yaml = web('  egress: [{ toCIDRSet: [{ cidrGroupRef: vendors }] }]');
    expect(verdict(yaml, 'shop/web', '8.8.8.8', 'tcp 443')).toBe('unknown');
    const group = `
apiVersion: cilium.io/v2
kind: CiliumCIDRGroup
metadata: { name: vendors }
spec: { externalCIDRs: [8.8.8.0/24] }
---${yaml}`;
    expect(verdict(group, 'shop/web', '8.8.8.8', 'tcp 443')).toBe('allow');
    expect(verdict(group, 'shop/web', '9.9.9.9', 'tcp 443')).toBe('deny');
  });

  it('an admin policy under Cilium is undecided where it would change the answer: no source says who enforces it', () => {
    const yaml = `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: a }
spec: { priority: 1, subject: { namespaces: {} }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }
`;
    expect(verdict(yaml, 'data/db', 'shop/web')).toBe('unknown');
    expect(verdict(yaml, '8.8.8.8', 'shop/web')).toBe('allow');
  });
});
