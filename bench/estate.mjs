// A generated estate: hub with one firewall policy, three peered spokes, one cluster, workloads and policies.
// Seeded: the same scale gives the same bytes. Scale 1 is 5,000 firewall rules, 2,000 pods in 300 workloads and
// 500 network policies.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from './seeded.mjs';

const SUBSCRIPTION = '00000000-0000-0000-0000-00000000be0c';
const group = (name) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`;
const network = (type, name) => `${group('rg-hub')}/providers/Microsoft.Network/${type}/${name}`;

export function writeEstate(directory, scale, seed = 20261121) {
  const next = seeded(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const below = (limit) => Math.floor(next() * limit);
  mkdirSync(directory, { recursive: true });

  const firewallRules = 5000 * scale;
  const workloads = 300 * scale;
  const pods = 2000 * scale;
  const policies = 500 * scale;
  const namespaces = 30 * scale;

  const resources = [];
  const add = (type, name, properties, extra = {}) =>
    resources.push({
      id: network(type, name),
      type: `Microsoft.Network/${type}`,
      name,
      location: 'westeurope',
      ...extra,
      properties,
    });

  const vnet = (name, prefix, subnets, peers) =>
    add('virtualNetworks', name, {
      addressSpace: { addressPrefixes: [prefix] },
      dhcpOptions: { dnsServers: ['10.0.0.4'] },
      subnets,
      virtualNetworkPeerings: peers.map((peer) => ({
        name: `to-${peer}`,
        properties: {
          remoteVirtualNetwork: { id: network('virtualNetworks', peer) },
          allowVirtualNetworkAccess: true,
          allowForwardedTraffic: true,
          allowGatewayTransit: false,
          useRemoteGateways: false,
          peeringState: 'Connected',
          peeringSyncLevel: 'FullyInSync',
        },
      })),
    });
  const subnet = (vnetName, name, prefix, withTable) => ({
    id: `${network('virtualNetworks', vnetName)}/subnets/${name}`,
    name,
    properties: {
      addressPrefix: prefix,
      defaultOutboundAccess: false,
      ...(withTable
        ? {
            routeTable: { id: network('routeTables', 'rt-spokes') },
            networkSecurityGroup: { id: network('networkSecurityGroups', 'nsg-spokes') },
          }
        : {}),
    },
  });
  const spokes = [1, 2, 3];
  vnet(
    'vnet-hub',
    '10.0.0.0/16',
    [subnet('vnet-hub', 'AzureFirewallSubnet', '10.0.0.0/26', false)],
    spokes.map((index) => `vnet-spoke-${index}`),
  );
  for (const index of spokes) {
    vnet(
      `vnet-spoke-${index}`,
      `10.${index}.0.0/16`,
      [
        subnet(`vnet-spoke-${index}`, 'snet-nodes', `10.${index}.0.0/20`, true),
        subnet(`vnet-spoke-${index}`, 'snet-endpoints', `10.${index}.16.0/24`, true),
      ],
      ['vnet-hub'],
    );
  }
  add('routeTables', 'rt-spokes', {
    disableBgpRoutePropagation: true,
    routes: [
      {
        name: 'default',
        properties: {
          addressPrefix: '0.0.0.0/0',
          nextHopType: 'VirtualAppliance',
          nextHopIpAddress: '10.0.0.4',
        },
      },
    ],
  });
  add('networkSecurityGroups', 'nsg-spokes', {
    securityRules: Array.from({ length: 50 }, (_, index) => ({
      name: `allow-${index}`,
      properties: {
        priority: 200 + index,
        direction: 'Inbound',
        access: 'Allow',
        protocol: 'Tcp',
        sourcePortRange: '*',
        destinationPortRange: String(8000 + index),
        sourceAddressPrefix: `10.${1 + below(3)}.${below(16)}.0/24`,
        destinationAddressPrefix: 'VirtualNetwork',
      },
    })),
  });
  const publicIps = Array.from({ length: 20 }, (_, index) => `pip-fw-${index}`);
  for (const [index, name] of publicIps.entries()) {
    add(
      'publicIPAddresses',
      name,
      { ipAddress: `203.0.113.${index + 1}`, publicIPAllocationMethod: 'Static' },
      { sku: { name: 'Standard' }, zones: ['1', '2', '3'] },
    );
  }
  add(
    'azureFirewalls',
    'fw-hub',
    {
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      firewallPolicy: { id: network('firewallPolicies', 'afwp-hub') },
      ipConfigurations: publicIps.map((name, index) => ({
        name: `ip-${index}`,
        properties: {
          ...(index === 0
            ? {
                privateIPAddress: '10.0.0.4',
                subnet: {
                  id: `${network('virtualNetworks', 'vnet-hub')}/subnets/AzureFirewallSubnet`,
                },
              }
            : {}),
          publicIPAddress: { id: network('publicIPAddresses', name) },
        },
      })),
    },
    { zones: ['1', '2', '3'] },
  );
  add('firewallPolicies', 'afwp-hub', {
    sku: { tier: 'Standard' },
    threatIntelMode: 'Deny',
    dnsSettings: { enableProxy: true },
  });
  for (let index = 0; index < 40; index += 1) {
    add('ipGroups', `ipg-${index}`, {
      ipAddresses: Array.from(
        { length: 50 },
        () => `10.${1 + below(3)}.${below(16)}.${below(256)}`,
      ),
    });
  }

  const perGroup = 250;
  const groups = Math.ceil(firewallRules / perGroup);
  for (let number = 0; number < groups; number += 1) {
    const kind = number % 3 === 0 ? 'application' : 'network';
    const collections = [];
    for (let part = 0; part < 5; part += 1) {
      const rules = [];
      for (let index = 0; index < perGroup / 5; index += 1) {
        const name = `r-${number}-${part}-${index}`;
        const source =
          next() < 0.3
            ? { sourceIpGroups: [network('ipGroups', `ipg-${below(40)}`)] }
            : { sourceAddresses: [`10.${1 + below(3)}.${below(16)}.0/24`] };
        rules.push(
          kind === 'application'
            ? {
                ruleType: 'ApplicationRule',
                name,
                ...source,
                protocols: [{ protocolType: 'Https', port: 443 }],
                targetFqdns: [`${pick(['*.', ''])}svc${below(4000)}.example${below(40)}.com`],
              }
            : {
                ruleType: 'NetworkRule',
                name,
                ...source,
                ipProtocols: [pick(['TCP', 'UDP', 'TCP'])],
                destinationAddresses: [
                  next() < 0.05
                    ? 'Storage.WestEurope'
                    : `${20 + below(60)}.${below(256)}.${below(256)}.0/24`,
                ],
                destinationPorts: [String(1024 + below(40000))],
              },
        );
      }
      collections.push({
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
        name: `rc-${number}-${part}`,
        priority: 200 + part * 100,
        action: { type: next() < 0.85 ? 'Allow' : 'Deny' },
        rules,
      });
    }
    resources.push({
      id: `${network('firewallPolicies', 'afwp-hub')}/ruleCollectionGroups/rcg-${number}`,
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      name: `rcg-${number}`,
      properties: { priority: 300 + number * 10, ruleCollections: collections },
    });
  }
  resources.push({
    id: `${network('firewallPolicies', 'afwp-hub')}/ruleCollectionGroups/rcg-aks`,
    type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
    name: 'rcg-aks',
    properties: {
      priority: 60000,
      ruleCollections: [
        {
          ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
          name: 'aks',
          priority: 300,
          action: { type: 'Allow' },
          rules: [
            {
              ruleType: 'ApplicationRule',
              name: 'aks',
              sourceAddresses: ['10.1.0.0/20'],
              protocols: [
                { protocolType: 'Https', port: 443 },
                { protocolType: 'Http', port: 80 },
              ],
              fqdnTags: ['AzureKubernetesService'],
            },
          ],
        },
      ],
    },
  });
  resources.push({
    id: `${group('rg-aks')}/providers/Microsoft.ContainerService/managedClusters/aks-1`,
    type: 'Microsoft.ContainerService/managedClusters',
    name: 'aks-1',
    location: 'westeurope',
    identity: { type: 'UserAssigned' },
    properties: {
      kubernetesVersion: '1.34.2',
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        networkDataplane: 'cilium',
        networkPolicy: 'cilium',
        outboundType: 'userDefinedRouting',
        podCidr: '10.244.0.0/16',
        serviceCidr: '10.100.0.0/16',
        dnsServiceIP: '10.100.0.10',
      },
      apiServerAccessProfile: { enablePrivateCluster: true },
      agentPoolProfiles: [
        {
          name: 'system',
          mode: 'System',
          count: 3,
          osType: 'Linux',
          maxPods: 110,
          vnetSubnetID: `${network('virtualNetworks', 'vnet-spoke-1')}/subnets/snet-nodes`,
        },
      ],
    },
  });
  writeFileSync(join(directory, 'azure.json'), JSON.stringify(resources));

  const objects = [];
  const label = (index) => ({ app: `app-${index}`, tier: ['web', 'api', 'data'][index % 3] });
  for (let index = 0; index < namespaces; index += 1) {
    objects.push({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `ns-${index}`, labels: { team: `team-${index % 7}` } },
    });
  }
  for (let index = 0; index < workloads; index += 1) {
    const namespace = `ns-${index % namespaces}`;
    const replicas = Math.floor(pods / workloads) + (index < pods % workloads ? 1 : 0);
    const template = {
      metadata: { labels: label(index) },
      spec: {
        containers: [
          {
            name: 'main',
            image: `registry.example.com/app-${index}:1`,
            ports: [{ containerPort: 8080, name: 'http' }],
          },
        ],
      },
    };
    objects.push({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `app-${index}`, namespace },
      spec: { replicas, selector: { matchLabels: { app: `app-${index}` } }, template },
    });
    objects.push({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `app-${index}-7f9c`,
        namespace,
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: `app-${index}`, controller: true },
        ],
      },
      spec: { replicas, selector: { matchLabels: { app: `app-${index}` } }, template },
    });
    for (let replica = 0; replica < replicas; replica += 1) {
      objects.push({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: `app-${index}-7f9c-${replica}`,
          namespace,
          labels: label(index),
          ownerReferences: [
            {
              apiVersion: 'apps/v1',
              kind: 'ReplicaSet',
              name: `app-${index}-7f9c`,
              controller: true,
            },
          ],
        },
        spec: template.spec,
        status: {
          phase: 'Running',
          podIP: `10.244.${Math.floor((index * 7 + replica) / 250) % 256}.${((index * 7 + replica) % 250) + 4}`,
        },
      });
    }
    objects.push({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `app-${index}`, namespace },
      spec: {
        selector: { app: `app-${index}` },
        ports: [{ name: 'http', port: 80, targetPort: 'http' }],
      },
    });
  }
  for (let index = 0; index < policies; index += 1) {
    const target = below(workloads);
    const namespace = `ns-${target % namespaces}`;
    objects.push({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `np-${index}`, namespace },
      spec: {
        podSelector: index < namespaces ? {} : { matchLabels: { app: `app-${target}` } },
        policyTypes: ['Ingress'],
        ...(index < namespaces
          ? {}
          : {
              ingress: [
                {
                  from: [
                    {
                      namespaceSelector: { matchLabels: { team: `team-${below(7)}` } },
                      podSelector: { matchLabels: { tier: pick(['web', 'api', 'data']) } },
                    },
                  ],
                  ports: [{ protocol: 'TCP', port: 8080 }],
                },
              ],
            }),
      },
    });
  }
  writeFileSync(
    join(directory, 'cluster.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );
  return { firewallRules, workloads, pods, policies };
}
