import type { Datasets } from '../../src/facts/index.ts';
import type { Network } from '../../src/network/index.ts';
import {
  cluster,
  networkOf,
  privateEndpoint,
  publicIp,
  ref,
  resource,
  subnetId,
  zone,
} from '../conformance/aks-fixture.ts';
import {
  applicationGateway,
  deployment,
  firewallWith,
  INTERNAL,
  nsg,
  nsgOf,
  type Rules,
  type SecurityRuleWords,
  service,
  tableOf,
  vnet,
  vpn,
} from '../conformance/trace/build.ts';
import { type Dice, diceOf } from './compare-deciders.ts';
import { clusterOf } from './random-policies.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * Random hubs and spokes: addresses are few, so that routes, rules and ends meet often. Most are wrong in some way that Azure would
 * accept; some hold values that nobody knows.
 */

type Json = Record<string, unknown>;

export interface RandomPerimeter {
  readonly network: Network;
  readonly resources: readonly Json[];
  readonly objects: readonly Json[];
}

/** Pairs that reach every kind of place a random perimeter has. */
export const QUESTIONS_ASKED: readonly (readonly [from: string, to: string])[] = [
  ['pods', 'internet:443'],
  ['pods', 'internet:80,443'],
  ['nodes', 'internet'],
  ['pods', 'pods'],
  ['nodes', 'pods:8080'],
  ['pods', 'nodes'],
  ['internet', '0.0.0.0/0'],
  ['203.0.113.50', '198.51.100.0/24'],
  ['internet', 'publicip:pip-fw-0:443'],
  ['pods', '10.0.0.0/8'],
  ['nodes', '10.0.0.0/8:443'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['subnet:machines', 'pods'],
  ['subnet:machines', 'internet'],
  ['subnet:machines', '0.0.0.0/0:443'],
  ['onprem:192.168.0.0/16', '10.0.0.0/8'],
  ['onprem:192.168.0.0/16', 'pods:8080'],
  ['pods', '192.168.0.0/16'],
  ['subnet:shared', 'private-endpoint:pe-vault'],
  ['pods', 'private-endpoint:pe-vault:443'],
  ['10.2.0.0/16', '10.1.8.0/24'],
  ['pods', 'kv.vault.azure.net:443'],
  ['nodes', '*.azure.net:443'],
  ['subnet:machines', '*.corp.example:443'],
  ['pods', 'service:x/front'],
  ['nodes', 'service:x/inner'],
  ['internet', 'service:x/front'],
  ['subnet:machines', 'service:x/front:80'],
  ['nodes', '*.hcp.westeurope.azmk8s.io:443'],
  ['pods', 'aks-1.hcp.westeurope.azmk8s.io:443'],
  ['subnet:machines', 'aks-1.privatelink.westeurope.azmk8s.io:443'],
  ['internet', 'aks-1.hcp.westeurope.azmk8s.io:443'],
];

const FIREWALL = '10.0.0.4';
const OTHER_FIREWALL = '10.3.0.4';
const PUBLIC = ['198.51.100.10', '198.51.100.11', '198.51.100.20', '198.51.100.30'];
const PREFIXES = [
  ...['0.0.0.0/0', '0.0.0.0/0', '0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/16', '10.1.0.0/16'],
  ...['10.1.0.0/24', '10.1.4.0/22', '10.1.8.0/24', '10.1.8.4/32', '10.2.0.0/16', '10.2.0.0/25'],
  ...['192.168.0.0/16', '192.168.7.0/24', '198.51.100.10/32', '198.51.100.20/32'],
  ...['203.0.113.0/24', 'Storage'],
];
const ENDS = [
  ...['*', '*', '10.0.0.0/8', '10.0.0.0/16', '10.1.0.0/16', '10.1.0.0/24', '10.2.0.0/16'],
  ...['10.244.0.0/16', '10.1.8.4', '10.2.0.10', '192.168.0.0/16', '203.0.113.0/24'],
  ...['198.51.100.10', '198.51.100.20'],
];
const TAGS = ['VirtualNetwork', 'Internet', 'AzureLoadBalancer', 'Storage', 'Sql', 'AzureCloud'];
const PORTS = ['*', '*', '443', '80', '8080', '53', '1000-9000'];

const SERVICE_TAGS: Partial<Datasets> = {
  serviceTags: {
    info: { origin: 'test', version: '0' },
    isComplete: true,
    prefixes: new Map([
      ['storage', ['20.60.0.0/16']],
      ['azurecloud', ['20.0.0.0/8']],
    ]),
  },
};

export function randomPerimeter(seed: number): RandomPerimeter {
  const dice = diceOf(seededRandom(seed * 7919 + 13));
  // Dice of its own: what was drawn before it stays as it was.
  const access = apiServer(diceOf(seededRandom(seed * 6151 + 7)));
  const resources = withUnknowns(dice, [
    ...networks(dice),
    ...tables(dice),
    ...groups(dice),
    ...firewalls(dice),
    ...endpoints(dice),
    ...gateways(dice),
    ...machines(dice),
    ...managedCluster(dice),
  ]).map(access);
  const objects = workloads(dice);
  return { network: networkOf(resources, objects, SERVICE_TAGS), resources, objects };
}

/** The names of the API server, and whom it takes. */
function apiServer({ chance, pick }: Dice): (resource: Json) => Json {
  const ranges = pick<Json>([
    {},
    { authorizedIPRanges: ['203.0.113.0/24'] },
    { authorizedIPRanges: ['198.51.100.0/24', '0.0.0.0/32'] },
    { authorizedIPRanges: ['0.0.0.0/32'] },
    { authorizedIPRanges: [unknown('range')] },
  ]);
  const names = {
    ...(chance(0.5) ? { fqdn: 'aks-1.hcp.westeurope.azmk8s.io' } : {}),
    ...(chance(0.5) ? { privateFQDN: 'aks-1.privatelink.westeurope.azmk8s.io' } : {}),
  };
  const access = {
    ...(chance(0.3) ? { enablePrivateClusterPublicFQDN: chance(0.5) } : {}),
    ...(chance(0.3) ? { privateDNSZone: pick(['system', 'none']) } : {}),
    ...(chance(0.1) ? { enablePrivateCluster: unknown('private') } : {}),
  };
  return (resource) => {
    if (resource['type'] !== 'Microsoft.ContainerService/managedClusters') return resource;
    const properties = resource['properties'] as Json;
    const written = (properties['apiServerAccessProfile'] ?? {}) as Json;
    const apiServerAccessProfile = { ...ranges, ...access, ...written };
    return { ...resource, properties: { ...properties, ...names, apiServerAccessProfile } };
  };
}

const unknown = (what: string): Json => ({
  $unknown: `\${${what}}`,
  missing: `the value of ${what}`,
});

const SUBNETS = ['nodes', 'more', 'pods', 'endpoints', 'machines', 'shared'] as const;
/** A NAT gateway serves subnets of one virtual network (azure-networking 4.3). */
const SERVED: ReadonlySet<string> = new Set(['nodes', 'more', 'pods', 'endpoints']);

function networks(dice: Dice): readonly Json[] {
  const { chance, pick } = dice;
  const guarded = (name: string, prefix: string, more: Json = {}): Json => ({
    addressPrefix: prefix,
    ...(chance(0.6) ? tableOf(`rt-${name}`) : {}),
    ...(chance(0.5) ? nsgOf(`nsg-${name}`) : {}),
    ...(chance(0.2) && SERVED.has(name)
      ? { natGateway: ref('Microsoft.Network/natGateways', 'nat') }
      : {}),
    ...(chance(0.3) ? { defaultOutboundAccess: chance(0.5) } : {}),
    ...(chance(0.15) ? { serviceEndpoints: [{ service: 'Microsoft.Storage' }] } : {}),
    ...more,
  });
  const peering = (): Json => ({
    allowForwardedTraffic: pick([true, true, true, false, unknown('forwarded')]),
    peeringState: pick(['Connected', 'Connected', 'Connected', 'Connected', 'Initiated']),
    ...(chance(0.5) ? { peeringSyncLevel: 'FullyInSync' } : {}),
    ...(chance(0.1) ? { allowVirtualNetworkAccess: false } : {}),
  });
  const between = (a: string, b: string, probability: number) =>
    chance(probability) ? [[a, b] as const, ...(chance(0.93) ? [[b, a] as const] : [])] : [];
  const gateway = chance(0.5);
  const halves = [
    ...between('hub', 'spoke', 0.93),
    ...between('hub', 'other', 0.85),
    ...between('spoke', 'other', 0.15),
    ...between('far', 'hub', 0.4),
    ...between('far', 'other', 0.25),
  ];
  const peers = (own: string): Record<string, Json> =>
    Object.fromEntries(
      halves
        .filter(([from]) => from === own)
        .map(([, to]) => [
          to,
          {
            ...peering(),
            ...(own === 'hub' && gateway ? { allowGatewayTransit: true } : {}),
            ...(to === 'hub' && gateway ? { useRemoteGateways: chance(0.8) } : {}),
          },
        ]),
    );
  const dns = (): { readonly dns?: readonly string[] } =>
    pick([{}, {}, { dns: [FIREWALL] }, { dns: ['10.0.3.53'] }, { dns: ['168.63.129.16'] }]);
  const policies = { privateEndpointNetworkPolicies: pick(['Disabled', 'Enabled']) };
  return [
    vnet(
      'hub',
      '10.0.0.0/16',
      {
        AzureFirewallSubnet: {
          addressPrefix: '10.0.0.0/26',
          ...(chance(0.3) ? tableOf('rt-fw') : {}),
        },
        gateway: { addressPrefix: '10.0.1.0/24', ...(chance(0.3) ? tableOf('rt-shared') : {}) },
        GatewaySubnet: {
          addressPrefix: '10.0.2.0/27',
          ...(chance(0.4) ? tableOf('rt-gateway') : {}),
        },
        shared: guarded('shared', '10.0.3.0/24'),
      },
      { ...dns(), peers: peers('hub') },
    ),
    vnet(
      'spoke',
      '10.1.0.0/16',
      {
        nodes: guarded('nodes', '10.1.0.0/24'),
        more: guarded('more', '10.1.1.0/24'),
        pods: guarded('pods', '10.1.4.0/22'),
        endpoints: guarded('endpoints', '10.1.8.0/24', chance(0.6) ? policies : {}),
      },
      { ...dns(), peers: peers('spoke') },
    ),
    vnet(
      'other',
      '10.2.0.0/16',
      { machines: guarded('machines', '10.2.0.0/24') },
      { ...dns(), peers: peers('other') },
    ),
    vnet(
      'far',
      '10.3.0.0/16',
      {
        AzureFirewallSubnet: {
          addressPrefix: '10.3.0.0/26',
          ...(chance(0.3) ? tableOf('rt-far') : {}),
        },
      },
      { peers: peers('far') },
    ),
    resource('Microsoft.Network/natGateways', 'nat', {
      publicIpAddresses: [ref('Microsoft.Network/publicIPAddresses', 'pip-nat')],
    }),
    publicIp('pip-nat', chance(0.5) ? '198.51.100.40' : undefined),
  ];
}

function tables(dice: Dice): readonly Json[] {
  const { pick, chance, number } = dice;
  const hop = (): Json =>
    pick<() => Json>([
      ...Array.from({ length: 6 }, () => () => appliance(FIREWALL)),
      () => appliance(OTHER_FIREWALL),
      () => appliance('10.0.3.9'),
      () => appliance(unknown('hop')),
      () => ({ nextHopType: 'None' }),
      () => ({ nextHopType: 'Internet' }),
      () => ({ nextHopType: 'Internet' }),
      () => ({ nextHopType: 'VnetLocal' }),
      () => ({ nextHopType: 'VirtualNetworkGateway' }),
    ])();
  return [...SUBNETS, 'fw', 'far', 'gateway'].map((name) => {
    const prefixes = Array.from({ length: 1 + number(4) }, () => pick(PREFIXES));
    const least = name === 'fw' || name === 'far' || chance(0.3) ? [] : ['0.0.0.0/0'];
    return resource('Microsoft.Network/routeTables', `rt-${name}`, {
      ...(chance(0.4) ? { disableBgpRoutePropagation: chance(0.6) } : {}),
      routes: [...new Set([...least, ...prefixes])].map((prefix, index) => ({
        name: `${name}-${index}`,
        properties: { addressPrefix: prefix, ...hop() },
      })),
    });
  });
}

function appliance(nextHopIpAddress: unknown): Json {
  return { nextHopType: 'VirtualAppliance', nextHopIpAddress };
}

function groups(dice: Dice): readonly Json[] {
  const { pick, chance, number } = dice;
  const end = (): string => (chance(0.3) ? pick(TAGS) : pick(ENDS));
  return [...SUBNETS, 'nic'].map((name) =>
    nsg(
      `nsg-${name}`,
      Array.from(
        { length: 1 + number(5) },
        (_, index): SecurityRuleWords => [
          pick(['In', 'Out']),
          100 + 10 * index,
          chance(0.7) ? 'Allow' : 'Deny',
          end(),
          end(),
          pick(PORTS),
          pick(['*', '*', 'Tcp', 'Udp', 'Icmp']),
        ],
      ),
    ),
  );
}

function firewalls(dice: Dice): readonly Json[] {
  const { pick, chance } = dice;
  const names = chance(0.3) ? ['pip-fw-0', 'pip-fw-1'] : ['pip-fw-0'];
  return [
    ...names.map((name, index) => publicIp(name, chance(0.85) ? PUBLIC[index] : undefined)),
    publicIp('pip-far', '198.51.100.60'),
    firewallWith(
      'fw',
      { id: subnetId('hub', 'AzureFirewallSubnet') },
      FIREWALL,
      names,
      firewallRules(dice),
      {
        threatIntelMode: pick(['Off', 'Off', 'Alert', 'Deny']),
        additionalProperties: {
          ...(chance(0.5) ? { 'Network.DNS.EnableProxy': 'true' } : {}),
          ...(chance(0.3)
            ? {
                'Network.SNAT.PrivateRanges': pick([
                  'IANAPrivateRanges',
                  '0.0.0.0/0',
                  '10.1.0.0/16',
                  '255.255.255.255/32',
                ]),
              }
            : {}),
        },
      },
    ),
    firewallWith(
      'far-fw',
      { id: subnetId('far', 'AzureFirewallSubnet') },
      OTHER_FIREWALL,
      ['pip-far'],
      firewallRules(dice),
    ),
  ];
}

function firewallRules({ pick, chance, number }: Dice): Rules {
  const list = <T>(most: number, one: () => T): T[] =>
    Array.from({ length: number(most + 1) }, () => one());
  const end = () => pick(ENDS);
  const ports = () => pick(PORTS);
  const protocol = () => pick(['TCP', 'TCP', 'UDP', 'Any', 'ICMP']);
  const wide: Rules['network'] = chance(0.5) ? [['10.0.0.0/8', '10.0.0.0/8', '*', 'Any']] : [];
  return {
    networkDeny: list(2, () => [end(), end(), ports(), protocol()] as const),
    network: [
      ...wide,
      ...list(
        3,
        () => [end(), chance(0.15) ? pick(TAGS.slice(3)) : end(), ports(), protocol()] as const,
      ),
    ],
    application: list(
      3,
      () =>
        [
          pick(['*', '10.1.0.0/16', '10.0.0.0/8']),
          pick(['*', '*.azure.net', 'kv.vault.azure.net', 'ghcr.io', '*.corp.example', 'tag:Any']),
          pick(['Https:443', 'Http:80,Https:443', 'Https:8443']),
        ] as const,
    ),
    dnat: list(
      3,
      () =>
        [
          pick(PUBLIC.slice(0, 2)),
          pick(['443', '80', '8080']),
          pick(['10.1.0.200', '10.2.0.10', '10.0.1.10', '10.0.3.20', '10.1.8.4', '198.51.100.20']),
          pick(['443', '80', '8080']),
        ] as const,
    ),
    fqdn: list(1, () => ['*', pick(['ghcr.io', 'time.corp.example']), '443'] as const),
  };
}

function endpoints(dice: Dice): readonly Json[] {
  const { pick, chance } = dice;
  const vault = { id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv' };
  const written = chance(0.7) ? { address: '10.1.8.4' } : {};
  const status = pick<Json>([{}, { status: 'Approved' }, { status: 'Pending' }]);
  const linked = dice.some(['hub', 'spoke', 'other'], 0.5);
  const zoneName = 'privatelink.vaultcore.azure.net';
  const inZone = chance(0.7) ? { zone: zoneName } : {};
  return [
    ...privateEndpoint('pe-vault', { id: subnetId('spoke', 'endpoints') }, vault, 'vault', {
      ...written,
      ...(status as { status?: string }),
      ...inZone,
    }),
    resource('Microsoft.KeyVault/vaults', 'kv', {}),
    ...(chance(0.8) ? zone(zoneName, [...linked]) : []),
    ...(chance(0.5)
      ? zone('corp.example', [...dice.some(['hub', 'spoke', 'other'], 0.6)], {
          db: '10.2.0.10',
          '*.any': '10.0.3.20',
          out: '203.0.113.9',
        })
      : []),
  ];
}

function gateways(dice: Dice): readonly Json[] {
  const { chance, pick } = dice;
  const kinds: Json[] = [];
  if (chance(0.6)) kinds.push(...vpn('hub', ['192.168.0.0/16']));
  if (chance(0.4)) {
    kinds.push(
      publicIp('pip-agw', '198.51.100.30'),
      applicationGateway(
        'agw',
        { id: subnetId('hub', 'gateway') },
        {
          ...(chance(0.7) ? { public: 'pip-agw' } : {}),
          ...(chance(0.7) ? { private: '10.0.1.10' } : {}),
        },
        [pick(['10.1.0.200', '10.2.0.10'])],
        { port: pick([443, 80]), protocol: 'Https', backendPort: pick([443, 8080]) },
      ),
    );
  }
  return kinds;
}

/** Machines with an interface of their own, and load balancers that no Service made. */
function machines(dice: Dice): readonly Json[] {
  const { chance, pick } = dice;
  const found: Json[] = [];
  if (chance(0.6)) {
    const isPublic = chance(0.4);
    if (isPublic) found.push(publicIp('pip-vm', '198.51.100.50'));
    found.push(
      resource('Microsoft.Network/networkInterfaces', 'vm', {
        ipConfigurations: [
          {
            name: 'ip',
            properties: {
              subnet: { id: subnetId('other', 'machines') },
              ...(chance(0.8) ? { privateIPAddress: '10.2.0.10' } : {}),
              ...(isPublic
                ? { publicIPAddress: ref('Microsoft.Network/publicIPAddresses', 'pip-vm') }
                : {}),
            },
          },
        ],
        ...(chance(0.5) ? nsgOf('nsg-nic') : {}),
      }),
    );
  }
  if (chance(0.5))
    found.push(
      balancer(
        dice,
        'lb-in',
        { privateIPAddress: '10.0.3.20', subnet: { id: subnetId('hub', 'shared') } },
        // Its own network, but for one pool that Azure would refuse (AZS-44).
        [['10.0.3.30'], ['10.0.3.30', '10.0.3.31'], ['10.2.0.20'], []],
      ),
    );
  if (chance(0.4)) {
    found.push(
      publicIp('pip-lb', '198.51.100.20'),
      balancer(
        dice,
        'lb-out',
        { publicIPAddress: ref('Microsoft.Network/publicIPAddresses', 'pip-lb') },
        [['10.2.0.20'], ['10.2.0.20', '10.2.0.21'], ['10.1.0.20', '10.1.1.20'], []],
      ),
    );
  }
  if (pick([0, 0, 1]) === 1) found.push(publicIp('pip-idle', '198.51.100.99'));
  return found;
}

function balancer(
  { pick, chance }: Dice,
  name: string,
  front: Json,
  pools: readonly (readonly string[])[],
): Json {
  const base = ref('Microsoft.Network/loadBalancers', name).id;
  const frontend = { id: `${base}/frontendIPConfigurations/front` };
  const pool = { id: `${base}/backendAddressPools/pool` };
  const members = pick(pools);
  const isForAll = chance(0.25);
  return resource(
    'Microsoft.Network/loadBalancers',
    name,
    {
      frontendIPConfigurations: [{ ...frontend, name: 'front', properties: front }],
      backendAddressPools: [
        {
          ...pool,
          name: 'pool',
          properties: {
            loadBalancerBackendAddresses: members.map((ipAddress, index) => ({
              name: `m${index}`,
              properties: { ipAddress },
            })),
          },
        },
      ],
      loadBalancingRules: [
        {
          id: `${base}/loadBalancingRules/rule`,
          name: 'rule',
          properties: {
            frontendIPConfiguration: frontend,
            backendAddressPool: pool,
            protocol: isForAll ? 'All' : 'Tcp',
            frontendPort: isForAll ? 0 : pick([443, 80]),
            backendPort: isForAll ? 0 : pick([443, 8080]),
            ...(chance(0.2) ? { enableFloatingIP: true } : {}),
          },
        },
      ],
    },
    { sku: { name: 'Standard' } },
  );
}

function managedCluster(dice: Dice): readonly Json[] {
  const { pick, chance } = dice;
  if (chance(0.05)) return [];
  const nodes = { vnetSubnetID: subnetId('spoke', 'nodes') };
  const own = { ...nodes, podSubnetID: subnetId('spoke', 'pods') };
  const network = pick<Json>([
    { networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: '10.244.0.0/16' },
    { networkPlugin: 'azure', networkPluginMode: 'overlay' },
    { networkPlugin: 'azure' },
    { networkPlugin: 'azure', isPods: true },
    { networkPlugin: 'kubenet', podCidr: '10.244.0.0/16' },
  ]);
  const { isPods, ...networkProfile } = network;
  const pool = isPods ? own : nodes;
  const more = {
    name: 'user',
    mode: 'User',
    osType: pick(['Linux', 'Linux', 'Windows']),
    count: 2,
  };
  const aks = cluster(
    'aks',
    {
      networkProfile: {
        ...networkProfile,
        ...pick<Json>([
          {},
          { networkPolicy: 'calico' },
          { networkPolicy: 'azure' },
          { networkPolicy: 'cilium', networkDataplane: 'cilium' },
        ]),
        serviceCidr: '10.100.0.0/16',
        outboundType: pick([
          'userDefinedRouting',
          'userDefinedRouting',
          'loadBalancer',
          'userAssignedNATGateway',
          'none',
        ]),
      },
      ...(chance(0.3) ? { apiServerAccessProfile: { enablePrivateCluster: true } } : {}),
    },
    pool,
  );
  if (chance(0.6)) return [aks];
  const properties = aks['properties'] as { readonly agentPoolProfiles: readonly Json[] };
  const second = { ...more, ...pool, vnetSubnetID: subnetId('spoke', 'more') };
  return [
    {
      ...aks,
      properties: { ...properties, agentPoolProfiles: [...properties.agentPoolProfiles, second] },
    },
  ];
}

/** A pod and a node that run: their addresses are known. */
function running({ chance, pick }: Dice): readonly Json[] {
  if (chance(0.6)) return [];
  const pod: Json = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'live', namespace: 'x', labels: { app: 'a', tier: 'web' } },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }],
    },
    status: { podIP: pick(['10.244.0.9', '10.244.0.9', '10.1.4.9', '10.1.0.90']) },
  };
  const node: Json = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1', labels: {} },
    status: { addresses: [{ type: 'InternalIP', address: '10.1.0.7' }] },
  };
  return chance(0.7) ? [pod, node] : [pod];
}

