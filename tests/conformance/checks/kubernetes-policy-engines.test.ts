import { describe, expect, it } from 'vitest';
import { type CheckCase, outcomeOf, pinCheck } from '../../support/check-cases.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  CALICO,
  CILIUM,
  cilium,
  cluster,
  NPM,
  objects,
  objectsOf,
  policy,
  pool,
  says,
  service,
  spoke,
  UNKNOWN_ENGINE,
  under,
  workload,
} from './kubernetes-world.ts';

const web = workload('web');
const hole = { $unknown: '{{ .Values.x }}' };

const egressTo = (...cidrs: readonly string[]) =>
  policy(
    'out',
    `  policyTypes: [Egress]\n  egress: [{ to: [${cidrs.map((cidr) => `{ ipBlock: { cidr: ${cidr} } }`).join()}] }]`,
  );
const ingressFrom = (peers: string) =>
  policy('in', `  policyTypes: [Ingress]\n  ingress: [{ from: [${peers}] }]`);
/** Its peers are an expression. */
const unreadPeers = (direction: 'ingress' | 'egress'): readonly Json[] => {
  const [object] = objectsOf(policy('open', ''));
  const [peers, types] = direction === 'ingress' ? ['from', 'Ingress'] : ['to', 'Egress'];
  const spec = { podSelector: {}, policyTypes: [types], [direction]: [{ [peers!]: [hole] }] };
  return [{ ...object, spec }];
};
const beside = (input: CheckCase, ...more: readonly Json[]): CheckCase => ({
  ...input,
  objects: [...(input.objects ?? []), ...more],
});

describe('addresses in policies', () => {
  // E35: the policy sees the backend pod, not the Service (10.0.0.0/16 by the world's cluster).
  pinCheck('policy/ip-block-covers-services', {
    pass: under(CILIUM, web, egressTo('203.0.113.0/24')),
    fail: says(
      under(CILIUM, web, egressTo('10.0.0.0/16')),
      'NetworkPolicy shop/out does not allow the calls to Services it was written for.',
    ),
    unknown: says(objects(web, egressTo('10.0.0.0/16')), 'the Service range'),
  });

  it('policy/ip-block-covers-services: everything is not meant as Services', () => {
    const all = under(CILIUM, web, egressTo('0.0.0.0/0'));
    expect(outcomeOf('policy/ip-block-covers-services', all).kind).toBe('pass');
  });

  // E1 and E2; E3 passes because a selector stands beside the block.
  pinCheck('policy/ip-block-covers-pods-on-cilium', {
    pass: under(
      CILIUM,
      web,
      policy(
        'out',
        '  policyTypes: [Egress]\n  egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }, { namespaceSelector: {} }] }]',
      ),
    ),
    fail: says(
      under(CILIUM, web, egressTo('0.0.0.0/0')),
      'Under Cilium NetworkPolicy shop/out admits fewer than it says: `0.0.0.0/0` covers addresses of pods and nodes',
    ),
    unknown: says(under(UNKNOWN_ENGINE, web, egressTo('0.0.0.0/0')), 'network policy engine'),
  });

  it('policy/ip-block-covers-pods-on-cilium: other engines match pods by address', () => {
    for (const engine of [CALICO, NPM]) {
      const outcome = outcomeOf(
        'policy/ip-block-covers-pods-on-cilium',
        under(engine, web, egressTo('0.0.0.0/0')),
      );
      expect(outcome.kind).toBe('not-applicable');
    }
  });

  // kubernetes-policy 2: entries of except must lie inside cidr.
  pinCheck('policy/except-outside-cidr', {
    pass: objects(web, ingressFrom('{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }')),
    fail: says(
      objects(web, ingressFrom('{ ipBlock: { cidr: 10.0.0.0/8, except: [11.0.0.0/16] } }')),
      'The cluster refuses NetworkPolicy shop/in: `except: 11.0.0.0/16` lies outside `10.0.0.0/8`.',
    ),
    unknown: { objects: unreadPeers('ingress') },
  });

  it('policy/except-outside-cidr says it alone: policy/invalid does not repeat it', () => {
    const input = objects(
      web,
      ingressFrom('{ ipBlock: { cidr: 10.0.0.0/8, except: [11.0.0.0/16] } }'),
    );
    expect(outcomeOf('policy/invalid', input).kind).toBe('pass');
  });

  // Truth table row 37 masks the bits; E38 loses the policy under an unrepaired NPM.
  pinCheck('policy/cidr-host-bits', {
    pass: objects(web, egressTo('192.168.1.0/24')),
    fail: says(
      objects(web, egressTo('192.168.1.77/24')),
      '`192.168.1.77/24` has host bits; it is read as 192.168.1.0/24',
    ),
    unknown: beside(objects(web, egressTo('192.168.1.0/24')), ...unreadPeers('egress')),
  });

  it('policy/cidr-host-bits (K8P-66): NPM may drop a policy with 10.0.0.0/0', () => {
    const outcome = outcomeOf('policy/cidr-host-bits', under(NPM, web, egressTo('10.0.0.0/0')));
    expect(outcome).toMatchObject({
      findings: [
        { message: expect.stringContaining('may drop NetworkPolicy shop/out as a whole') },
      ],
    });
  });

  const published = (traffic: string) =>
    service(
      'web',
      `  type: LoadBalancer\n  externalTrafficPolicy: ${traffic}\n  selector: { app: web }\n  ports: [{ port: 80, targetPort: 8080 }]`,
    );
  const clients = ingressFrom('{ ipBlock: { cidr: 203.0.113.0/24 } }');
  // E7 passes with Local; E8 and E6 with Cluster.
  pinCheck('policy/client-range-under-cluster-traffic-policy', {
    pass: under(CALICO, web, published('Local'), clients),
    fail: says(
      under(CALICO, web, published('Cluster'), clients),
      'Clients of shop/web are turned away: with traffic policy Cluster web sees a node, not the clients (203.0.113.0/24) that NetworkPolicy shop/in names.',
    ),
    unknown: says(
      objects(web, published('Cluster'), ingressFrom('{ ipBlock: { cidr: 10.9.0.0/16 } }')),
      'the node addresses',
    ),
  });

  it('policy/client-range-under-cluster-traffic-policy: what happens instead depends on the engine', () => {
    const said = (network: Json, ...policies: readonly string[]) => {
      const input = under(network, web, published('Cluster'), ...policies);
      const outcome = outcomeOf('policy/client-range-under-cluster-traffic-policy', input);
      return outcome.kind === 'fail' ? outcome.findings[0]?.message : outcome.kind;
    };
    expect(said(NPM, clients)).toContain('Everybody the load balancer admits reaches shop/web');
    expect(said(CILIUM, clients)).toContain('by the node that takes the connection');
    const nodes = policy('nodes', '  ingress: [{ from: [{ ipBlock: { cidr: 10.240.0.0/24 } }] }]');
    expect(said(CALICO, clients, nodes)).toContain('Everybody the load balancer admits');
    // A block that admits the nodes too is no client filter.
    expect(said(CALICO, ingressFrom('{ ipBlock: { cidr: 0.0.0.0/0 } }'))).toBe('pass');
  });
});

