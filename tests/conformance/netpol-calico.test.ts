import { describe, expect, it } from 'vitest';
import { shop } from './netpol-world.ts';

const verdict = (yaml: string, from: string, to: string, what?: string) =>
  shop(yaml).ask('calico', from, to, what).verdict.kind;

/** A Calico NetworkPolicy of namespace shop over its web pod. */
const web = (spec: string) => `
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  selector: app == 'web'
${spec}`;

describe('Calico', () => {
  it('K8P-35: a selector without namespaceSelector stays in the namespace of a namespaced policy', () => {
    const home = web('  ingress: [{ action: Allow, source: { selector: all() } }]');
    expect(verdict(home, 'shop/api', 'shop/web')).toBe('allow');
    expect(verdict(home, 'data/db', 'shop/web')).toBe('deny');
    const away = web(
      "  ingress: [{ action: Allow, source: { namespaceSelector: tier == 'back' } }]",
    );
    expect(verdict(away, 'data/db', 'shop/web')).toBe('allow');
    expect(verdict(away, 'shop/api', 'shop/web')).toBe('deny');
    expect(verdict(away, '8.8.8.8', 'shop/web')).toBe('deny');
  });

  it('K8P-38: the admin kinds are judged where their built-in tiers stand', () => {
    const tier = (order: string, action: string) => `
apiVersion: projectcalico.org/v3
kind: Tier
metadata: { name: security }
spec: { ${order} }
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: security.all }
spec: { tier: security, selector: app == 'web', types: [Ingress], ingress: [{ action: ${action} }] }
`;
    const admin = (action: string) => `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: first }
spec:
  priority: 0
  subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: web } } } }
  ingress: [{ action: ${action}, from: [{ namespaces: {} }] }]
`;
    const baseline = `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: { name: default }
spec:
  subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: web } } } }
  ingress: [{ action: Allow, from: [{ namespaces: {} }] }]
`;
    const asked = (...parts: string[]) => verdict(parts.join('---'), 'shop/api', 'shop/web');
    expect(asked(tier('order: 999', 'Deny'), admin('Allow'))).toBe('deny');
    expect(asked(tier('order: 999', 'Allow'), admin('Deny'))).toBe('allow');
    expect(asked(tier('order: 1001', 'Deny'), admin('Allow'))).toBe('allow');
    expect(asked(tier('order: 1001', 'Allow'), admin('Deny'))).toBe('deny');
    // Passed on by the admin kinds, then the tier, then the baseline.
    expect(asked(tier('order: 1001', 'Deny'), admin('Pass'), baseline)).toBe('deny');
    // A tier of order above 10 000 000, or of none, comes after the baseline.
    expect(asked(tier('order: 9999999', 'Deny'), baseline)).toBe('deny');
    expect(asked(tier('order: 10000001', 'Deny'), baseline)).toBe('allow');
    expect(asked(tier('', 'Deny'), baseline)).toBe('allow');
  });

  it('K8P-35: every field of a rule must hold, and nets match pods too', () => {
    const both = web(
      '  ingress: [{ action: Allow, source: { nets: [10.244.0.0/16], notNets: [10.244.1.0/24] } }]',
    );
    expect(verdict(both, 'shop/api', 'shop/web')).toBe('allow');
    expect(verdict(both, 'data/db', 'shop/web')).toBe('deny');
    const ports = web(
      "  ingress: [{ action: Allow, protocol: TCP, destination: { ports: [80, '8000:8090'], notPorts: [8081] } }]",
    );
    expect(verdict(ports, '8.8.8.8', 'shop/web', 'tcp 8080')).toBe('allow');
    expect(verdict(ports, '8.8.8.8', 'shop/web', 'tcp 8081')).toBe('deny');
    expect(verdict(ports, '8.8.8.8', 'shop/web', 'udp 8080')).toBe('deny');
  });

  it('K8P-35: notSelector also matches addresses Calico does not know; a positive negation does not', () => {
    const negative = web(
      '  ingress: [{ action: Deny, source: { notSelector: has(app) } }, { action: Allow }]',
    );
    expect(verdict(negative, '8.8.8.8', 'shop/web')).toBe('deny');
    expect(verdict(negative, 'shop/api', 'shop/web')).toBe('allow');
    const positive = web(
      "  ingress: [{ action: Deny, source: { selector: '!has(app)' } }, { action: Allow }]",
    );
    expect(verdict(positive, '8.8.8.8', 'shop/web')).toBe('allow');
  });

  it('K8P-37: an untracked policy is for host endpoints and leaves pods alone', () => {
    const yaml = `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: raw }
spec: { selector: all(), doNotTrack: true, applyOnForward: true, ingress: [{ action: Deny }] }
`;
    expect(verdict(yaml, '8.8.8.8', 'shop/web')).toBe('allow');
  });

  it('K8P-36: the own node is behind the host action, whatever the policies say', () => {
    expect(verdict(web('  types: [Egress]'), 'shop/web', '10.0.0.4', 'tcp 10250')).toBe('unknown');
    expect(verdict(web('  types: [Egress]'), 'shop/web', '10.0.0.5', 'tcp 10250')).toBe('deny');
  });

  it('K8P-31: Pass hands over to the next tier, a Kubernetes allow at 1000 loses against an earlier deny', () => {
    const yaml = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: open, namespace: shop }
spec: { podSelector: {}, ingress: [{}] }
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: late }
spec: { selector: all(), order: 2000, types: [Ingress], ingress: [{ action: Deny }] }
`;
    expect(verdict(yaml, '8.8.8.8', 'shop/web')).toBe('allow');
    expect(verdict(yaml.replace('2000', '10'), '8.8.8.8', 'shop/web')).toBe('deny');
  });

  it('network sets give names to addresses: global() reaches the global ones', () => {
    const yaml = `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: { name: partners, labels: { role: partner } }
spec: { nets: [203.0.113.0/24] }
---
${web("  ingress: [{ action: Allow, source: { selector: role == 'partner', namespaceSelector: global() } }]")}`;
    expect(verdict(yaml, '203.0.113.7', 'shop/web')).toBe('allow');
    expect(verdict(yaml, '198.51.100.7', 'shop/web')).toBe('deny');
    expect(verdict(yaml, 'shop/api', 'shop/web')).toBe('deny');
  });

  it('service accounts are matched by name; their labels are not in the input', () => {
    const named = web(
      '  ingress: [{ action: Allow, source: { serviceAccounts: { names: [api] } } }]',
    );
    expect(verdict(named, 'shop/api', 'shop/web')).toBe('allow');
    const labelled = web(
      "  ingress: [{ action: Allow, source: { serviceAccounts: { selector: role == 'a' } } }]",
    );
    expect(verdict(labelled, 'shop/api', 'shop/web')).toBe('unknown');
  });

  it('a selector that cannot be read is placed, and the policy stays in doubt', () => {
    const { diagnostics } = shop(
      web("  ingress: [{ action: Allow, source: { selector: app = 'x' } }]"),
    );
    expect(diagnostics[0]?.message).toContain('cannot be read at character 5');
    expect(diagnostics[0]?.at).toBeDefined();
  });

  it('a tier that is not in the input may stand anywhere: undecided where it matters', () => {
    const yaml = `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: security.web }
spec: { tier: security, selector: all(), types: [Ingress], ingress: [{ action: Deny, source: { nets: [8.0.0.0/8] } }, { action: Pass }] }
`;
    expect(verdict(yaml, '8.8.8.8', 'shop/web')).toBe('unknown');
    expect(verdict(yaml, '9.9.9.9', 'shop/web')).toBe('allow');
  });
});
