import { describe, expect, it } from 'vitest';
import { outcomeOf, pinCheck } from '../../support/check-cases.ts';
import {
  CILIUM,
  cilium,
  DENY_ALL,
  NPM,
  objects,
  objectsOf,
  policy,
  says,
  UNKNOWN_ENGINE,
  under,
  workload,
} from './kubernetes-world.ts';

const web = workload('web');
const api = workload('api', 'shop', { ports: ['http:9090'] });
const WEB = '{ matchLabels: { app: web } }';
/** A value of a manifest that some tool left out. */
const hole = { $unknown: '{{ .Values.x }}' };

/** The first manifest with this changed in its spec. */
function withSpec(yaml: string, spec: object) {
  const [first, ...rest] = objectsOf(yaml);
  return [{ ...first, spec: { ...(first!['spec'] as object), ...spec } }, ...rest];
}

describe('who is covered', () => {
  pinCheck('policy/workload-without-policy', {
    pass: under(CILIUM, web, api, DENY_ALL),
    fail: says(
      under(CILIUM, web, api, policy('web', '  policyTypes: [Ingress]', WEB)),
      'In shop any pod may reach api (no ingress policy), and web and api may send anywhere (no egress policy).',
    ),
    unknown: says(under(UNKNOWN_ENGINE, web, DENY_ALL), 'network policy engine'),
  });

  it('policy/workload-without-policy: one finding per namespace, names its workloads', () => {
    const outcome = outcomeOf('policy/workload-without-policy', objects(web, api));
    expect(outcome).toMatchObject({
      kind: 'fail',
      findings: [
        {
          subject: 'Namespace/shop',
          message:
            'Any pod may reach web and api in shop, and they may send anywhere: no policy covers them.',
        },
      ],
    });
  });

  it('policy/workload-without-policy leaves out host-network pods, and namespaces of AKS', () => {
    const system = workload('coredns', 'kube-system');
    const agent = workload('agent', 'ops', { pod: 'hostNetwork: true' });
    const kind = (input: Parameters<typeof outcomeOf>[1]) =>
      outcomeOf('policy/workload-without-policy', input).kind;
    expect(kind(objects(system, agent))).toBe('not-applicable');
    expect(kind({ ...objects(web), profile: 'dev' })).toBe('not-applicable');
  });

  it('policy/workload-without-policy: a cluster without engine does not excuse the missing policy', () => {
    const outcome = outcomeOf(
      'policy/workload-without-policy',
      under({ networkPolicy: 'none' }, web),
    );
    expect(JSON.stringify(outcome)).toContain('no engine that would act on a policy');
    expect(outcome.kind).toBe('fail');
    const written = under({ networkPolicy: 'none' }, web, DENY_ALL);
    expect(outcomeOf('policy/workload-without-policy', written).kind).toBe('pass');
  });

  it('policy/workload-without-policy: a selector nobody knows covers perhaps', () => {
    const perhaps = withSpec(policy('x', '  policyTypes: [Ingress, Egress]'), {
      podSelector: { matchLabels: { app: hole } },
    });
    const input = { objects: [...objectsOf(web), ...perhaps] };
    expect(outcomeOf('policy/workload-without-policy', input).kind).toBe('unknown');
  });

  pinCheck('policy/no-default-deny', {
    pass: under(CILIUM, web, DENY_ALL),
    fail: says(
      under(CILIUM, web, policy('deny', '  policyTypes: [Ingress]')),
      'A new workload in shop starts with open egress.',
    ),
    unknown: says(
      objects(
        web,
        `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: { name: default }
spec:
  subject: { namespaces: {} }
  ingress: [{ name: deny, action: Deny, from: [{ namespaces: {} }] }]`,
      ),
      'what BaselineAdminNetworkPolicy default leaves open',
    ),
  });

  // kubernetes-policy 1.5: policies add up; 2: one empty rule allows everything.
  pinCheck('policy/allow-all-egress', {
    pass: under(CILIUM, web, DENY_ALL, policy('open-ingress', '  ingress: [{}]', WEB)),
    fail: says(
      under(
        CILIUM,
        web,
        DENY_ALL,
        policy('web-out', '  policyTypes: [Egress]\n  egress: [{}]', WEB),
      ),
      'NetworkPolicy shop/web-out lets its pods reach every address again',
    ),
    unknown: {
      objects: [
        ...objectsOf([web, DENY_ALL].join('\n---\n')),
        ...withSpec(policy('web-out', '  policyTypes: [Egress]'), { egress: [{ to: [hole] }] }),
      ],
    },
  });

  it('policy/allow-all-egress: an open rule that no other policy closes is said on purpose', () => {
    const alone = policy('web-out', '  policyTypes: [Egress]\n  egress: [{}]', WEB);
    expect(outcomeOf('policy/allow-all-egress', under(CILIUM, web, alone)).kind).toBe('pass');
  });
});

