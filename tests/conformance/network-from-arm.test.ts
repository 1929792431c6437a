import { describe, expect, it } from 'vitest';
import { readPerimeter } from '../../src/model/read-perimeter.ts';
import { formatAddressSet, formatIp } from '../../src/net/index.ts';
import { deriveNetwork, findOwner } from '../../src/network/index.ts';
import { evaluateSubnetNsg } from '../../src/semantics/nsg/concrete.ts';
import { selectRoute } from '../../src/semantics/routes/concrete.ts';
import { isUnknown } from '../../src/values/index.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';
import { exactly, flow } from './network-fixture.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg';
const id = (type: string, name: string) => `${GROUP}/providers/Microsoft.Network/${type}/${name}`;
const reference = (type: string, name: string) => ({ id: id(type, name) });
const NODES = `${id('virtualNetworks', 'spoke')}/subnets/snet-clusternodes`.toLowerCase();

/** The public AKS baseline, cut down (aks.md section 12): hub, spoke, one table, one cluster. */
const BASELINE: readonly Json[] = [
  {
    type: 'Microsoft.Network/virtualNetworks',
    name: 'hub',
    location: 'eastus',
    properties: {
      addressSpace: { addressPrefixes: ['10.200.0.0/24'] },
      subnets: [
        { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.200.0.0/26' } },
        { name: 'GatewaySubnet', properties: { addressPrefix: '10.200.0.64/27' } },
      ],
      virtualNetworkPeerings: [
        {
          name: 'to-spoke',
          properties: {
            remoteVirtualNetwork: reference('virtualNetworks', 'spoke'),
            allowVirtualNetworkAccess: true,
          },
        },
      ],
    },
  },
  {
    type: 'Microsoft.Network/virtualNetworks',
    name: 'spoke',
    location: 'eastus',
    properties: {
      addressSpace: { addressPrefixes: ['10.240.0.0/16'] },
      subnets: [
        {
          name: 'snet-clusternodes',
          properties: {
            addressPrefix: '10.240.0.0/22',
            routeTable: reference('routeTables', 'rt'),
            networkSecurityGroup: reference('networkSecurityGroups', 'nsg-nodes'),
          },
        },
        {
          name: 'snet-clusteringressservices',
          properties: {
            addressPrefix: '10.240.4.0/28',
            routeTable: reference('routeTables', 'rt'),
          },
        },
        { name: 'snet-applicationgateway', properties: { addressPrefix: '10.240.5.0/24' } },
      ],
      virtualNetworkPeerings: [
        {
          name: 'to-hub',
          properties: {
            remoteVirtualNetwork: reference('virtualNetworks', 'hub'),
            allowVirtualNetworkAccess: true,
            allowForwardedTraffic: true,
          },
        },
      ],
    },
  },
  {
    type: 'Microsoft.Network/routeTables',
    name: 'rt',
    properties: {
      routes: [
        {
          name: 'default',
          properties: {
            addressPrefix: '0.0.0.0/0',
            nextHopType: 'VirtualAppliance',
            nextHopIpAddress: '10.200.0.4',
          },
        },
      ],
    },
  },
  {
    type: 'Microsoft.Network/networkSecurityGroups',
    name: 'nsg-nodes',
    properties: { securityRules: [] },
  },
  { type: 'Microsoft.Network/publicIPAddresses', name: 'pip', properties: {} },
  {
    type: 'Microsoft.Network/azureFirewalls',
    name: 'fw',
    properties: {
      sku: { name: 'AZFW_VNet', tier: 'Premium' },
      ipConfigurations: [
        {
          name: 'one',
          properties: {
            subnet: { id: `${id('virtualNetworks', 'hub')}/subnets/AzureFirewallSubnet` },
            publicIPAddress: reference('publicIPAddresses', 'pip'),
          },
        },
      ],
    },
  },
  {
    type: 'Microsoft.ContainerService/managedClusters',
    name: 'aks',
    location: 'eastus',
    properties: {
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        networkPolicy: 'cilium',
        networkDataplane: 'cilium',
        outboundType: 'userDefinedRouting',
      },
      agentPoolProfiles: [
        {
          name: 'npsystem',
          mode: 'System',
          vnetSubnetID: `${id('virtualNetworks', 'spoke')}/subnets/snet-clusternodes`,
        },
      ],
    },
  },
];

const INGRESS: Json = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'nginx',
    namespace: 'ingress',
    annotations: {
      'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
      'service.beta.kubernetes.io/azure-load-balancer-internal-subnet':
        'snet-clusteringressservices',
      'service.beta.kubernetes.io/azure-load-balancer-ipv4': '10.240.4.4',
    },
  },
  spec: {
    type: 'LoadBalancer',
    selector: { app: 'nginx' },
    ports: [{ port: 443, targetPort: 8443 }],
  },
};

describe('a network read from ARM and Kubernetes JSON', () => {
  const network = deriveNetwork(readPerimeter(snapshotOf(BASELINE, [INGRESS])));

  it('AZN-09: nodes reach the internet through the appliance, which may be the firewall of the peered hub', () => {
    const choice = selectRoute(network, NODES, exactly('8.8.8.8'));
    expect(choice.kind).toBe('route');
    if (choice.kind !== 'route') return;
    const hop = choice.route.nextHops[0]!;
    expect(isUnknown(hop) ? hop.text : formatIp(hop)).toBe('10.200.0.4');
    const owners = findOwner(network, exactly('10.200.0.4'), {
      vnetKey: id('virtualNetworks', 'spoke').toLowerCase(),
    });
    expect(owners.map((found) => [found.owner.kind, found.certainty])).toEqual([
      ['firewall-private', 'maybe'],
    ]);
    expect(formatIp(owners[0]!.address.likely!)).toBe('10.200.0.4');
  });
  it('AZN-50 AZN-52 AZN-53: the cluster, its engine and its front end are placed', () => {
    const [cluster] = network.clusters;
    expect(cluster).toMatchObject({ addressing: 'overlay', policyEngine: 'cilium' });
    expect(formatAddressSet(cluster!.nodeAddresses)).toBe('10.240.0.0/22');
    const [frontend] = cluster!.loadBalancerServices;
    expect(frontend!.isInternal).toBe(true);
    expect(formatAddressSet(frontend!.address.addresses)).toBe('10.240.4.4');
    expect(frontend!.subnet.kind).toBe('found');
  });
  it('AZN-31: the attached group is asked with its tags', () => {
    const verdict = evaluateSubnetNsg(network, NODES, 'Outbound', flow('10.240.0.5', '8.8.8.8'));
    expect(verdict.kind).toBe('allow');
  });
  it('AZN-24: a network connected to a Virtual WAN hub may learn a default route', () => {
    const connection: Json = {
      type: 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections',
      name: 'vhub/to-spoke',
      properties: { remoteVirtualNetwork: reference('virtualNetworks', 'spoke') },
    };
    const connected = deriveNetwork(readPerimeter(snapshotOf([...BASELINE, connection])));
    const gateway = NODES.replace('snet-clusternodes', 'snet-applicationgateway');
    expect(selectRoute(connected, gateway, exactly('8.8.8.8')).kind).toBe('unknown');
    expect(selectRoute(connected, NODES, exactly('8.8.8.8')).kind).toBe('route');
  });
});