describe('Azure NPM', () => {
  const notIn = (values: string, extra = '') =>
    ingressFrom(
      `{ namespaceSelector: { matchExpressions: [{ key: team, operator: NotIn, values: [${values}] }${extra}] } }`,
    );
  const named = ', { key: kubernetes.io/metadata.name, operator: Exists }';
  // E36 and E37; the rewrite that kubernetes-policy 10 suggests passes.
  pinCheck('policy/negative-namespace-selector', {
    pass: under(NPM, web, notIn('a', named)),
    fail: says(
      under(NPM, web, notIn('a, b')),
      'NetworkPolicy shop/in may let in or out what it excludes: unrepaired agents take the values of one `NotIn` as alternatives',
    ),
    unknown: says(objects(web, notIn('a')), 'network policy engine'),
  });

  it('policy/negative-namespace-selector (K8P-68): Cilium releases with the defect match the world', () => {
    expect(
      outcomeOf('policy/negative-namespace-selector', under(CILIUM, web, notIn('a'))),
    ).toMatchObject({ findings: [{ message: expect.stringContaining('match world and host') }] });
    expect(
      outcomeOf('policy/negative-namespace-selector', under(CALICO, web, notIn('a'))).kind,
    ).toBe('not-applicable');
  });

  const blocks = (count: number) =>
    ingressFrom(
      Array.from({ length: count }, (_, i) => `{ ipBlock: { cidr: 20.${i}.0.0/16 } }`).join(),
    );
  // A2: warn above four ipBlocks in one policy.
  pinCheck('policy/npm-large-policy', {
    pass: under(NPM, web, blocks(4)),
    fail: says(
      under(NPM, web, blocks(5)),
      'Editing NetworkPolicy shop/in can briefly open the pods',
    ),
    unknown: says(under(UNKNOWN_ENGINE, web, blocks(5)), 'network policy engine'),
  });

  const many = (key: string) =>
    `{ key: ${key}, operator: In, values: [${Array.from({ length: 12 }, (_, i) => `v${i}`).join()}] }`;
  // 12 values over one key are 12 sets, over two keys 144.
  pinCheck('policy/npm-selector-explosion', {
    pass: under(NPM, web, ingressFrom(`{ podSelector: { matchExpressions: [${many('a')}] } }`)),
    fail: says(
      under(
        NPM,
        web,
        ingressFrom(`{ podSelector: { matchExpressions: [${many('a')}, ${many('b')}] } }`),
      ),
      'expands one of its selectors to 144 sets',
    ),
    unknown: beside(under(NPM, web), ...unreadPeers('ingress')),
  });

  const sized = (...pools: readonly Json[]): CheckCase => ({
    resources: [spoke, cluster(NPM, { agentPoolProfiles: pools })],
  });
  // A2: 250 nodes; the autoscaler's maximum counts.
  pinCheck('policy/npm-cluster-size', {
    pass: sized(pool({ count: 150 }), pool({ name: 'user', count: 100 })),
    fail: says(
      sized(pool({ count: 3, enableAutoScaling: true, minCount: 3, maxCount: 251 })),
      'aks may grow to 251 nodes, and Azure NPM is supported up to 250',
    ),
    unknown: says(sized(pool({ count: hole })), 'the node count of pool system'),
  });

  it('policy/npm-cluster-size (K8P-73): more than 20,000 pods', () => {
    const at = (replicas: number) =>
      outcomeOf('policy/npm-cluster-size', under(NPM, workload('web', 'shop', { replicas }))).kind;
    expect([at(20_000), at(20_001)]).toEqual(['pass', 'fail']);
  });

  const windows = workload('win', 'shop', { pod: 'nodeSelector: { kubernetes.io/os: windows }' });
  const byName = policy('in', '  ingress: [{ ports: [{ port: http }] }]');
  const byNumber = policy('in', '  ingress: [{ ports: [{ port: 8080 }] }]');
  // E11 for `except`; named ports likewise.
  pinCheck('policy/npm-windows-features', {
    pass: under(NPM, windows, byNumber),
    fail: says(
      under(NPM, windows, byName),
      'Azure NPM does not enforce NetworkPolicy shop/in on Windows',
    ),
    unknown: says(
      {
        ...under(NPM, web, byName),
        resources: [
          spoke,
          cluster(NPM, { agentPoolProfiles: [pool(), pool({ name: 'win', osType: 'Windows' })] }),
        ],
      },
      'run on Windows',
    ),
  });
});