describe('what is written and does nothing', () => {
  // Truth table row 10: egress rules beside policyTypes [Ingress] leave egress open.
  pinCheck('policy/dead-rules', {
    pass: objects(web, policy('web', '  egress: [{ ports: [{ port: 443 }] }]')),
    fail: says(
      objects(
        web,
        policy('web', '  policyTypes: [Ingress]\n  egress: [{ ports: [{ port: 443 }] }]'),
      ),
      'In NetworkPolicy shop/web 1 egress rule does nothing',
    ),
    unknown: { objects: withSpec(policy('web', ''), { policyTypes: hole, egress: [{}] }) },
  });

  pinCheck('policy/selects-nothing', {
    pass: objects(web, policy('web', '  ingress: []', WEB)),
    fail: says(
      objects(web, policy('web', '  ingress: []', '{ matchLabels: { app: wbe } }')),
      'NetworkPolicy shop/web protects nothing',
    ),
    unknown: says(
      objects(workload('db', 'data'), policy('web', '  ingress: []', WEB)),
      'the workloads of namespace shop',
    ),
  });

  pinCheck('policy/selects-host-network-only', {
    pass: objects(web, policy('web', '  ingress: []', WEB)),
    fail: says(
      objects(
        workload('agent', 'shop', { pod: 'hostNetwork: true' }),
        policy('agent', '  ingress: []', '{ matchLabels: { app: agent } }'),
      ),
      'it selects only host-network pods',
    ),
    unknown: {
      objects: [
        ...objectsOf(web),
        ...withSpec(policy('x', ''), { podSelector: { matchLabels: { app: hole } } }),
      ],
    },
  });

  // kubernetes-policy 9: staged kinds are never enforced.
  pinCheck('policy/staged-not-enforced', {
    pass: objects(web, DENY_ALL),
    fail: says(
      objects(`
apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata: { name: trial, namespace: shop }
spec: { selector: all() }`),
      'StagedNetworkPolicy shop/trial is not enforced',
    ),
  });

  pinCheck('policy/kind-not-enforced', {
    pass: under(CILIUM, web, cilium('web', '  ingress: [{}]')),
    fail: says(
      under(NPM, web, cilium('web', '  ingress: [{}]'), cilium('api', '  ingress: [{}]')),
      'Nothing enforces CiliumNetworkPolicy shop/web and shop/api',
    ),
    unknown: says(objects(web, cilium('web', '  ingress: [{}]')), 'network policy engine'),
  });

  // A peer needs a field (kubernetes-policy 2), and ports run to 65535.
  pinCheck('policy/invalid', {
    pass: objects(web, DENY_ALL),
    fail: says(
      objects(web, policy('web', '  ingress: [{ from: [{}] }]')),
      'The cluster refuses NetworkPolicy shop/web: nothing it says is enforced.',
    ),
  });

  it('policy/invalid: what is refused is judged by no other check', () => {
    const input = objects(
      web,
      policy('web', '  policyTypes: [Ingress]\n  egress: [{}]\n  ingress: [{ from: [{}] }]'),
    );
    expect(outcomeOf('policy/dead-rules', input).kind).toBe('not-applicable');
  });

  pinCheck('policy/unknown-field', {
    pass: objects(web, DENY_ALL),
    fail: says(
      objects(web, policy('web', '  ingress: [{ form: [{ podSelector: {} }] }]')),
      'NetworkPolicy shop/web may allow more than it says',
    ),
  });

  // Truth table row 30: a name that no container declares matches nothing.
  pinCheck('policy/named-port-undeclared', {
    pass: objects(web, policy('web', '  ingress: [{ ports: [{ port: http }] }]', WEB)),
    fail: says(
      objects(web, policy('web', '  ingress: [{ ports: [{ port: https }] }]', WEB)),
      'no pod it covers declares a port TCP `https`',
    ),
    unknown: says(
      objects(policy('web', '  ingress: [{ ports: [{ port: https }] }]', WEB)),
      'the workloads that NetworkPolicy shop/web covers',
    ),
  });

  const admin = (name: string, action: string, priority: number | object = 5) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'AdminNetworkPolicy',
    metadata: { name },
    spec: {
      priority,
      subject: { namespaces: {} },
      ingress: [{ action, from: [{ namespaces: {} }] }],
    },
  });
  // E34: equal priority, overlapping Allow and Deny.
  pinCheck('policy/admin-priority-tie', {
    pass: { objects: [...objectsOf(web), admin('a', 'Allow'), admin('b', 'Deny', 6)] },
    fail: {
      objects: [...objectsOf(web), admin('a', 'Allow'), admin('b', 'Deny')],
      says: 'AdminNetworkPolicy a decides by luck: it shares priority 5 with AdminNetworkPolicy b',
    },
    unknown: { objects: [...objectsOf(web), admin('a', 'Allow'), admin('b', 'Deny', hole)] },
  });
});

