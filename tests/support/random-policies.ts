import type { Dice } from './compare-deciders.ts';
import type { Json } from './snapshot-of.ts';

/** Small random clusters and policies of every API, as manifests. Labels, ports and addresses are few, so that they meet often. */

export interface PolicyKinds {
  readonly network: number;
  readonly admin: number;
  readonly calico: number;
  readonly cilium: number;
  /** Chance of an unknown in each place that may hold one. */
  readonly unknowns: number;
  /** More pods like those there are, each with an address next to the first one's. */
  readonly copies?: number;
}

export interface RandomCluster {
  readonly manifests: readonly Json[];
}

const NAMESPACES = ['x', 'y', 'z', 'w'];
export const PORTS = [0, 53, 80, 81, 443, 8080, 65535];
export const NAMES = ['a.x.io', 'b.a.x.io', 'x.io', 'api.example.com', 'other.org'];
/** Live pods and nodes, ends of blocks, and what lies outside. */
export const ADDRESSES = [
  ...['10.244.0.10', '10.244.0.11', '10.244.1.10', '10.244.1.11', '10.244.2.0', '10.244.255.255'],
  ...['10.0.0.4', '10.0.0.5', '10.0.0.77', '10.1.2.3', '192.168.1.1', '8.8.8.8', '20.0.0.1'],
  ...['100.64.0.9', 'fd00::10', '2001:db8::1'],
];
const BLOCKS = [
  ...['0.0.0.0/0', '10.0.0.0/8', '10.244.0.0/24', '10.244.0.11/32', '10.0.0.0/24', '8.8.8.8/32'],
  ...['20.0.0.0/8', '::/0', '192.168.1.77/24'],
];

/** The same pod again, under another name. */
function copyOf(pod: Json, copy: number): Json {
  const metadata = pod['metadata'] as Json;
  const status = pod['status'] as Json | undefined;
  const last = 100 + copy + Number(String(metadata['name']).slice(1)) * 10;
  const address = String(status?.['podIP']).replace(/\d+$/, String(last));
  return {
    ...pod,
    metadata: { ...metadata, name: `${metadata['name']}-${copy}` },
    ...(status === undefined ? {} : { status: { ...status, podIP: address } }),
  };
}

export function clusterOf(dice: Dice, kinds: PolicyKinds): RandomCluster {
  const make = makerOf(dice, kinds.unknowns, kinds.copies ?? 0);
  const count = (most: number) => dice.number(most + 1);
  const several = (most: number, one: (index: number) => Json) =>
    Array.from({ length: count(most) }, (_, index) => one(index));
  return {
    manifests: [
      ...make.cluster(),
      ...several(kinds.network, (index) => make.network(`n${index}`)),
      ...several(kinds.admin, (index) => make.admin(`a${index}`)),
      ...several(kinds.calico, (index) => make.calico(`c${index}`)),
      ...several(kinds.cilium, (index) => make.cilium(`l${index}`)),
      ...(kinds.calico > 0 ? make.calicoSets() : []),
    ],
  };
}

