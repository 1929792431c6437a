import { describe, expect, it } from 'vitest';
import { addressOf, NODES, planSmall } from '../../../../tests/support/small-cluster.ts';
import type { Json } from '../../../../tests/support/snapshot-of.ts';

const workload = (kind: string, name: string, spec: Json = {}, pod: Json = {}): Json => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'shop' },
  spec: {
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }], ...pod },
    },
    ...spec,
  },
});

const policy = (name: string, spec: Json): Json => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'shop' },
  spec,
});

const service = (name: string, spec: Json): Json => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec },
});

const endsOf = (objects: readonly Json[], options = {}) =>
  planSmall(objects, options)
    .ends.map(({ name }) => name)
    .filter((name) => name.startsWith('pod/'));

describe('which pods run', () => {
  it('one of each workload, two where it has several, none where it is scaled away', () => {
    expect(
      endsOf([
        workload('Deployment', 'one'),
        workload('Deployment', 'many', { replicas: 7 }),
        workload('Deployment', 'none', { replicas: 0 }),
      ]),
    ).toEqual(['pod/shop/many-0', 'pod/shop/many-1', 'pod/shop/one-0']);
  });

  it('a DaemonSet on every node, and two replicas on two nodes', () => {
    const part = planSmall([
      workload('DaemonSet', 'agent'),
      workload('Deployment', 'web', { replicas: 2 }),
    ]);
    const nodesOf = (name: string) =>
      part.links
        .map(({ ends }) => ends.map(({ host }) => host))
        .filter(([pod]) => pod?.startsWith(`shop-${name}`))
        .map(([, node]) => node)
        .sort();
    expect(nodesOf('agent')).toEqual(['n1', 'n2']);
    expect(nodesOf('web')).toEqual(['n1', 'n2']);
  });

  it('a pod for Windows, or for labels no node has, is a gap with its reason', () => {
    const part = planSmall([
      workload('Deployment', 'old', {}, { nodeSelector: { 'kubernetes.io/os': 'windows' } }),
      workload('Deployment', 'fast', {}, { nodeSelector: { disk: 'ssd' } }),
    ]);
    expect(part.gaps.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      'Deployment shop/fast: no node of the lab has the labels that its `nodeSelector` wants',
      'Deployment shop/old: the lab has no Windows nodes',
    ]);
  });

  it('two workloads of one name are two ends and two namespaces', () => {
    const part = planSmall([workload('Deployment', 'web'), workload('StatefulSet', 'web')]);
    const ends = part.ends.filter(({ name }) => name.startsWith('pod/'));
    expect(ends.map(({ name, traceName }) => [name, traceName])).toEqual([
      ['pod/shop/web-0', 'deploy:shop/web'],
      ['pod/shop/web-0-statefulset', 'sts:shop/web'],
    ]);
    expect(new Set(ends.map(({ host }) => host)).size).toBe(2);
  });

  it('names of namespaces are short, plain and unique, whatever the input calls them', () => {
    const names = ['a'.repeat(60), `${'a'.repeat(60)}b`, 'x; reboot #', '…'];
    const part = planSmall(names.map((name) => workload('Deployment', name)));
    const hosts = part.hosts.map(({ name }) => name);
    expect(new Set(hosts).size).toBe(hosts.length);
    for (const host of hosts) expect(host).toMatch(/^[a-z0-9][a-z0-9-]{0,19}$/);
  });
});

describe('addresses of pods', () => {
  it('AZN-50: overlay gives each node a /24 of the pod range', () => {
    const part = planSmall([workload('DaemonSet', 'web')]);
    expect(part.podRoutes).toEqual([
      { prefix: '10.244.0.0/24', node: 'n1', inSubnet: false, cluster: 'small' },
      { prefix: '10.244.1.0/24', node: 'n2', inSubnet: false, cluster: 'small' },
    ]);
    // The first address of each block that Azure gives out is taken by the cluster's DNS.
    expect(addressOf(part, 'pod/shop/web-0')).toBe('10.244.0.5');
    expect(addressOf(part, 'pod/shop/web-1')).toBe('10.244.1.5');
  });

  it('AZN-50: flat modes take addresses of the subnet, one route each, and say when none is left', () => {
    const part = planSmall(
      [workload('DaemonSet', 'web'), workload('Deployment', 'late', { replicas: 2 })],
      {
        addressing: 'pod-subnet',
        podRange: '10.9.0.0/24',
        podAddresses: ['10.9.0.4', '10.9.0.5'],
      },
    );
    expect(part.podRoutes).toEqual([
      { prefix: '10.9.0.4/32', node: 'n1', inSubnet: true, cluster: 'small' },
      { prefix: '10.9.0.5/32', node: 'n2', inSubnet: true, cluster: 'small' },
    ]);
    const left = part.gaps.filter(({ why }) => why === 'its node has no address left for pods');
    expect(left.map(({ what }) => what)).toContain('DaemonSet shop/web');
  });

  it('a range too small for a /24 per node leaves the other nodes without pods', () => {
    const part = planSmall([workload('DaemonSet', 'web')], { podRange: '10.244.7.0/24' });
    expect(part.podRoutes.map(({ prefix }) => prefix)).toEqual(['10.244.7.0/24']);
    expect(part.gaps.map(({ what }) => what)).toContain('DaemonSet shop/web');
  });
});

