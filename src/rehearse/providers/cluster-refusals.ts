import {
  formatPrefix,
  type Ip,
  type Prefix,
  parseIp,
  parsePrefix,
  prefixesOverlap,
  prefixHas,
} from '../../net/index.ts';
import { type ArmError, armError } from '../arm-error.ts';
import type { ProviderWorld, Wanted } from '../behaviour.ts';
import type { JsonObject } from '../json.ts';
import { parsed, subnetPrefixes, subnetsOf } from './address-space.ts';
import { at, itemsAt, objectAt, parentId, textAt } from './fields.ts';

/** What the container service looks at before it builds a cluster. Codes are the service's where its pages and code lists have them. */
export function refuseCluster(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const profile = objectAt(wanted.body, 'properties', 'networkProfile');
  return (
    missingSubnet(wanted, world) ??
    serviceRange(wanted, profile, world) ??
    podRange(wanted, profile, world) ??
    dnsAddress(profile) ??
    apiServerAccess(wanted) ??
    outbound(wanted, profile, world)
  );
}

/** A pool that is added later is placed like those of the first day. */
export function refusePool(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const cluster = world.get(parentId(wanted.id));
  const body = {
    properties: {
      agentPoolProfiles: [objectAt(wanted.body, 'properties')],
      networkProfile: objectAt(cluster, 'properties', 'networkProfile'),
    },
  };
  const placed = { ...wanted, body };
  return missingSubnet(placed, world) ?? outbound(placed, body.properties.networkProfile, world);
}

function poolSubnets(wanted: Wanted): string[] {
  const ids = itemsAt(wanted.body, 'properties', 'agentPoolProfiles').flatMap(
    (pool) => textAt(pool, 'vnetSubnetID') ?? [],
  );
  return [...new Set(ids)];
}

function missingSubnet(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const own = `/subscriptions/${world.subscriptionId.toLowerCase()}/`;
  const missing = poolSubnets(wanted).find(
    (id) => id.toLowerCase().startsWith(own) && world.get(id) === undefined,
  );
  if (missing === undefined) return undefined;
  return armError(
    400,
    'GetVnetSubnetCidrError',
    `The subnet ${missing} of ${wanted.name} was not found.`,
    { target: 'agentPoolProfile.vnetSubnetID' },
  );
}

/** Aks 2.2: the service range may not meet the network, the DNS address lies inside it. */
function serviceRange(
  wanted: Wanted,
  profile: JsonObject,
  world: ProviderWorld,
): ArmError | undefined {
  const written = textAt(profile, 'serviceCidr') ?? '10.0.0.0/16';
  const range = parsePrefix(written);
  if (range === undefined) return malformed('networkProfile.serviceCidr', written);
  const clash = neighbourRanges(wanted, world).find((subnet) => prefixesOverlap(subnet, range));
  if (clash === undefined) return undefined;
  return armError(
    400,
    'ServiceCidrOverlapExistingSubnetsCidr',
    `The specified service CIDR ${formatPrefix(range)} is conflicted with an existing subnet CIDR ${formatPrefix(clash)}. Please see https://aka.ms/aks/servicecidroverlap for how to fix the error.`,
    { target: 'networkProfile.serviceCIDR' },
  );
}

function podRange(wanted: Wanted, profile: JsonObject, world: ProviderWorld): ArmError | undefined {
  const isOverlay = textAt(profile, 'networkPluginMode')?.toLowerCase() === 'overlay';
  const isKubenet = textAt(profile, 'networkPlugin')?.toLowerCase() === 'kubenet';
  const written =
    textAt(profile, 'podCidr') ?? (isOverlay || isKubenet ? '10.244.0.0/16' : undefined);
  if (written === undefined) return undefined;
  const range = parsePrefix(written);
  if (range === undefined) return malformed('networkProfile.podCidr', written);
  const clash = poolSubnets(wanted)
    .flatMap((id) => parsed(subnetPrefixes(world.get(id))))
    .find((subnet) => prefixesOverlap(subnet, range));
  if (clash !== undefined) {
    return armError(
      400,
      'PodCidrOverlapExistingSubnetsCidr',
      `The specified pod CIDR ${formatPrefix(range)} is conflicted with an existing subnet CIDR ${formatPrefix(clash)}.`,
      { target: 'networkProfile.podCIDR' },
    );
  }
  const service = parsePrefix(textAt(profile, 'serviceCidr') ?? '10.0.0.0/16');
  if (service === undefined || !prefixesOverlap(service, range)) return undefined;
  return armError(
    400,
    'PodCidrOverlapServiceCidr',
    `The specified pod CIDR ${formatPrefix(range)} is conflicted with service CIDR ${formatPrefix(service)}.`,
    { target: 'networkProfile.podCIDR' },
  );
}