function makerOf(dice: Dice, unknowns: number, copies: number) {
  const { pick, chance, number } = dice;
  const unsure = (value: unknown, what: string): unknown =>
    chance(unknowns) ? { $unknown: `\${${what}}`, missing: `the value of ${what}` } : value;
  const list = <T>(most: number, one: () => T): T[] =>
    Array.from({ length: number(most + 1) }, () => one());
  const some = <T>(most: number, one: () => T): T[] => [one(), ...list(most - 1, one)];

  const labels = (): Json =>
    pick<Json>([{}, { app: 'a' }, { app: 'b' }, { app: 'a', tier: 'web' }, { tier: 'web' }]);
  const selector = (): unknown => {
    if (chance(0.2)) return {};
    if (chance(0.5)) {
      return {
        matchLabels: { ...labels(), ...(chance(unknowns) ? { app: unsure('a', 'app') } : {}) },
      };
    }
    const expression = () =>
      pick<Json>([
        { key: 'app', operator: 'In', values: ['a', 'c'] },
        { key: 'app', operator: 'NotIn', values: ['a'] },
        { key: 'tier', operator: 'Exists' },
        { key: 'tier', operator: 'DoesNotExist' },
      ]);
    return { matchExpressions: some(2, expression) };
  };
  const namespaces = (): unknown => {
    if (chance(0.25)) return {};
    return pick<Json>([
      { matchLabels: { team: 'red' } },
      { matchLabels: { 'kubernetes.io/metadata.name': pick(NAMESPACES) } },
      { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['red'] }] },
      { matchExpressions: [{ key: 'team', operator: 'Exists' }] },
    ]);
  };
  const block = (): Json => {
    const cidr = pick(BLOCKS);
    return chance(0.3) && cidr === '10.0.0.0/8'
      ? { cidr, except: [pick(['10.244.0.0/16', '10.0.0.0/24'])] }
      : { cidr };
  };

  const cluster = (): readonly Json[] => {
    const ports = () =>
      dice
        .some<Json>(
          [
            { name: 'web', containerPort: 80 },
            { name: 'web', containerPort: 81, protocol: 'UDP' },
            { name: 'dns', containerPort: 53, protocol: 'UDP' },
            { name: 'alt', containerPort: 8080 },
          ],
          0.4,
        )
        .map((port) =>
          port['name'] === 'web' && chance(0.2) ? { ...port, containerPort: 443 } : port,
        );
    const node = (name: string, address: string): Json => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { pool: pick(['system', 'user']) } },
      status: { addresses: [{ type: 'InternalIP', address }] },
    });
    const pod = (name: string, address: string, host: string): Json => {
      const spec = {
        containers: [{ name: 'c', ports: ports() }],
        ...(chance(0.5) ? { nodeName: host } : {}),
        ...(chance(0.15) ? { hostNetwork: true } : {}),
        ...(chance(0.3) ? { serviceAccountName: 'robot' } : {}),
        ...(chance(0.15) ? { nodeSelector: { 'kubernetes.io/os': 'windows' } } : {}),
      };
      const metadata = { name, namespace: pick(NAMESPACES), labels: labels() };
      if (chance(0.25)) {
        return {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata,
          spec: {
            replicas: pick([1, 3]),
            selector: { matchLabels: metadata.labels },
            template: { metadata: { labels: metadata.labels }, spec },
          },
        };
      }
      const live = chance(0.7) ? { status: { podIP: address } } : {};
      return { apiVersion: 'v1', kind: 'Pod', metadata, spec, ...live };
    };
    const pods = ADDRESSES.slice(0, 4);
    return [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x', labels: { team: 'red' } } },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'y', labels: { team: 'blue' } } },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'z' } },
      ...(chance(0.6) ? [node('n1', '10.0.0.4'), node('n2', '10.0.0.5')] : []),
      ...pods.flatMap((address, index) => {
        const first = pod(`p${index}`, address, pick(['n1', 'n2']));
        return [first, ...Array.from({ length: copies }, (_, copy) => copyOf(first, copy))];
      }),
      ...(chance(0.3) ? [pod('six', 'fd00::10', 'n1')] : []),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'x' },
        spec: {
          ...(chance(0.6) ? { selector: { app: 'a' } } : {}),
          ports: [{ port: 80, targetPort: pick<unknown>(['web', 8080]) }],
        },
      },
      ...(chance(0.5)
        ? [
            {
              apiVersion: 'discovery.k8s.io/v1',
              kind: 'EndpointSlice',
              metadata: {
                name: 'web-1',
                namespace: 'x',
                labels: { 'kubernetes.io/service-name': 'web' },
              },
              addressType: 'IPv4',
              endpoints: [{ addresses: [pick(['20.0.0.1', '10.244.0.10'])] }],
              ports: [{ port: 80 }],
            },
          ]
        : []),
    ];
  };

  const networkPort = (): unknown =>
    unsure(
      pick<Json>([
        { port: 80 },
        { port: 53, protocol: 'UDP' },
        { protocol: 'UDP' },
        { protocol: 'SCTP' },
        { port: 'web' },
        { port: 'dns', protocol: 'UDP' },
        { port: 80, endPort: 443 },
        {},
      ]),
      'ports',
    );
  const networkPeer = (): unknown =>
    unsure(
      pick<() => Json>([
        () => ({ podSelector: selector() }),
        () => ({ namespaceSelector: namespaces() }),
        () => ({ namespaceSelector: namespaces(), podSelector: selector() }),
        () => ({ ipBlock: block() }),
      ])(),
      'peer',
    );
  const networkRule = (side: 'from' | 'to') => (): Json => ({
    ...(chance(0.8) ? { [side]: some(2, networkPeer) } : {}),
    ...(chance(0.6) ? { ports: some(2, networkPort) } : {}),
  });
  const network = (name: string): Json => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: pick(NAMESPACES) },
    spec: {
      podSelector: selector(),
      ...(chance(0.7)
        ? { policyTypes: unsure(pick([['Ingress'], ['Egress'], ['Ingress', 'Egress']]), 'types') }
        : {}),
      ...(chance(0.8) ? { ingress: list(2, networkRule('from')) } : {}),
      ...(chance(0.8) ? { egress: list(2, networkRule('to')) } : {}),
    },
  });

  const adminPeer = (direction: string) => (): unknown =>
    unsure(
      pick<() => Json>([
        () => ({ namespaces: namespaces() }),
        () => ({ pods: { namespaceSelector: namespaces(), podSelector: selector() } }),
        ...(direction === 'egress'
          ? [
              () => ({ networks: some(2, () => pick(BLOCKS.slice(0, 7))) }),
              () => ({ nodes: pick<Json>([{}, { matchLabels: { pool: 'user' } }]) }),
              () => ({ domainNames: some(2, () => pick(['*.x.io', 'a.x.io', 'api.example.com'])) }),
            ]
          : []),
      ])(),
      'peer',
    );
  const admin = (name: string): Json => {
    const isCluster = chance(0.6);
    const rule = (direction: string) => (): Json => ({
      action: unsure(pick([isCluster ? 'Accept' : 'Allow', 'Deny', 'Pass']), 'action'),
      [direction === 'egress' ? 'to' : 'from']: some(2, adminPeer(direction)),
      ...(chance(0.5)
        ? isCluster
          ? {
              protocols: some(2, () =>
                pick<Json>([
                  { tcp: { destinationPort: { number: 80 } } },
                  { udp: { destinationPort: { range: { start: 53, end: 81 } } } },
                  { sctp: {} },
                  { destinationNamedPort: 'web' },
                ]),
              ),
            }
          : {
              ports: some(2, () =>
                pick<Json>([
                  { portNumber: { port: 80 } },
                  { portRange: { protocol: 'UDP', start: 53, end: 81 } },
                  { namedPort: 'web' },
                ]),
              ),
            }
        : {}),
    });
    return {
      apiVersion: `policy.networking.k8s.io/${isCluster ? 'v1alpha2' : 'v1alpha1'}`,
      kind: isCluster ? 'ClusterNetworkPolicy' : 'AdminNetworkPolicy',
      metadata: { name },
      spec: {
        ...(isCluster ? { tier: pick(['Admin', 'Admin', 'Baseline']) } : {}),
        priority: unsure(pick([1, 1, 5]), 'priority'),
        subject: unsure(
          chance(0.5)
            ? { namespaces: namespaces() }
            : { pods: { namespaceSelector: namespaces(), podSelector: selector() } },
          'subject',
        ),
        ingress: list(2, rule('ingress')),
        egress: list(2, rule('egress')),
      },
    };
  };

  const expression = (): string =>
    pick([
      ...['all()', "app == 'a'", "app != 'a'", "app in {'a','b'}", "tier not in {'web'}"],
      ...['has(tier)', '!has(app)', "app starts with 'a' && has(tier)", "app == 'b' || has(tier)"],
      "projectcalico.org/namespace == 'x'",
    ]);
  const calicoPorts = () => some(2, () => pick<unknown>([80, '53:443', 'web', 'dns']));
  const calicoEnd = (): Json => ({
    ...(chance(0.25) ? { nets: some(2, () => pick(BLOCKS)) } : {}),
    ...(chance(0.15) ? { notNets: [pick(BLOCKS)] } : {}),
    ...(chance(0.4) ? { selector: unsure(expression(), 'selector') } : {}),
    ...(chance(0.15) ? { notSelector: expression() } : {}),
    ...(chance(0.25)
      ? { namespaceSelector: pick(["team == 'red'", "team != 'red'", 'global()', 'all()']) }
      : {}),
    ...(chance(0.1) ? { serviceAccounts: { names: ['robot'] } } : {}),
  });
  const calicoRule = (): Json => {
    const isPorted = chance(0.5);
    const service = chance(0.1) ? { services: { name: 'web', namespace: 'x' } } : undefined;
    return {
      action: unsure(pick(['Allow', 'Allow', 'Deny', 'Pass', 'Log']), 'action'),
      ...(isPorted
        ? { protocol: pick(['TCP', 'UDP']) }
        : chance(0.2)
          ? { notProtocol: 'UDP' }
          : {}),
      ...(chance(0.15) ? { ipVersion: pick([4, 6]) } : {}),
      ...(chance(0.5)
        ? { source: { ...calicoEnd(), ...(isPorted && chance(0.1) ? { ports: [50000] } : {}) } }
        : {}),
      ...(chance(0.7)
        ? {
            destination: service ?? {
              ...calicoEnd(),
              ...(isPorted && chance(0.6) ? { ports: calicoPorts() } : {}),
              ...(isPorted && chance(0.2) ? { notPorts: calicoPorts() } : {}),
            },
          }
        : {}),
    };
  };
  const calico = (name: string): Json => {
    const isGlobal = chance(0.5);
    return {
      apiVersion: 'projectcalico.org/v3',
      kind: isGlobal ? 'GlobalNetworkPolicy' : 'NetworkPolicy',
      metadata: { name, ...(isGlobal ? {} : { namespace: pick(NAMESPACES) }) },
      spec: {
        ...(chance(0.4) ? { tier: pick(['security', 'platform', 'lost', 'default']) } : {}),
        ...(chance(0.7) ? { order: unsure(pick([10, 1000, 1000, 2000]), 'order') } : {}),
        ...(chance(0.8) ? { selector: unsure(expression(), 'selector') } : {}),
        ...(isGlobal && chance(0.3) ? { namespaceSelector: "team == 'red'" } : {}),
        types: pick([['Ingress'], ['Egress'], ['Ingress', 'Egress']]),
        ingress: list(2, calicoRule),
        egress: list(2, calicoRule),
      },
    };
  };
  const calicoSets = (): readonly Json[] => [
    {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Tier',
      metadata: { name: 'security' },
      spec: { order: 10, ...(chance(0.3) ? { defaultAction: 'Pass' } : {}) },
    },
    {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Tier',
      metadata: { name: 'platform' },
      spec: { order: 20 },
    },
    {
      apiVersion: 'projectcalico.org/v3',
      kind: 'GlobalNetworkSet',
      metadata: { name: 'g', labels: { app: 'a' } },
      spec: { nets: unsure(['20.0.0.0/8'], 'nets') },
    },
    {
      apiVersion: 'projectcalico.org/v3',
      kind: 'NetworkSet',
      metadata: { name: 's', namespace: 'x', labels: { tier: 'web' } },
      spec: { nets: ['8.8.8.8/32', '10.0.0.0/24'] },
    },
  ];

  const endpoints = (): Json => {
    const base = { ...labels() } as Record<string, unknown>;
    if (chance(0.3)) base['k8s:io.kubernetes.pod.namespace'] = pick(NAMESPACES);
    if (chance(0.15)) base['io.cilium.k8s.namespace.labels.team'] = 'red';
    return chance(0.15) ? {} : { matchLabels: base };
  };
  const ciliumPeer = (direction: string, isDeny: boolean): Json => {
    const side = direction === 'egress' ? 'to' : 'from';
    const entity = () =>
      pick([
        ...['all', 'world', 'cluster', 'host', 'remote-node', 'kube-apiserver', 'none'],
        'world-ipv4',
      ]);
    return pick<() => Json>([
      () => ({ [`${side}Endpoints`]: some(2, () => unsure(endpoints(), 'endpoints')) }),
      () => ({ [`${side}Endpoints`]: [endpoints()] }),
      () => ({ [`${side}Entities`]: some(2, entity) }),
      () => ({ [`${side}CIDR`]: some(2, () => pick(BLOCKS)) }),
      () => ({ [`${side}CIDRSet`]: [block()] }),
      ...(direction === 'egress' && !isDeny
        ? [
            () => ({
              toFQDNs: some(2, () =>
                pick<Json>([
                  { matchName: 'a.x.io' },
                  { matchName: 'api.example.com' },
                  { matchPattern: '*.x.io' },
                  { matchPattern: '**.x.io' },
                  { matchPattern: 'a*.example.com' },
                ]),
              ),
            }),
            () => ({ toServices: [{ k8sService: { serviceName: 'web', namespace: 'x' } }] }),
          ]
        : []),
    ])();
  };
  const ciliumPorts = (isDeny: boolean): Json => {
    const rules = isDeny
      ? {}
      : pick<Json>([
          {},
          {},
          { rules: { dns: [pick<Json>([{ matchPattern: '*' }, { matchPattern: '*.x.io' }])] } },
          { rules: { dns: [{ matchName: 'api.example.com' }, { matchPattern: '**.x.io' }] } },
          { rules: { http: [{ method: 'GET', path: '/a' }] } },
          { rules: { http: [{ host: 'localhost' }, {}] } },
        ]);
    const port = () =>
      pick<Json>([
        { port: '80' },
        { port: '53', protocol: 'UDP' },
        { port: '0', protocol: 'TCP' },
        { port: 'web', protocol: 'TCP' },
        { port: 'dns' },
        { port: '80', endPort: 443, protocol: 'ANY' },
      ]);
    return { ports: some(2, port), ...rules };
  };
  const cilium = (name: string): Json => {
    const isWide = chance(0.4);
    const rule = (direction: string, isDeny: boolean) => (): Json => ({
      ...(chance(0.85) ? ciliumPeer(direction, isDeny) : {}),
      ...(chance(0.5) ? { toPorts: some(2, () => ciliumPorts(isDeny)) } : {}),
      ...(chance(0.05) ? { icmps: [{ fields: [{ type: 8 }] }] } : {}),
    });
    const section = (key: string, direction: string, isDeny: boolean, p: number): Json =>
      chance(p) ? { [key]: list(2, rule(direction, isDeny)) } : {};
    return {
      apiVersion: 'cilium.io/v2',
      kind: isWide ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy',
      metadata: { name, ...(isWide ? {} : { namespace: pick(NAMESPACES) }) },
      spec: {
        endpointSelector: unsure(endpoints(), 'endpoints'),
        ...section('ingress', 'ingress', false, 0.7),
        ...section('egress', 'egress', false, 0.7),
        ...section('ingressDeny', 'ingress', true, 0.3),
        ...section('egressDeny', 'egress', true, 0.3),
        ...(chance(0.2)
          ? { enableDefaultDeny: { egress: unsure(false, 'default'), ingress: chance(0.5) } }
          : {}),
      },
    };
  };

  return { cluster, network, admin, calico, calicoSets, cilium };
}