const POLICIES = new Set([
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'GlobalNetworkPolicy',
  'Tier',
  'ClusterNetworkPolicy',
  'AdminNetworkPolicy',
]);

function workloads(dice: Dice): readonly Json[] {
  const { pick, chance } = dice;
  const policies = clusterOf(dice, {
    network: pick([0, 1, 3]),
    admin: pick([0, 0, 1]),
    calico: pick([0, 0, 2]),
    cilium: pick([0, 0, 2]),
    unknowns: pick([0, 0, 0.1]),
  }).manifests.filter(({ kind }) => POLICIES.has(String(kind)));
  const selector = pick<Json>([{ externalTrafficPolicy: 'Local' }, {}, {}]);
  const ranges = pick<Json>([
    {},
    {},
    { loadBalancerSourceRanges: ['203.0.113.0/24', '10.0.0.0/8'] },
  ]);
  const isInternal = chance(0.6);
  const number = chance(0.7)
    ? {
        'service.beta.kubernetes.io/azure-load-balancer-ipv4': isInternal
          ? '10.1.0.200'
          : '198.51.100.20',
      }
    : {};
  const floating = chance(0.2)
    ? { 'service.beta.kubernetes.io/azure-disable-load-balancer-floating-ip': 'true' }
    : {};
  const ports = [
    { name: 'web', port: 80, targetPort: pick<unknown>(['http', 8080, 'none']) },
    ...(chance(0.4) ? [{ name: 'tls', port: 443, targetPort: 8080 }] : []),
  ];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x', labels: { team: 'red' } } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'y', labels: { team: 'blue' } } },
    deployment('a', {}, 'x', chance(0.15) ? { hostNetwork: true } : {}),
    deployment('b', {}, 'y', chance(0.2) ? { nodeSelector: { agentpool: 'nodes' } } : {}),
    service(
      'front',
      {
        type: 'LoadBalancer',
        selector: { app: pick(['a', 'a', 'b', 'nobody']) },
        ports,
        ...selector,
        ...ranges,
      },
      { ...(isInternal ? INTERNAL : {}), ...number, ...floating },
      'x',
    ),
    service(
      'inner',
      {
        type: 'ClusterIP',
        ...(chance(0.7) ? { clusterIP: '10.100.0.20' } : {}),
        selector: { app: 'a' },
        ...(chance(0.15) ? { internalTrafficPolicy: 'Local' } : {}),
      },
      {},
      'x',
    ),
    ...running(dice),
    ...policies,
  ];
}

/** Takes away the knowledge of some leaves: whatever a template may leave to a parameter. */
function withUnknowns(dice: Dice, resources: readonly Json[]): readonly Json[] {
  if (dice.chance(0.4)) return resources;
  const rate = dice.pick([0.005, 0.01, 0.03]);
  let count = 0;
  const walk = (value: unknown, path: string): unknown => {
    if (value !== null && typeof value === 'object') {
      if ('$unknown' in value) return value;
      if (Array.isArray(value)) return value.map((item, index) => walk(item, `${path}/${index}`));
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          FIXED.has(key) ? item : walk(item, `${path}/${key}`),
        ]),
      );
    }
    if (!dice.chance(rate)) return value;
    count += 1;
    return unknown(`p${count}`);
  };
  return resources.map((one) => ({ ...one, properties: walk(one['properties'], '') }));
}

/** Names and ids stay: without them nothing is wired to anything. */
const FIXED = new Set(['id', 'name', 'type', '$unknown']);