describe('names', () => {
  const KUBE_DNS = `{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }, podSelector: { matchLabels: { k8s-app: kube-dns } } }`;
  const dns = (ports: string, to = KUBE_DNS) =>
    policy('dns', `  policyTypes: [Egress]\n  egress: [{ to: [${to}], ports: [${ports}] }]`);
  const BOTH = '{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }';

  // Truth table row 38 and kubernetes-policy 7.
  pinCheck('policy/egress-without-dns', {
    pass: under(CILIUM, web, DENY_ALL, dns(BOTH)),
    fail: says(
      under(CILIUM, web, api, DENY_ALL),
      'web and api in shop cannot resolve any name: the egress policies leave port 53 out.',
    ),
    unknown: says(
      under(CILIUM, web, dns(BOTH, '{ namespaceSelector: { matchLabels: { purpose: dns } } }')),
      'labels of namespace `kube-system`',
    ),
  });

  it('policy/egress-without-dns: without TCP only long answers are lost', () => {
    const outcome = outcomeOf(
      'policy/egress-without-dns',
      under(CILIUM, web, DENY_ALL, dns('{ port: 53, protocol: UDP }')),
    );
    expect(outcome).toMatchObject({ findings: [{ severity: 'warning' }] });
  });

  it('policy/egress-without-dns (AKS-81): with LocalDNS the node-local resolver counts too', () => {
    const local = (policies: readonly string[]) => {
      const input = under(CILIUM, web, DENY_ALL, ...policies);
      const [vnet, aks] = input.resources!;
      const properties = aks!['properties'] as { agentPoolProfiles: object[] };
      const agentPoolProfiles = [
        { ...properties.agentPoolProfiles[0], localDNSProfile: { mode: 'Required' } },
      ];
      const resources = [vnet!, { ...aks, properties: { ...properties, agentPoolProfiles } }];
      return outcomeOf('policy/egress-without-dns', { ...input, resources }).kind;
    };
    const node = `  policyTypes: [Egress]\n  egress: [{ to: [{ ipBlock: { cidr: 169.254.10.0/24 } }], ports: [${BOTH}] }]`;
    expect(local([])).toBe('fail');
    expect(local([dns(BOTH)])).toBe('unknown');
    expect(local([dns(BOTH), policy('local', node)])).toBe('pass');
  });

  it('policy/egress-without-dns: pods that ask other servers are left out', () => {
    const own = workload('web', 'shop', { pod: 'dnsPolicy: Default' });
    expect(outcomeOf('policy/egress-without-dns', under(CILIUM, own, DENY_ALL)).kind).toBe(
      'not-applicable',
    );
  });

  pinCheck('policy/dns-to-anywhere', {
    pass: objects(web, dns(BOTH)),
    fail: says(
      objects(web, policy('dns', `  policyTypes: [Egress]\n  egress: [{ ports: [${BOTH}] }]`)),
      'NetworkPolicy shop/dns lets its pods ask any DNS server',
    ),
    unknown: {
      objects: [
        ...objectsOf(web),
        ...withSpec(policy('dns', '  policyTypes: [Egress]'), {
          egress: [{ to: hole, ports: [{ port: 53 }] }],
        }),
      ],
    },
  });

  const fqdn = '  egress:\n    - toFQDNs: [{ matchName: api.example.com }]';
  const seen = (pattern: string) => `${fqdn}
    - toEndpoints: [{ matchLabels: { k8s:io.kubernetes.pod.namespace: kube-system } }]
      toPorts: [{ ports: [{ port: "53", protocol: ANY }], rules: { dns: [{ matchPattern: "${pattern}" }] } }]`;
  // E16.
  pinCheck('policy/fqdn-without-dns-rule', {
    pass: objects(web, cilium('names', seen('*.example.com'))),
    fail: says(
      objects(web, cilium('names', fqdn)),
      'The names in CiliumNetworkPolicy shop/names never match',
    ),
    unknown: { objects: withSpec(cilium('names', '  ingress: []'), { egress: hole }) },
  });

  // E19.
  pinCheck('policy/cilium-dns-star', {
    pass: objects(web, cilium('names', seen('*.example.com'))),
    fail: says(objects(web, cilium('names', seen('*'))), 'AKS does not support the bare `*`'),
    unknown: { objects: withSpec(cilium('names', '  ingress: []'), { egress: hole }) },
  });
});
