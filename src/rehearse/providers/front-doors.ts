import type { Behaviour, ProviderWorld, Wanted } from '../behaviour.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, textAt, withComputed, withDefaults } from './fields.ts';
import { filled, filledParts, kept } from './filled.ts';
import { danglingPart, danglingReference } from './references.ts';
import { usableAddress } from './subnet-address.ts';

const GATEWAY_PARTS = [
  'gatewayIPConfigurations',
  'sslCertificates',
  'trustedRootCertificates',
  'frontendIPConfigurations',
  'frontendPorts',
  'backendAddressPools',
  'backendHttpSettingsCollection',
  'httpListeners',
  'urlPathMaps',
  'requestRoutingRules',
  'rewriteRuleSets',
  'redirectConfigurations',
  'probes',
] as const;

const BALANCER_PARTS = [
  'frontendIPConfigurations',
  'backendAddressPools',
  'loadBalancingRules',
  'probes',
  'inboundNatRules',
  'outboundRules',
  'inboundNatPools',
] as const;

/** What stands in a subnet and lets traffic in or through: gateways, balancers, hosts, network cards. */
export const FRONT_DOORS: readonly Behaviour[] = [
  {
    type: 'microsoft.network/applicationgateways',
    refuse: (wanted, world) => danglingReference(wanted, world) ?? danglingPart(wanted),
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/applicationGateways', {
        computed: {
          ...parts(wanted, GATEWAY_PARTS, world),
          operationalState: 'Running',
          resourceGuid: resourceGuid(wanted, world),
        },
      }),
  },
  {
    type: 'microsoft.network/applicationgatewaywebapplicationfirewallpolicies',
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies', {
        defaults: { customRules: [] },
        computed: {
          resourceState: 'Enabled',
          policySettings: withDefaults(objectAt(wanted.body, 'properties', 'policySettings'), {
            state: 'Enabled',
            mode: 'Detection',
            requestBodyCheck: true,
            maxRequestBodySizeInKb: 128,
            fileUploadLimitInMb: 100,
          }),
          applicationGateways: undefined,
        },
      }),
    tell: (id, stored, world) => {
      const users = world
        .list('microsoft.network/applicationgateways')
        .filter(
          (gateway) =>
            textAt(gateway, 'properties', 'firewallPolicy', 'id')?.toLowerCase() ===
            id.toLowerCase(),
        )
        .flatMap((gateway) => textAt(gateway, 'id') ?? []);
      if (users.length === 0) return stored;
      return {
        ...stored,
        properties: withComputed(objectAt(stored, 'properties'), {
          applicationGateways: users.map((user) => ({ id: user })),
        }),
      };
    },
  },
  {
    type: 'microsoft.network/loadbalancers',
    refuse: (wanted, world) => danglingReference(wanted, world) ?? danglingPart(wanted),
    fill: (wanted, world) =>
      withComputed(
        filled(wanted, 'Microsoft.Network/loadBalancers', {
          computed: {
            ...parts(wanted, BALANCER_PARTS, world),
            resourceGuid: resourceGuid(wanted, world),
          },
        }),
        {
          sku: withDefaults(objectAt(wanted.body, 'sku'), { name: 'Standard', tier: 'Regional' }),
        },
      ),
  },
  {
    type: 'microsoft.network/networkinterfaces',
    refuse: danglingReference,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/networkInterfaces', {
        defaults: { enableIPForwarding: false, enableAcceleratedNetworking: false },
        computed: {
          ...parts(wanted, ['ipConfigurations'], world),
          resourceGuid: resourceGuid(wanted, world),
        },
      }),
  },
  {
    type: 'microsoft.network/bastionhosts',
    refuse: danglingReference,
    fill: (wanted, world) =>
      withComputed(
        filled(wanted, 'Microsoft.Network/bastionHosts', {
          defaults: { scaleUnits: 2 },
          computed: {
            ipConfigurations: filledParts(wanted, 'ipConfigurations', world, {
              segment: 'bastionHostIpConfigurations',
              type: 'Microsoft.Network/bastionHosts/bastionHostIpConfigurations',
              fillPart: () => ({ privateIPAllocationMethod: 'Dynamic' }),
            }),
            dnsName: `bst-${world.guid('bastion', wanted.id.toLowerCase())}.bastion.azure.com`,
          },
        }),
        { sku: withDefaults(objectAt(wanted.body, 'sku'), { name: 'Basic' }) },
      ),
  },
  {
    type: 'microsoft.network/virtualnetworkgateways',
    refuse: danglingReference,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/virtualNetworkGateways', {
        defaults: { enableBgp: false, activeActive: false, vpnType: 'RouteBased' },
        computed: {
          ipConfigurations: filledParts(wanted, 'ipConfigurations', world, {
            fillPart: () => ({ privateIPAllocationMethod: 'Dynamic' }),
          }),
          resourceGuid: resourceGuid(wanted, world),
        },
      }),
  },
  {
    type: 'microsoft.network/dnsresolvers',
    refuse: danglingReference,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/dnsResolvers', {
        computed: { dnsResolverState: 'Connected', resourceGuid: resourceGuid(wanted, world) },
      }),
  },
  {
    type: 'microsoft.network/dnsresolvers/inboundendpoints',
    refuse: danglingReference,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/dnsResolvers/inboundEndpoints', {
        computed: {
          // Flat, unlike other configurations: `subnet` and the address stand beside each other.
          ipConfigurations: resolverAddresses(wanted, world),
          resourceGuid: resourceGuid(wanted, world),
        },
      }),
  },
  {
    type: 'microsoft.network/dnsresolvers/outboundendpoints',
    refuse: danglingReference,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/dnsResolvers/outboundEndpoints', {
        computed: { resourceGuid: resourceGuid(wanted, world) },
      }),
  },
];

