import type { Datasets } from '../../../src/facts/index.ts';
import { readPerimeter } from '../../../src/model/read-perimeter.ts';
import { deriveNetwork, type Network } from '../../../src/network/index.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';
import { id, ref, resource, subnetId } from '../aks-fixture.ts';

export * from './expect-walk.ts';

/** Short builders for the parts of a perimeter that walks need. */

export type Json = Record<string, unknown>;

export interface Rules {
  /** `['10.0.0.0/8', '*', '443', 'TCP']`: sources, destinations, ports, protocol; comma-separated lists. */
  readonly network?: readonly (readonly [
    from: string,
    to: string,
    ports: string,
    protocol?: string,
  ])[];
  readonly networkDeny?: readonly (readonly [
    from: string,
    to: string,
    ports: string,
    protocol?: string,
  ])[];
  /** `['*', 'ghcr.io', 'Https:443']`; a target `tag:NAME` is an FQDN tag. */
  readonly application?: readonly (readonly [from: string, target: string, protocols: string])[];
  /** `['203.0.113.10', '443', '10.0.0.4', '443']`: destination, port, translated address, translated port. */
  readonly dnat?: readonly (readonly [
    to: string,
    port: string,
    target: string,
    targetPort: string,
  ])[];
  /** FQDNs as destinations of network rules: `['*', 'registry-1.docker.io', '443']`. */
  readonly fqdn?: readonly (readonly [from: string, fqdn: string, ports: string])[];
}

/** A firewall with classic rules, threat intelligence off. Its public addresses are resources named `publicIps`. */
export function firewallWith(
  name: string,
  subnet: { id: string },
  address: string,
  publicIps: readonly string[],
  rules: Rules = {},
  properties: Json = {},
): Json {
  const collection = (kind: string, action: string, priority: number, entries: readonly Json[]) =>
    entries.length === 0
      ? []
      : [{ name: kind, properties: { priority, action: { type: action }, rules: entries } }];
  const network = (list: Rules['network'], word: string) =>
    (list ?? []).map(([from, to, ports, protocol = 'TCP'], index) => ({
      name: `${word}${index}`,
      protocols: protocol.split(','),
      sourceAddresses: from.split(','),
      destinationAddresses: to.split(','),
      destinationPorts: ports.split(','),
    }));
  const named = (rules.fqdn ?? []).map(([from, fqdn, ports], index) => ({
    name: `fqdn${index}`,
    protocols: ['TCP'],
    sourceAddresses: from.split(','),
    destinationFqdns: fqdn.split(','),
    destinationPorts: ports.split(','),
  }));
  return resource('Microsoft.Network/azureFirewalls', name, {
    sku: { name: 'AZFW_VNet', tier: 'Standard' },
    threatIntelMode: 'Off',
    ipConfigurations: publicIps.map((pip, index) => ({
      name: `ip${index}`,
      properties: {
        ...(index === 0 ? { privateIPAddress: address, subnet } : {}),
        publicIPAddress: ref('Microsoft.Network/publicIPAddresses', pip),
      },
    })),
    networkRuleCollections: [
      ...collection('deny', 'Deny', 150, network(rules.networkDeny, 'deny')),
      ...collection('net', 'Allow', 200, [...network(rules.network, 'net'), ...named]),
    ],
    applicationRuleCollections: collection(
      'app',
      'Allow',
      300,
      (rules.application ?? []).map(([from, target, protocols], index) => ({
        name: `app${index}`,
        sourceAddresses: from.split(','),
        protocols: protocols.split(',').map((text) => ({
          protocolType: text.split(':')[0],
          port: Number(text.split(':')[1]),
        })),
        ...(target.startsWith('tag:')
          ? { fqdnTags: [target.slice(4)] }
          : { targetFqdns: target.split(',') }),
      })),
    ),
    natRuleCollections: collection(
      'nat',
      'Dnat',
      100,
      (rules.dnat ?? []).map(([to, port, target, targetPort], index) => ({
        name: `dnat${index}`,
        protocols: ['TCP'],
        sourceAddresses: ['*'],
        destinationAddresses: [to],
        destinationPorts: [port],
        translatedAddress: target,
        translatedPort: targetPort,
      })),
    ),
    ...properties,
  });
}

/** A VNet; `peers` by name with what the peering object says besides the usual. */
export function vnet(
  name: string,
  space: string,
  subnets: Record<string, Json>,
  rest: { readonly dns?: readonly string[]; readonly peers?: Record<string, Json> } = {},
): Json {
  const base = id('Microsoft.Network/virtualNetworks', name);
  return resource('Microsoft.Network/virtualNetworks', name, {
    addressSpace: { addressPrefixes: space.split(',') },
    ...(rest.dns === undefined ? {} : { dhcpOptions: { dnsServers: rest.dns } }),
    subnets: Object.entries(subnets).map(([subnet, properties]) => ({
      id: subnetId(name, subnet),
      name: subnet,
      properties,
    })),
    virtualNetworkPeerings: Object.entries(rest.peers ?? {}).map(([peer, more]) => ({
      id: `${base}/virtualNetworkPeerings/to-${peer}`,
      name: `to-${peer}`,
      properties: {
        remoteVirtualNetwork: ref('Microsoft.Network/virtualNetworks', peer),
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: true,
        peeringState: 'Connected',
        ...more,
      },
    })),
  });
}

