// E2E: a hub with a firewall of n network rules and an application stage, one overlay cluster of three node pools in a spoke whose
// default route leads to it, pod classes under network policies, Services. As files that the importers read.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '../seeded.mjs';
import { applicationRules } from './application-rules.mjs';
import { applicationRuleGroups, networkRuleGroups } from './firewall-policy.mjs';
import { firewallRules, tagNames } from './firewall-rules.mjs';

const SUBSCRIPTION = '00000000-0000-0000-0000-00000000e2e0';
const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const network = (type, name) => `${group}/providers/Microsoft.Network/${type}/${name}`;
const POOLS = ['system', 'apps', 'batch'];
const FIREWALL = '10.70.0.4';
const policyId = network('firewallPolicies', 'afwp');

/** @returns how many of each; the same options write the same bytes */
export function writePerimeter(directory, options) {
  const {
    rules = 10_000,
    classes = 1500,
    services = 2000,
    applications = 500,
    tagFile,
    seed = 1,
  } = options;
  mkdirSync(directory, { recursive: true });
  const resources = [
    ...networks(),
    ...firewall(firewallRules(rules, { seed, tagFile }), applications, tagNames(tagFile), seed),
    cluster(),
  ];
  writeFileSync(join(directory, 'azure.json'), JSON.stringify(resources));
  const items = workloads(classes, services, seeded(seed + 7));
  writeFileSync(
    join(directory, 'cluster.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );
}

function resource(type, name, properties, extra = {}) {
  return {
    id: network(type, name),
    type: `Microsoft.Network/${type}`,
    name,
    location: 'westeurope',
    ...extra,
    properties,
  };
}

function networks() {
  const peering = (remote) => ({
    name: `to-${remote}`,
    properties: {
      remoteVirtualNetwork: { id: network('virtualNetworks', remote) },
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: true,
      peeringState: 'Connected',
      peeringSyncLevel: 'FullyInSync',
    },
  });
  const subnet = (vnet, name, addressPrefix, more = {}) => ({
    id: `${network('virtualNetworks', vnet)}/subnets/${name}`,
    name,
    properties: { addressPrefix, defaultOutboundAccess: false, ...more },
  });
  const guarded = {
    routeTable: { id: network('routeTables', 'rt') },
    networkSecurityGroup: { id: network('networkSecurityGroups', 'nsg') },
  };
  const dns = { dhcpOptions: { dnsServers: [FIREWALL] } };
  return [
    resource('virtualNetworks', 'hub', {
      addressSpace: { addressPrefixes: ['10.70.0.0/16'] },
      subnets: [subnet('hub', 'AzureFirewallSubnet', '10.70.0.0/26')],
      virtualNetworkPeerings: [peering('spoke')],
    }),
    resource('virtualNetworks', 'spoke', {
      addressSpace: { addressPrefixes: ['10.20.0.0/16'] },
      ...dns,
      subnets: POOLS.map((pool, index) =>
        subnet('spoke', pool, `10.20.${index * 4}.0/24`, guarded),
      ),
      virtualNetworkPeerings: [peering('hub')],
    }),
    resource('routeTables', 'rt', {
      disableBgpRoutePropagation: true,
      routes: [
        {
          name: 'default',
          properties: {
            addressPrefix: '0.0.0.0/0',
            nextHopType: 'VirtualAppliance',
            nextHopIpAddress: FIREWALL,
          },
        },
      ],
    }),
    resource('networkSecurityGroups', 'nsg', {
      securityRules: [
        ['no-smtp', 'Deny', 'Tcp', '25', 'Internet'],
        ['no-metadata', 'Deny', 'Tcp', '80', '169.254.169.254'],
        ['web', 'Allow', 'Tcp', '443', 'Internet'],
      ].map(([name, access, protocol, port, to], index) => ({
        name,
        properties: {
          priority: 200 + index * 10,
          direction: 'Outbound',
          access,
          protocol,
          sourcePortRange: '*',
          sourceAddressPrefix: '*',
          destinationAddressPrefix: to,
          destinationPortRange: port,
        },
      })),
    }),
  ];
}

function firewall(rules, applications, tags, seed) {
  const { ipGroups, groups } = networkRuleGroups(rules, { network, policy: policyId, tags });
  const named = applicationRules(applications, {
    seed,
    patterns: Math.max(50, Math.round(applications * 0.57)),
  });
  const aks = {
    ruleType: 'ApplicationRule',
    name: 'aks',
    sourceAddresses: ['10.20.0.0/16'],
    protocols: [
      { protocolType: 'Https', port: 443 },
      { protocolType: 'Http', port: 80 },
    ],
    fqdnTags: ['AzureKubernetesService'],
  };
  return [
    resource(
      'publicIPAddresses',
      'pip',
      { ipAddress: '20.1.2.3', publicIPAllocationMethod: 'Static' },
      { sku: { name: 'Standard' } },
    ),
    resource('azureFirewalls', 'fw', {
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      firewallPolicy: { id: policyId },
      ipConfigurations: [
        {
          name: 'ip',
          properties: {
            privateIPAddress: FIREWALL,
            subnet: { id: `${network('virtualNetworks', 'hub')}/subnets/AzureFirewallSubnet` },
            publicIPAddress: { id: network('publicIPAddresses', 'pip') },
          },
        },
      ],
    }),
    resource('firewallPolicies', 'afwp', {
      sku: { tier: 'Standard' },
      threatIntelMode: 'Off',
      dnsSettings: { enableProxy: true },
    }),
    ...ipGroups,
    ...groups,
    ...applicationRuleGroups(named, { policy: policyId }),
    {
      id: `${policyId}/ruleCollectionGroups/rcg-aks`,
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      name: 'rcg-aks',
      properties: {
        priority: 60_000,
        ruleCollections: [
          {
            ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
            name: 'aks',
            priority: 300,
            action: { type: 'Allow' },
            rules: [aks],
          },
        ],
      },
    },
  ];
}

function cluster() {
  return {
    id: `${group}/providers/Microsoft.ContainerService/managedClusters/aks`,
    type: 'Microsoft.ContainerService/managedClusters',
    name: 'aks',
    location: 'westeurope',
    identity: { type: 'UserAssigned' },
    properties: {
      kubernetesVersion: '1.34.2',
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        networkPolicy: 'calico',
        outboundType: 'userDefinedRouting',
        podCidr: '10.244.0.0/16',
        serviceCidr: '10.100.0.0/16',
        dnsServiceIP: '10.100.0.10',
      },
      apiServerAccessProfile: { enablePrivateCluster: true },
      agentPoolProfiles: POOLS.map((name, index) => ({
        name,
        mode: index === 0 ? 'System' : 'User',
        count: 3,
        osType: 'Linux',
        maxPods: 110,
        vnetSubnetID: `${network('virtualNetworks', 'spoke')}/subnets/${name}`,
      })),
    },
  };
}

/** Egress as teams write it: nothing said; names and web only; the own network only; a database; web and a partner. */
const EGRESS = [
  undefined,
  [{ ports: [tcp(443), tcp(80)] }, { ports: [{ protocol: 'UDP', port: 53 }] }],
  [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
  [
    {
      to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }],
      ports: [tcp(5432), tcp(443)],
    },
  ],
  [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }] }, { ports: [tcp(443)] }],
  [],
];