/** The ranges of all subnets of the networks the pools sit in. */
function neighbourRanges(wanted: Wanted, world: ProviderWorld): Prefix[] {
  const networks = new Set(poolSubnets(wanted).map((id) => parentId(id).toLowerCase()));
  return [...networks].flatMap((id) =>
    subnetsOf(id, world).flatMap((subnet) => parsed(subnetPrefixes(subnet))),
  );
}

/** Aks 2.2: `dnsServiceIP` inside the service range, not its first address. The rule is documented, its code is not. */
function dnsAddress(profile: JsonObject): ArmError | undefined {
  const written = textAt(profile, 'dnsServiceIP');
  const range = parsePrefix(textAt(profile, 'serviceCidr') ?? '10.0.0.0/16');
  if (written === undefined || range === undefined) return undefined;
  const ip = parseIp(written);
  if (ip !== undefined && prefixHas(range, ip) && !isFirstOf(range, ip)) return undefined;
  return armError(
    400,
    'InvalidParameter',
    `The DNS service IP ${written} must be an address within the service CIDR ${formatPrefix(range)} and not its first one.`,
    { target: 'networkProfile.dnsServiceIP' },
  );
}

/** The first address belongs to `kubernetes.default`; the base of the range to nobody. */
function isFirstOf(range: Prefix, ip: Ip): boolean {
  const offset = BigInt(ip.value) - BigInt(range.base);
  return offset === 0n || offset === 1n;
}

/** Aks 6: authorised ranges belong to a public API server. */
function apiServerAccess(wanted: Wanted): ArmError | undefined {
  const access = objectAt(wanted.body, 'properties', 'apiServerAccessProfile');
  const ranges = itemsAt(access, 'authorizedIPRanges');
  if (at(access, 'enablePrivateCluster') !== true || ranges.length === 0) return undefined;
  return armError(
    400,
    'InvalidParameter',
    'authorizedIPRanges is not supported for private cluster.',
    { target: 'apiServerAccessProfile.authorizedIPRanges' },
  );
}

function outbound(wanted: Wanted, profile: JsonObject, world: ProviderWorld): ArmError | undefined {
  const type = textAt(profile, 'outboundType')?.toLowerCase();
  if (type !== 'userdefinedrouting') return undefined;
  if (
    Object.keys(objectAt(profile, 'loadBalancerProfile')).some(
      (name) => at(profile, 'loadBalancerProfile', name) !== null,
    )
  ) {
    return armError(
      400,
      'InvalidUserDefinedRoutingWithLoadBalancerProfile',
      'A load balancer profile cannot be set when outbound type is userDefinedRouting.',
      { target: 'networkProfile.loadBalancerProfile' },
    );
  }
  for (const id of poolSubnets(wanted)) {
    const subnet = world.get(id);
    if (subnet === undefined) continue;
    const table = textAt(subnet, 'properties', 'routeTable', 'id');
    if (table === undefined) {
      return armError(
        400,
        'ExistingRouteTableNotAssociatedWithSubnet',
        `An existing route table has not been associated with subnet ${id}. Please update the route table association`,
        { target: 'networkProfile.outboundType' },
      );
    }
    const refused = withoutDefaultRoute(id, table, world);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** Aks 4: 0.0.0.0/0 must lead to a gateway or an appliance; to `Internet` it is refused. The rule is documented, its code is not. */
function withoutDefaultRoute(
  subnet: string,
  table: string,
  world: ProviderWorld,
): ArmError | undefined {
  const found = world.get(table);
  // A table of another subscription: what is in it is not known.
  if (found === undefined) return undefined;
  const own = itemsAt(found, 'properties', 'routes').find(
    (route) => textAt(route, 'properties', 'addressPrefix') === '0.0.0.0/0',
  );
  const hop = textAt(own, 'properties', 'nextHopType')?.toLowerCase();
  if (hop === 'virtualappliance' || hop === 'virtualnetworkgateway') return undefined;
  return armError(
    400,
    'InvalidParameter',
    `The route table ${table} of subnet ${subnet} must have a route for 0.0.0.0/0 to a virtual appliance or gateway when outbound type is userDefinedRouting.`,
    { target: 'networkProfile.outboundType' },
  );
}

function malformed(target: string, text: string): ArmError {
  return armError(400, 'CidrStringParseError', `The CIDR '${text}' of ${target} is not valid.`, {
    target,
  });
}