export const tableOf = (name: string) => ({
  routeTable: ref('Microsoft.Network/routeTables', name),
});
export const nsgOf = (name: string) => ({
  networkSecurityGroup: ref('Microsoft.Network/networkSecurityGroups', name),
});

/** `['In', 100, 'Allow', 'Internet', '*', '80', 'Tcp']`. */
export type SecurityRuleWords = readonly [
  direction: 'In' | 'Out',
  priority: number,
  access: 'Allow' | 'Deny',
  from: string,
  to: string,
  ports: string,
  protocol?: string,
];

export function nsg(name: string, rules: readonly SecurityRuleWords[]): Json {
  return resource('Microsoft.Network/networkSecurityGroups', name, {
    securityRules: rules.map(([direction, priority, access, from, to, ports, protocol = '*']) => ({
      name: `${access}${priority}`,
      properties: {
        direction: `${direction}bound`,
        priority,
        access,
        protocol,
        sourceAddressPrefix: from,
        destinationAddressPrefix: to,
        sourcePortRange: '*',
        destinationPortRange: ports,
      },
    })),
  });
}

/** An Application Gateway with a listener per frontend on one port, all to the same backends. */
export function applicationGateway(
  name: string,
  subnet: { id: string },
  frontends: { readonly public?: string; readonly private?: string },
  backends: readonly string[],
  { port = 443, protocol = 'Https', backendPort = 443, properties = {} as Json } = {},
): Json {
  const base = id('Microsoft.Network/applicationGateways', name);
  const part = (kind: string, item: string) => ({ id: `${base}/${kind}/${item}` });
  const words: [string, Json][] = [];
  if (frontends.public !== undefined) {
    const publicIPAddress = ref('Microsoft.Network/publicIPAddresses', frontends.public);
    words.push(['public', { publicIPAddress }]);
  }
  if (frontends.private !== undefined) {
    words.push(['private', { privateIPAddress: frontends.private, subnet }]);
  }
  return resource('Microsoft.Network/applicationGateways', name, {
    sku: { name: 'WAF_v2', tier: 'WAF_v2' },
    gatewayIPConfigurations: [{ name: 'ip', properties: { subnet } }],
    frontendIPConfigurations: words.map(([item, content]) => ({
      ...part('frontendIPConfigurations', item),
      name: item,
      properties: content,
    })),
    frontendPorts: [{ ...part('frontendPorts', 'port'), name: 'port', properties: { port } }],
    backendAddressPools: [
      {
        ...part('backendAddressPools', 'pool'),
        name: 'pool',
        properties: { backendAddresses: backends.map((ipAddress) => ({ ipAddress })) },
      },
    ],
    backendHttpSettingsCollection: [
      {
        ...part('backendHttpSettingsCollection', 'http'),
        name: 'http',
        properties: { port: backendPort, protocol },
      },
    ],
    httpListeners: words.map(([item]) => ({
      ...part('httpListeners', item),
      name: item,
      properties: {
        frontendIPConfiguration: part('frontendIPConfigurations', item),
        frontendPort: part('frontendPorts', 'port'),
        protocol,
      },
    })),
    requestRoutingRules: words.map(([item], index) => ({
      ...part('requestRoutingRules', item),
      name: item,
      properties: {
        ruleType: 'Basic',
        priority: 10 + index,
        httpListener: part('httpListeners', item),
        backendAddressPool: part('backendAddressPools', 'pool'),
        backendHttpSettings: part('backendHttpSettingsCollection', 'http'),
      },
    })),
    ...properties,
  });
}

/** A VPN gateway in the hub, with one connection to a site whose prefixes are written. */
export function vpn(hub: string, prefixes: readonly string[]): Json[] {
  return [
    resource('Microsoft.Network/virtualNetworkGateways', 'vpn', {
      gatewayType: 'Vpn',
      vpnType: 'RouteBased',
      enableBgp: false,
      ipConfigurations: [
        { name: 'ip', properties: { subnet: { id: subnetId(hub, 'GatewaySubnet') } } },
      ],
    }),
    resource('Microsoft.Network/localNetworkGateways', 'site', {
      localNetworkAddressSpace: { addressPrefixes: prefixes },
    }),
    resource('Microsoft.Network/connections', 'to-site', {
      connectionType: 'IPsec',
      virtualNetworkGateway1: ref('Microsoft.Network/virtualNetworkGateways', 'vpn'),
      localNetworkGateway2: ref('Microsoft.Network/localNetworkGateways', 'site'),
    }),
  ];
}

export function deployment(
  name: string,
  more: Json = {},
  namespace = 'shop',
  pod: Json = {},
): Json {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, ...more },
        spec: {
          containers: [
            { name: 'c', image: 'example/c:1', ports: [{ name: 'http', containerPort: 8080 }] },
          ],
          ...pod,
        },
      },
    },
  };
}

export function service(
  name: string,
  spec: Json,
  annotations: Record<string, string> = {},
  namespace = 'shop',
): Json {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, annotations },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 'http' }], ...spec },
  };
}

export const INTERNAL = { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' };
export const at = (address: string) => ({
  'service.beta.kubernetes.io/azure-load-balancer-ipv4': address,
});

export function policy(name: string, spec: Json, namespace = 'shop'): Json {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec,
  };
}

export function networkOf(
  resources: readonly Json[],
  objects: readonly Json[] = [],
  datasets: Partial<Datasets> = {},
): Network {
  return deriveNetwork(readPerimeter(snapshotOf([...resources], [...objects], datasets)));
}
