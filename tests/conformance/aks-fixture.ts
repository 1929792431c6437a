import { readFileSync } from 'node:fs';
import { parsePrivateDnsZones } from '../../src/facts/datasets/private-dns-zones.ts';
import { parseRequiredEgress } from '../../src/facts/datasets/required-egress.ts';
import type { Datasets } from '../../src/facts/index.ts';
import { readPerimeter } from '../../src/model/read-perimeter.ts';
import { type DomainName, type Ip, type Port, parseIp } from '../../src/net/index.ts';
import { deriveNetwork, type Network } from '../../src/network/index.ts';
import type { Flow, FlowAddress } from '../../src/semantics/flow.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

/** Short builders for perimeters of the shape the reference walks through: ARM's own JSON, one resource group. */

const GROUP = '/subscriptions/s/resourceGroups/rg/providers';

export const id = (type: string, name: string) => `${GROUP}/${type}/${name}`;
export const keyOf = (type: string, name: string) => id(type, name).toLowerCase();
export const subnetId = (vnet: string, name: string) =>
  `${id('Microsoft.Network/virtualNetworks', vnet)}/subnets/${name}`;
export const subnetKey = (vnet: string, name: string) => subnetId(vnet, name).toLowerCase();
export const vnetKey = (vnet: string) => keyOf('Microsoft.Network/virtualNetworks', vnet);
export const ref = (type: string, name: string) => ({ id: id(type, name) });

type Json = Record<string, unknown>;

export function resource(type: string, name: string, properties: Json, rest: Json = {}): Json {
  return { id: id(type, name), type, name, location: 'westeurope', properties, ...rest };
}

export function vnet(
  name: string,
  prefix: string,
  subnets: Record<string, Json>,
  rest: { dns?: string[]; peers?: string[]; apiVersion?: string } = {},
): Json {
  return resource(
    'Microsoft.Network/virtualNetworks',
    name,
    {
      addressSpace: { addressPrefixes: [prefix] },
      ...(rest.dns === undefined ? {} : { dhcpOptions: { dnsServers: rest.dns } }),
      subnets: Object.entries(subnets).map(([subnet, properties]) => ({
        id: subnetId(name, subnet),
        name: subnet,
        properties,
      })),
      virtualNetworkPeerings: (rest.peers ?? []).map((peer) => ({
        id: `${id('Microsoft.Network/virtualNetworks', name)}/virtualNetworkPeerings/to-${peer}`,
        name: `to-${peer}`,
        properties: {
          remoteVirtualNetwork: ref('Microsoft.Network/virtualNetworks', peer),
          allowVirtualNetworkAccess: true,
          allowForwardedTraffic: true,
          peeringState: 'Connected',
        },
      })),
    },
    rest.apiVersion === undefined ? {} : { apiVersion: rest.apiVersion },
  );
}

export function routeTable(name: string, routes: Record<string, string>): Json {
  return resource('Microsoft.Network/routeTables', name, {
    routes: Object.entries(routes).map(([prefix, hop], index) => ({
      name: `r${index}`,
      properties: {
        addressPrefix: prefix,
        ...(/^\d/.test(hop)
          ? { nextHopType: 'VirtualAppliance', nextHopIpAddress: hop }
          : { nextHopType: hop }),
      },
    })),
  });
}

export function publicIp(name: string, address?: string): Json {
  return resource(
    'Microsoft.Network/publicIPAddresses',
    name,
    {
      publicIPAllocationMethod: 'Static',
      ...(address === undefined ? {} : { ipAddress: address }),
    },
    { sku: { name: 'Standard' } },
  );
}

export function firewall(name: string, hub: string, address: string, policy?: string): Json {
  return resource('Microsoft.Network/azureFirewalls', name, {
    sku: { name: 'AZFW_VNet', tier: 'Standard' },
    ...(policy === undefined
      ? {}
      : { firewallPolicy: ref('Microsoft.Network/firewallPolicies', policy) }),
    ipConfigurations: [
      {
        name: 'ipconfig',
        properties: {
          privateIPAddress: address,
          subnet: { id: subnetId(hub, 'AzureFirewallSubnet') },
          publicIPAddress: ref('Microsoft.Network/publicIPAddresses', 'pip-fw'),
        },
      },
    ],
  });
}

