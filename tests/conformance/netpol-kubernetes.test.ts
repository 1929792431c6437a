import { describe, expect, it } from 'vitest';
import { parseIp } from '../../src/net/index.ts';
import { evaluatePolicies } from '../../src/semantics/network-policy/index.ts';
import { podNamed, port, shop } from './netpol-world.ts';

/** A NetworkPolicy of namespace shop over its web pod. */
const web = (spec: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
${spec}`;

const DENY_INGRESS = web('  policyTypes: [Ingress]');
const DENY_EGRESS = web('  policyTypes: [Egress]');

describe('NetworkPolicy', () => {
  it('K8P-14: ::/0 does not cover IPv4, and 0.0.0.0/0 does not cover IPv6', () => {
    const { ask } = shop(web('  ingress: [{ from: [{ ipBlock: { cidr: "::/0" } }] }]'));
    expect(ask('generic', '8.8.8.8', 'shop/web').verdict.kind).toBe('deny');
    expect(ask('generic', '2001:db8::1', 'shop/web').verdict.kind).toBe('allow');
  });

  it('K8P-16: the own node reaches an isolated pod, another node does not', () => {
    const { ask } = shop(DENY_INGRESS);
    expect(ask('generic', '10.0.0.4', 'shop/web').verdict.kind).toBe('allow');
    expect(ask('generic', '10.0.0.5', 'shop/web').verdict.kind).toBe('deny');
  });

  it('K8P-18: ICMP under an isolating policy is undefined for engines that follow the API', () => {
    const { ask } = shop(DENY_INGRESS);
    expect(ask('generic', 'shop/api', 'shop/web', 'icmp').verdict.kind).toBe('unknown');
    expect(ask('calico', 'shop/api', 'shop/web', 'icmp').verdict.kind).toBe('deny');
  });

  it('K8P-15: a pod that reaches itself through its Service under NetworkPolicy is undecided on every engine (E32)', () => {
    const { ask } = shop(DENY_INGRESS);
    for (const engine of ['generic', 'azure-npm', 'calico', 'cilium'] as const) {
      const rest = { throughService: true };
      expect(ask(engine, 'shop/web', 'shop/web', 'tcp 8080', rest).verdict.kind).toBe('unknown');
      expect(ask(engine, 'shop/web', 'shop/web').verdict.kind).toBe('allow');
    }
  });

  it('K8P-17: a host-network client may be seen as a pod or as its node: undecided, never denied', () => {
    const { ask } = shop(
      web(
        '  ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: agent } } }] }]',
      ),
    );
    const { verdict } = ask('generic', 'data/agent', 'shop/web');
    expect(verdict.kind).toBe('unknown');
    expect(ask('cilium', 'data/agent', 'shop/web').verdict.kind).toBe('deny');
  });

  it('K8P-20: Cluster rewrites the source: undecided for the API, open under NPM, denied by Calico and Cilium (E6)', () => {
    const { ask } = shop(DENY_INGRESS);
    const rest = { arrival: 'load-balancer-cluster' } as const;
    const answers = (['generic', 'azure-npm', 'calico', 'cilium'] as const).map(
      (engine) => ask(engine, '203.0.113.9', 'shop/web', 'tcp 8080', rest).verdict.kind,
    );
    expect(answers).toEqual(['unknown', 'allow', 'deny', 'deny']);
  });

  it('K8P-20: Local keeps the client address, so a client range works on every engine (E7)', () => {
    const { ask } = shop(web('  ingress: [{ from: [{ ipBlock: { cidr: 203.0.113.9/32 } }] }]'));
    const rest = { arrival: 'load-balancer-local' } as const;
    for (const engine of ['generic', 'azure-npm', 'calico', 'cilium'] as const) {
      expect(ask(engine, '203.0.113.9', 'shop/web', 'tcp 8080', rest).verdict.kind).toBe('allow');
      expect(ask(engine, '203.0.113.10', 'shop/web', 'tcp 8080', rest).verdict.kind).toBe('deny');
    }
  });

  it('K8P-53, K8P-61: a client range behind Cluster proves nothing; NPM does not enforce it (E8)', () => {
    const { ask } = shop(web('  ingress: [{ from: [{ ipBlock: { cidr: 203.0.113.9/32 } }] }]'));
    const rest = { arrival: 'load-balancer-cluster' } as const;
    const of = (engine: 'generic' | 'azure-npm' | 'calico' | 'cilium') =>
      ask(engine, '203.0.113.9', 'shop/web', 'tcp 8080', rest);
    expect(of('generic').verdict.kind).toBe('unknown');
    expect(of('azure-npm').verdict.kind).toBe('allow');
    expect(of('cilium').verdict.kind).toBe('unknown');
    expect(of('calico').verdict.kind).toBe('unknown');
  });

  it('K8P-62: Azure NPM does not cover IPv6 (E12)', () => {
    const { ask } = shop(DENY_INGRESS);
    expect(ask('azure-npm', '2001:db8::1', 'shop/web').verdict.kind).toBe('allow');
    for (const engine of ['generic', 'calico', 'cilium'] as const) {
      expect(ask(engine, '2001:db8::1', 'shop/web').verdict.kind).toBe('deny');
    }
  });

  it('K8P-63: on Windows Azure NPM leaves a policy with except unenforced (E11)', () => {
    const windows = `
apiVersion: v1
kind: Pod
metadata: { name: win, namespace: shop, labels: { app: win } }
spec: { nodeSelector: { kubernetes.io/os: windows }, containers: [{}] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: win, namespace: shop }
spec:
  podSelector: { matchLabels: { app: win } }
  ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }] }]