function resourceGuid(wanted: Wanted, world: ProviderWorld): string {
  return kept(
    wanted,
    () => world.guid('resource', wanted.id.toLowerCase()),
    'properties',
    'resourceGuid',
  );
}

/** Every list of parts a client sent, each part with its id; a private front end gets an address when it asks for any. */
function parts(wanted: Wanted, names: readonly string[], world: ProviderWorld): JsonObject {
  const sent = names.filter((name) => listOf(wanted, name) !== undefined);
  return Object.fromEntries(
    sent.map((name) => [
      name,
      filledParts(wanted, name, world, {
        fillPart: (part, index) => privateFrontEnd(part, index, world),
      }),
    ]),
  );
}

function listOf(wanted: Wanted, name: string) {
  const found = Object.entries(objectAt(wanted.body, 'properties')).find(
    ([key, value]) => key.toLowerCase() === name.toLowerCase() && Array.isArray(value),
  );
  return found?.[1];
}

function privateFrontEnd(part: JsonObject, index: number, world: ProviderWorld): JsonObject {
  const properties = objectAt(part, 'properties');
  const subnet = textAt(properties, 'subnet', 'id');
  const isStatic = textAt(properties, 'privateIPAllocationMethod')?.toLowerCase() === 'static';
  const isFrontEnd = 'privateIPAllocationMethod' in properties;
  if (subnet === undefined || isStatic || !isFrontEnd) return {};
  const address = textAt(properties, 'privateIPAddress') ?? usableAddress(subnet, index, world);
  return address === undefined ? {} : { privateIPAddress: address };
}

function resolverAddresses(wanted: Wanted, world: ProviderWorld) {
  const own = objectAt(wanted.body, 'properties')['ipConfigurations'];
  if (!Array.isArray(own)) return own;
  return own.map((part, index) => {
    const subnet = textAt(part, 'subnet', 'id');
    const address = textAt(part, 'privateIpAddress') ?? usableAddress(subnet, index, world);
    return address === undefined ? part : withComputed(part, { privateIpAddress: address });
  });
}