describe('the cluster DNS', () => {
  const part = planSmall([
    workload('Deployment', 'web'),
    workload('StatefulSet', 'db', { replicas: 2 }),
    service('web', { clusterIP: '10.2.0.20' }),
    service('db', { clusterIP: 'None', selector: { app: 'db' } }),
    service('bank', { type: 'ExternalName', externalName: 'API.bank.example.' }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace: 'kube-system' },
      spec: {
        clusterIP: '10.2.0.10',
        selector: { 'k8s-app': 'kube-dns' },
        ports: [{ port: 53, protocol: 'UDP' }],
      },
    },
  ]);
  const config = JSON.parse(part.files[0]?.text ?? '{}');

  it('stands in where the input has none, answers Services by name and asks the node for the rest', () => {
    expect(part.processes.map(({ command }) => command[0])).toEqual([
      'agent:dns-forwarder',
      'agent:dns-forwarder',
    ]);
    expect(config).toMatchObject({ zone: 'cluster.local', upstream: ['168.63.129.16'] });
    expect(config.records).toContainEqual({
      name: 'web.shop.svc.cluster.local',
      addresses: ['10.2.0.20'],
    });
    expect(part.simplifications.join()).toContain('CoreDNS is a stand-in');
  });

  it('names the pods of a headless Service, together and each', () => {
    const pods = ['pod/shop/db-0', 'pod/shop/db-1'].map((end) => addressOf(part, end));
    const of = (name: string) =>
      config.records.find((each: { name: string }) => each.name === name)?.addresses;
    expect(of('db.shop.svc.cluster.local').sort()).toEqual([...pods].sort());
    expect(of('db-1.db.shop.svc.cluster.local')).toEqual([pods[1]]);
  });

  it('an ExternalName is an alias', () => {
    expect(config.aliases).toEqual([
      { name: 'bank.shop.svc.cluster.local', target: 'api.bank.example' },
    ]);
  });

  it('is what pods ask; a pod with dnsPolicy Default asks whom its node asks', () => {
    const own = planSmall([
      workload('Deployment', 'plain'),
      workload('Deployment', 'other', {}, { dnsPolicy: 'Default' }),
      {
        ...service('kube-dns', { clusterIP: '10.2.0.10', selector: { 'k8s-app': 'kube-dns' } }),
        metadata: { name: 'kube-dns', namespace: 'kube-system' },
      },
    ]);
    const resolversOf = (host: string) => own.hosts.find(({ name }) => name === host)?.resolvers;
    expect(resolversOf('shop-plain-0')).toEqual(['10.2.0.10']);
    expect(resolversOf('shop-other-0')).toEqual(['168.63.129.16']);
  });
});