`;
    const { ask } = shop(windows);
    expect(ask('azure-npm', '8.8.8.8', 'shop/win').verdict.kind).toBe('allow');
    expect(ask('generic', '8.8.8.8', 'shop/win').verdict.kind).toBe('deny');
  });

  it('K8P-70: without an engine every policy is ignored, and the verdict says so', () => {
    const { verdict } = shop(DENY_INGRESS).ask('none', '8.8.8.8', 'shop/web');
    expect(verdict).toMatchObject({ kind: 'allow', by: { kind: 'default' } });
    expect(verdict.by.name).toContain('ignored');
  });

  it('K8P-71: a Cilium policy under an unnamed engine leaves the answer open; Azure NPM ignores it', () => {
    const { ask } = shop(`
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: web, namespace: shop }
spec: { endpointSelector: { matchLabels: { app: web } }, ingress: [{ fromEntities: [cluster] }] }
`);
    expect(ask('generic', '8.8.8.8', 'shop/web').verdict.kind).toBe('unknown');
    expect(ask('generic', 'shop/api', 'shop/web').verdict.kind).toBe('allow');
    expect(ask('azure-npm', '8.8.8.8', 'shop/web').verdict.kind).toBe('allow');
    expect(ask('cilium', '8.8.8.8', 'shop/web').verdict.kind).toBe('deny');
  });

  it('an unknown engine answers only where every engine agrees, none included', () => {
    const { ask } = shop(DENY_INGRESS);
    const { verdict } = ask('unknown', '8.8.8.8', 'shop/web');
    expect(verdict).toMatchObject({
      kind: 'unknown',
      why: [{ missing: "the cluster's network policy engine" }],
    });
    expect(ask('unknown', '8.8.8.8', 'shop/api').verdict.kind).toBe('allow');
  });

  it('a denial names the policy that isolates and its place; several stand beside it', () => {
    const { ask } = shop(`${DENY_INGRESS}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: all, namespace: shop }
spec: { podSelector: {} }
`);
    const { ingress } = ask('generic', '8.8.8.8', 'shop/web');
    expect(ingress?.verdict).toMatchObject({
      kind: 'deny',
      by: { name: 'NetworkPolicy shop/web', at: expect.anything() },
      also: [{ name: 'NetworkPolicy shop/all' }],
    });
    expect(ingress?.isolatedBy).toEqual(['NetworkPolicy shop/web', 'NetworkPolicy shop/all']);
  });

  it('labels of a namespace nobody declared are a missing fact where a selector depends on them', () => {
    const { ask } = shop(`