export function firewallPolicy(name: string, properties: Json): Json {
  return resource('Microsoft.Network/firewallPolicies', name, {
    sku: { tier: 'Standard' },
    ...properties,
  });
}

export function cluster(name: string, properties: Json, pool: Json = {}): Json {
  return resource('Microsoft.ContainerService/managedClusters', name, {
    networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay' },
    ...properties,
    agentPoolProfiles: [
      {
        name: 'nodes',
        mode: 'System',
        osType: 'Linux',
        count: 3,
        vmSize: 'Standard_D4s_v5',
        vnetSubnetID: subnetId('spoke', 'nodes'),
        ...pool,
      },
    ],
  });
}

export function zone(
  name: string,
  vnets: string[],
  records: Record<string, string> = {},
  link: Json = {},
): Json[] {
  const type = 'Microsoft.Network/privateDnsZones';
  const base = id(type, name);
  return [
    resource(type, name, {}, { location: 'global' }),
    ...vnets.map((each) => ({
      id: `${base}/virtualNetworkLinks/to-${each}`,
      type: `${type}/virtualNetworkLinks`,
      name: `${name}/to-${each}`,
      properties: {
        virtualNetwork: ref('Microsoft.Network/virtualNetworks', each),
        registrationEnabled: false,
        ...link,
      },
    })),
    ...Object.entries(records).map(([record, address]) => ({
      id: `${base}/A/${record}`,
      type: `${type}/A`,
      name: `${name}/${record}`,
      properties: { ttl: 3600, aRecords: [{ ipv4Address: address }] },
    })),
  ];
}

export function privateEndpoint(
  name: string,
  subnet: { id: string },
  service: { id: string },
  groupId: string,
  rest: { address?: string; status?: string; zone?: string } = {},
): Json[] {
  const type = 'Microsoft.Network/privateEndpoints';
  const connection = {
    name,
    properties: {
      privateLinkServiceId: service.id,
      groupIds: [groupId],
      ...(rest.status === undefined
        ? {}
        : { privateLinkServiceConnectionState: { status: rest.status } }),
    },
  };
  const endpoint = resource(type, name, {
    subnet,
    privateLinkServiceConnections: [connection],
    ...(rest.address === undefined
      ? {}
      : {
          ipConfigurations: [
            { name: 'a', properties: { groupId, privateIPAddress: rest.address } },
          ],
        }),
  });
  if (rest.zone === undefined) return [endpoint];
  const group = {
    id: `${id(type, name)}/privateDnsZoneGroups/default`,
    type: `${type}/privateDnsZoneGroups`,
    name: `${name}/default`,
    properties: {
      privateDnsZoneConfigs: [
        {
          name: 'z',
          properties: { privateDnsZoneId: id('Microsoft.Network/privateDnsZones', rest.zone) },
        },
      ],
    },
  };
  return [endpoint, group];
}

export function networkOf(
  resources: readonly Json[],
  objects: readonly Json[] = [],
  datasets: Partial<Datasets> = {},
): Network {
  return deriveNetwork(
    readPerimeter(snapshotOf([...resources], [...objects], { ...bundled(), ...datasets })),
  );
}

export const name = (text: string) => text as DomainName;
export const port = (value: number) => value as Port;

export function address(text: string): FlowAddress {
  return { kind: 'exact', ip: parseIp(text) as Ip };
}

export function flow(
  source: string,
  destination: string,
  to: number,
  rest: Partial<Flow> = {},
): Flow {
  return {
    source: address(source),
    destination: address(destination),
    protocol: 'tcp',
    destinationPort: port(to),
    application: { kind: 'none' },
    ...rest,
  };
}

let known: Pick<Datasets, 'privateDnsZones' | 'requiredEgress'> | undefined;

/** The bundled lists of zones and of required egress, read once. */
function bundled(): Pick<Datasets, 'privateDnsZones' | 'requiredEgress'> {
  const text = (file: string) =>
    readFileSync(new URL(`../../data/${file}`, import.meta.url), 'utf8');
  known ??= {
    privateDnsZones: parsePrivateDnsZones(text('private-dns-zones.json'), 'bundled').value!,
    requiredEgress: parseRequiredEgress(text('aks-required-egress.json'), 'bundled').value!,
  };
  return known;
}