function tcp(port) {
  return { protocol: 'TCP', port };
}

/** Fifty namespaces, each with a policy of its own; workloads of every pool, some of them anywhere. */
function workloads(classes, services, random) {
  const below = (end) => Math.floor(random() * end);
  const meta = (name, namespace, labels) => ({ name, namespace, ...(labels ? { labels } : {}) });
  const items = [];
  for (let index = 0; index < 50; index += 1) {
    const namespace = `ns-${index}`;
    items.push({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { team: `team-${index % 8}` } },
    });
    const egress = EGRESS[index % EGRESS.length];
    if (egress === undefined) continue;
    items.push({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: meta('egress', namespace),
      spec: { podSelector: {}, policyTypes: ['Egress'], egress },
    });
  }
  for (let index = 0; index < classes; index += 1) {
    const app = `app-${index}`;
    const pool = POOLS[below(POOLS.length)];
    items.push({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta(app, `ns-${index % 50}`),
      spec: {
        replicas: 1 + below(9),
        selector: { matchLabels: { app } },
        template: {
          metadata: { labels: { app, tier: ['web', 'api', 'data'][index % 3] } },
          spec: {
            ...(random() < 0.9 ? { nodeSelector: { agentpool: pool } } : {}),
            containers: [
              { name: 'c', image: `r.example.com/${app}:1`, ports: [{ containerPort: 8080 }] },
            ],
          },
        },
      },
    });
  }
  for (let index = 0; index < services; index += 1) {
    items.push({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta(`svc-${index}`, `ns-${index % 50}`),
      spec: {
        selector: { app: `app-${index % classes}` },
        clusterIP: `10.100.${index >> 8}.${index & 255}`,
        ports: [{ port: 80, targetPort: 8080 }],
      },
    });
  }
  return items;
}