apiVersion: v1
kind: Pod
metadata: { name: job, namespace: batch, labels: { app: job } }
spec: { containers: [{}] }
---
${web('  ingress: [{ from: [{ namespaceSelector: { matchLabels: { tier: front } } }] }]')}
`);
    const { verdict } = ask('generic', 'batch/job', 'shop/web');
    expect(verdict.kind).toBe('unknown');
    expect(verdict.kind === 'unknown' && verdict.why[0]?.missing).toContain('namespace `batch`');
  });

  it('an address known only as one of many is denied, allowed or undecided by what the block covers', () => {
    const { policies, objects } = shop(
      web('  policyTypes: [Egress]\n  egress: [{ to: [{ ipBlock: { cidr: 20.0.0.0/8 } }] }]'),
    );
    const ask = (low: string, high: string) =>
      evaluatePolicies(policies, 'generic', {
        direction: 'egress',
        subject: podNamed(objects, 'shop/web'),
        peer: {
          kind: 'address',
          address: {
            kind: 'within',
            label: 'storage',
            addresses: {
              v4: [Number(parseIp(low)!.value), Number(parseIp(high)!.value)],
              v6: [],
            },
          },
        },
        protocol: 'tcp',
        port: port(443),
      }).verdict.kind;
    expect(ask('20.1.0.0', '20.1.255.255')).toBe('allow');
    expect(ask('21.1.0.0', '21.1.255.255')).toBe('deny');
    expect(ask('20.1.0.0', '21.1.255.255')).toBe('unknown');
  });

  it('says how another engine would answer', () => {
    const { ask } = shop(
      web('  policyTypes: [Egress]\n  egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }]'),
    );
    expect(ask('generic', 'shop/web', 'data/db', 'tcp 5432').egress?.engineNote).toBe(
      'would be denied under Cilium',
    );
    expect(ask('cilium', 'shop/web', 'data/db', 'tcp 5432').egress?.engineNote).toBe(
      'would be allowed under Azure NPM and Calico',
    );
    expect(ask('generic', 'shop/web', '8.8.8.8', 'tcp 443').egress?.engineNote).toBeUndefined();
  });

  it('egress to the own node: open by contract, the host action under Calico, an entity under Cilium (E4)', () => {
    const { ask } = shop(DENY_EGRESS);
    const answers = (['generic', 'azure-npm', 'calico', 'cilium'] as const).map(
      (engine) => ask(engine, 'shop/web', '10.0.0.4', 'tcp 10250').verdict.kind,
    );
    expect(answers).toEqual(['allow', 'allow', 'unknown', 'deny']);
  });

  it('two replicas of one workload are two pods: policy applies between them', () => {
    const deployment = (replicas: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  ${replicas}
  template: { metadata: { labels: { app: web } }, spec: { containers: [{}] } }
---
${DENY_INGRESS}`;
    expect(
      shop(deployment('replicas: 3')).ask('generic', 'shop/cart', 'shop/cart').verdict.kind,
    ).toBe('deny');
    expect(
      shop(deployment('replicas: 1')).ask('generic', 'shop/cart', 'shop/cart').verdict.kind,
    ).toBe('allow');
  });
});

describe('what the API server refuses', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'a selector that is a list',
      '  policyTypes: [Ingress]\n  ingress: [{ from: [{ podSelector: [] }] }]',
      'selector object',
    ],
    ['an empty peer', '  ingress: [{ from: [{}] }]', 'a peer needs'],
    [
      'ipBlock beside a selector',
      '  ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: 10.0.0.0/8 } }] }]',
      'stands alone',
    ],
    [
      'except outside its block',
      '  ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [11.0.0.0/16] } }] }]',
      'lies outside',
    ],
    ['a port in quotes', '  ingress: [{ ports: [{ port: "80" }] }]', 'without quotes'],
    ['endPort without port', '  ingress: [{ ports: [{ endPort: 80 }] }]', 'needs a numeric'],
    ['endPort below port', '  ingress: [{ ports: [{ port: 90, endPort: 80 }] }]', 'not below port'],
    ['an unknown protocol', '  ingress: [{ ports: [{ protocol: tcp }] }]', 'none of TCP'],
    [
      'an operator without values',
      '  ingress: [{ from: [{ podSelector: { matchExpressions: [{ key: a, operator: In }] } }] }]',
      'needs `values`',
    ],
    ['a policy type in lower case', '  policyTypes: [ingress]', 'takes Ingress and Egress'],
  ];
  for (const [what, spec, message] of cases) {
    it(`${what} is reported, and what the cluster does stays open`, () => {
      const { ask, diagnostics } = shop(web(spec));
      expect(diagnostics.map((one) => one.code)).toContain('policy/invalid');
      expect(diagnostics.map((one) => one.message).join('\n')).toContain(message);
      expect(ask('generic', '198.51.100.1', 'shop/web', 'tcp 1').verdict.kind).toBe('unknown');
    });
  }

  it('a field in the wrong case is another field: reported, and the policy stays in doubt', () => {
    const { ask, diagnostics } = shop(web('  policytypes: [Egress]\n  ingress: [{}]'));
    expect(diagnostics).toMatchObject([{ code: 'policy/unknown-field' }]);
    expect(ask('generic', '8.8.8.8', 'shop/web').verdict.kind).toBe('allow');
  });
});