describe('Cilium', () => {
  const api = workload('api', 'shop', { ports: ['http:9090'] });
  const toHttp = policy('out', '  policyTypes: [Egress]\n  egress: [{ ports: [{ port: http }] }]');
  // E9.
  pinCheck('policy/named-port-ambiguous-on-cilium', {
    pass: under(CILIUM, web, toHttp),
    fail: says(under(CILIUM, web, api, toHttp), 'port TCP `http` is 8080, 9090 on different pods'),
    unknown: says(objects(web, api, toHttp), 'network policy engine'),
  });

  const l7 =
    '  ingress: [{ toPorts: [{ ports: [{ port: "80" }], rules: { http: [{ method: GET }] } }] }]';
  const l4 = '  ingress: [{ toPorts: [{ ports: [{ port: "80" }] }] }]';
  const unreadPorts = objectsOf(cilium('api', '  ingress: [{ toPorts: [] }]', true)).map(
    (object): Json => ({
      ...object,
      spec: { endpointSelector: {}, ingress: [{ toPorts: [hole] }] },
    }),
  );
  // E41.
  pinCheck('policy/clusterwide-l7', {
    pass: objects(web, cilium('api', l4, true)),
    fail: says(
      objects(web, cilium('api', l7, true)),
      'AKS does not support the L7 rules of CiliumClusterwideNetworkPolicy api',
    ),
    unknown: { objects: unreadPorts },
  });

  const acns = (advancedNetworking: Json | undefined) => ({
    ...CILIUM,
    ...(advancedNetworking === undefined ? {} : { advancedNetworking }),
  });
  const level = (advancedNetworkPolicies: string) =>
    acns({ enabled: true, security: { enabled: true, advancedNetworkPolicies } });
  const names = '  egress: [{ toFQDNs: [{ matchName: api.example.com }] }]';
  pinCheck('policy/l7-needs-acns', {
    pass: under(level('L7'), web, cilium('in', l7)),
    fail: says(
      under(acns(undefined), web, cilium('in', l7)),
      'CiliumNetworkPolicy shop/in blocks what it was to allow',
    ),
    unknown: says(objects(web, cilium('in', l7)), 'the cluster resource'),
  });

  it('policy/l7-needs-acns: the level FQDN takes names and no L7 rules', () => {
    const at = (policies: string, text: string) =>
      outcomeOf('policy/l7-needs-acns', under(level(policies), web, cilium('in', text))).kind;
    expect([at('FQDN', names), at('FQDN', l7), at('None', names)]).toEqual([
      'pass',
      'fail',
      'fail',
    ]);
    const unsaid = under(acns({ enabled: true }), web, cilium('in', names));
    expect(outcomeOf('policy/l7-needs-acns', unsaid).kind).toBe('unknown');
  });

  // 41 workloads with labels of their own, 200 ports: 41 × 200 = 8,200 entries, above half of 16,384.
  const crowd = (count: number) => Array.from({ length: count }, (_, i) => workload(`w${i}`));
  const ports = Array.from({ length: 200 }, (_, i) => `{ port: ${1000 + i} }`).join();
  const wide = policy(
    'wide',
    `  ingress: [{ from: [{ namespaceSelector: {} }], ports: [${ports}] }]`,
  );
  pinCheck('policy/policy-map-overflow', {
    pass: under(CILIUM, ...crowd(40), wide),
    fail: says(
      under(CILIUM, ...crowd(41), wide),
      'in shop may start with everything denied: their rules fill Cilium’s policy map.',
    ),
    unknown: says(objects(...crowd(41), wide), 'network policy engine'),
  });
});