describe('what the lab cannot do', () => {
  const doubts = (objects: readonly Json[], engine: 'generic' | 'cilium' | 'calico' | 'unknown') =>
    planSmall([workload('Deployment', 'web'), workload('Deployment', 'api'), ...objects], {
      engine,
    })
      .ends.filter(({ notProbed }) => notProbed !== undefined)
      .map(({ name, notProbed }) => `${name}: ${notProbed}`);

  it('a policy with something unknown takes its pods out of what is asked', () => {
    const unknown = policy('p', {
      podSelector: { matchLabels: { app: 'web' } },
      ingress: [{ ports: [{ port: { $unknown: '{{ port }}', missing: 'a value for port' } }] }],
    });
    expect(doubts([unknown], 'generic')).toEqual([
      'pod/shop/web-0: NetworkPolicy shop/p: a value for port is not known',
    ]);
  });

  it('an unknown selector may mean every pod of the namespace', () => {
    const unknown = policy('p', { podSelector: { $unknown: 'x', missing: 'the labels' } });
    expect(doubts([unknown], 'generic')).toHaveLength(2);
  });

  it('K8P-46: rules about requests are not compiled', () => {
    const http = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name: 'l7', namespace: 'shop' },
      spec: {
        endpointSelector: { matchLabels: { app: 'web' } },
        ingress: [{ toPorts: [{ ports: [{ port: '80' }], rules: { http: [{ path: '/a' }] } }] }],
      },
    };
    expect(doubts([http], 'cilium')).toEqual([
      'pod/shop/web-0: CiliumNetworkPolicy shop/l7: a rule of it looks at requests, which the lab does not',
    ]);
  });

  it('K8P-24: admin policies of equal priority leave their pods undecided', () => {
    const admin = (name: string, action: string) => ({
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: { name },
      spec: {
        priority: 5,
        subject: { namespaces: {} },
        ingress: [{ action, from: [{ namespaces: {} }] }],
      },
    });
    expect(doubts([admin('a', 'Allow'), admin('b', 'Deny')], 'generic')).toHaveLength(2);
    expect(doubts([admin('a', 'Allow')], 'generic')).toEqual([]);
  });

  it('K8P-71: kinds the engine does not know are left out and said', () => {
    const global = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'deny' },
      spec: { selector: 'all()', ingress: [{ action: 'Deny' }] },
    };
    const part = planSmall([workload('Deployment', 'web'), global], { engine: 'cilium' });
    expect(part.gaps.map(({ what }) => what)).toContain('GlobalNetworkPolicy deny');
    expect(part.hosts.map(({ nftables }) => nftables).join()).not.toContain('sp-policies');
  });

  it('AZN-52: without a known engine nothing is enforced and nothing asked', () => {
    expect(doubts([policy('p', { podSelector: {} })], 'unknown')).toHaveLength(2);
  });

  it('names from the input cannot leave their place in a ruleset', () => {
    const hostile = policy('x"; flush ruleset\n#', { podSelector: {} });
    const part = planSmall([workload('Deployment', 'web'), hostile]);
    const rules = part.hosts.map(({ nftables }) => nftables).join('\n');
    expect(rules).toContain('policy=shop/x___flush_ruleset__');
    // Elsewhere it stands in comments alone.
    for (const line of rules.split('\n').filter((each) => each.includes('flush ruleset'))) {
      expect(line.trim()).toMatch(/^# /);
    }
  });
});

describe('the plan', () => {
  it('is the same whatever the order of the input', () => {
    const objects = [
      workload('Deployment', 'web', { replicas: 3 }),
      workload('Deployment', 'api'),
      workload('DaemonSet', 'agent', {}, { hostNetwork: true }),
      service('web', {}),
      service('api', { selector: { app: 'api' }, type: 'LoadBalancer' }),
      policy('b', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }),
      policy('a', { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Egress'] }),
    ];
    const options = { frontends: { 'shop/api': '203.0.113.65' } };
    const one = JSON.stringify(planSmall(objects, options));
    for (const turned of [[...objects].reverse(), [...objects.slice(3), ...objects.slice(0, 3)]]) {
      expect(JSON.stringify(planSmall(turned, options))).toBe(one);
    }
  });

  it('SCTP rules are about SCTP alone', () => {
    const rules = planSmall([
      workload('Deployment', 'web'),
      policy('p', { podSelector: {}, ingress: [{ ports: [{ protocol: 'SCTP', port: 80 }] }] }),
    ]).hosts.map(({ nftables }) => nftables);
    expect(rules.join()).toContain('sctp dport { 80 } accept');
    expect(rules.join()).not.toMatch(/(tcp|udp) dport \{ 80 \} accept/);
  });

  it('every front end without a known address is said', () => {
    const part = planSmall([
      workload('Deployment', 'web'),
      service('web', { type: 'LoadBalancer' }),
    ]);
    expect(part.frontendRoutes).toEqual([]);
    expect(part.gaps.map(({ what }) => what)).toContain('Service shop/web');
  });

  it('nodes answer for themselves', () => {
    const part = planSmall([workload('Deployment', 'web')]);
    expect(part.ends.slice(0, 2).map(({ name, addresses }) => [name, addresses[0]])).toEqual(
      Object.entries(NODES).map(([node, address]) => [`node/${node}`, address]),
    );
  });
});