describe('admin policies', () => {
  const anp = (name: string, priority: number, rules: string) => `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: ${name} }
spec: { priority: ${priority}, subject: { namespaces: { matchLabels: { tier: front } } }, ${rules} }
`;

  it('K8P-24: equal priorities with different actions leave the answer open (E34)', () => {
    const { ask } = shop(
      `${anp('a', 5, 'ingress: [{ action: Allow, from: [{ namespaces: {} }] }]')}---${anp('b', 5, 'ingress: [{ action: Deny, from: [{ namespaces: {} }] }]')}`,
    );
    const { verdict } = ask('generic', 'data/db', 'shop/web');
    expect(verdict.kind).toBe('unknown');
    expect(verdict.kind === 'unknown' && verdict.why[0]?.missing).toContain('share one priority');
  });

  it('K8P-24: equal priorities that agree, or of which one has nothing to say, are no question', () => {
    const { ask } = shop(
      `${anp('a', 5, 'ingress: [{ action: Deny, from: [{ namespaces: {} }] }]')}---${anp('b', 5, 'ingress: [{ action: Allow, from: [{ namespaces: { matchLabels: { tier: none } } }] }]')}`,
    );
    expect(ask('generic', 'data/db', 'shop/web').verdict.kind).toBe('deny');
  });

  it('K8P-26: a field nobody knows fails closed: Allow matches nothing, Deny denies everything', () => {
    const allow = shop(
      `${anp('a', 5, 'ingress: [{ action: Allow, from: [{ future: {} }] }, { action: Deny, from: [{ namespaces: {} }] }]')}`,
    );
    expect(allow.ask('generic', 'data/db', 'shop/web').verdict.kind).toBe('deny');
    expect(allow.diagnostics).toMatchObject([{ code: 'policy/unknown-field' }]);
    const pass = shop(anp('a', 5, 'ingress: [{ action: Pass, from: [{ future: {} }] }]'));
    expect(pass.ask('generic', '8.8.8.8', 'shop/web').verdict.kind).toBe('deny');
  });

  it('K8P-29: a ClusterNetworkPolicy reaches a pod through its own Service (E33)', () => {
    const { ask } = shop(`
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: all }
spec: { tier: Admin, priority: 1, subject: { namespaces: {} }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }
`);
    const rest = { throughService: true };
    expect(ask('generic', 'shop/web', 'shop/web', 'tcp 8080', rest).verdict.kind).toBe('deny');
    expect(ask('generic', 'shop/web', 'shop/web').verdict.kind).toBe('allow');
  });

  it('K8P-25: nodes are named by their labels; host-network pods are no peers', () => {
    const { ask } = shop(
      anp('a', 5, 'egress: [{ action: Deny, to: [{ nodes: { matchLabels: { pool: user } } }] }]'),
    );
    expect(ask('generic', 'shop/web', '10.0.0.5', 'tcp 22').verdict.kind).toBe('deny');
    expect(ask('generic', 'shop/web', 'data/db', 'tcp 22').verdict.kind).toBe('allow');
  });

  it('a priority out of range, two peers in one entry and an action of the other kind are refused', () => {
    const { diagnostics } = shop(
      anp(
        'a',
        1001,
        'ingress: [{ action: Accept, from: [{ namespaces: {} }] }, { action: Deny, from: [{ namespaces: {}, pods: {} }] }]',
      ),
    );
    expect(diagnostics.map((one) => one.message)).toEqual([
      expect.stringContaining('0 to 1000'),
      expect.stringContaining('`Accept` is not one of AdminNetworkPolicy'),
      expect.stringContaining('exactly one of'),
    ]);
  });
});
