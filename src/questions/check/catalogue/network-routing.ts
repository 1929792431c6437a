import type { RouteTable, UserRoute } from '../../../model/index.ts';
import {
  ALL_IPV4,
  addressesOfPrefixes,
  addressSetsOverlap,
  formatAddressSet,
  formatIp,
  formatPrefix,
  intersectAddresses,
  isEmptyAddressSet,
  type Prefix,
} from '../../../net/index.ts';
import {
  findOwner,
  type PeerLink,
  type SubnetPlacement,
  subnetOf,
  type VnetPlacement,
} from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { undecided } from './firewall-settings.ts';

interface PeerSubject {
  readonly vnet: VnetPlacement;
  readonly peer: PeerLink;
}

const overlappingPeers = eachSubject<PeerSubject>({
  id: 'network/peering-overlap',
  severity: 'error',
  title: 'Peered networks use different addresses.',
  explanation:
    'Azure refuses peerings between networks whose address ranges overlap, at creation and when a range is added later.',
  fix: 'renumber one network, or peer only the subnets that differ',
  facts: ['AZN-02'],
  covers: ['NET-01', 'F2'],
  subjects: peersOf,
  none: 'no peering',
  key: ({ peer }) => peer.peering.key,
  judge: ({ vnet, peer }, context) => {
    if (peer.remote.kind !== 'found') return remoteMissing(peer);
    const remote = context.network.vnets.get(peer.remote.target.key);
    if (remote === undefined) return HOLDS;
    const both = intersectAddresses(vnet.addresses, remote.addresses);
    if (isEmptyAddressSet(both)) {
      return vnet.hasUnknownAddresses || remote.hasUnknownAddresses
        ? {
            kind: 'undecided',
            message: `Whether ${vnet.vnet.name} and ${remote.vnet.name} overlap is not known.`,
            missing: 'all their address prefixes',
            at: peer.peering.at,
          }
        : HOLDS;
    }
    if (peer.peering.peerCompleteVnets === false) return HOLDS;
    return {
      kind: 'fails',
      message: `${vnet.vnet.name} and ${remote.vnet.name} are peered and both use ${formatAddressSet(both)}.`,
      places: [
        { at: peer.peering.at, what: `peering ${peer.peering.name}` },
        { at: vnet.vnet.at, what: vnet.vnet.name },
      ],
      evidence: [formatAddressSet(both)],
    };
  },
});

const incompletePeering = eachSubject<PeerSubject>({
  id: 'network/peering-incomplete',
  severity: 'error',
  title: 'Every peering has both halves, connected and in sync.',
  explanation:
    'A peering is two resources. With one half missing, or its state not Connected, nothing flows; out of sync, the last agreed prefixes are routed and new ones are not.',
  fix: 'create the other half; delete and recreate a disconnected one; synchronise after changing an address space',
  facts: ['AZN-02', 'AZN-04'],
  covers: ['NET-02'],
  subjects: peersOf,
  none: 'no peering',
  key: ({ peer }) => peer.peering.key,
  judge: ({ vnet, peer }) => {
    if (peer.state === 'unknown') return remoteMissing(peer);
    const sync = peer.peering.peeringSyncLevel?.toLowerCase();
    const outOfSync = sync !== undefined && sync !== 'fullyinsync';
    if (peer.state === 'connected' && !outOfSync) return HOLDS;
    const why =
      peer.state === 'broken' ? peer.why : `peeringSyncLevel is ${peer.peering.peeringSyncLevel}`;
    return {
      kind: 'fails',
      message: `Peering ${peer.peering.name} of ${vnet.vnet.name} does not work: ${why}.`,
      places: [{ at: peer.peering.at, what: `peering ${peer.peering.name}` }],
      evidence: [why],
    };
  },
});

const forwardedTraffic = eachSubject<PeerSubject>({
  id: 'network/forwarded-traffic-refused',
  severity: 'warning',
  title: 'Spokes accept what the hub firewall forwards to them.',
  explanation:
    'Packets that a hub appliance forwards (spoke to spoke, on-premises, DNAT without source translation) need allowForwardedTraffic on the spoke’s own peering object. Tests have seen the flag ignored, so this is a warning, never a proof of blocking.',
  fix: 'set allowForwardedTraffic to true on the spoke’s peering',
  facts: ['AZN-02'],
  covers: ['NET-03'],
  subjects: (context) =>
    peersOf(context).filter(({ peer }) => {
      const remote = peer.remote.kind === 'found' ? peer.remote.target.key : undefined;
      return [...context.network.firewalls.values()].some(
        (firewall) =>
          firewall.subnet.kind === 'found' && firewall.subnet.target.vnet.key === remote,
      );
    }),
  none: 'no network is peered with a firewall’s network',
  key: ({ peer }) => peer.peering.key,
  judge: ({ vnet, peer }) => {
    const flag = peer.peering.allowForwardedTraffic;
    if (flag === true) return HOLDS;
    if (isUnknown(flag))
      return undecided(`Whether ${vnet.vnet.name} takes forwarded traffic is not known.`, flag);
    return {
      kind: 'fails',
      message: `${vnet.vnet.name} may refuse what the firewall in ${peer.remote.kind === 'found' ? peer.remote.target.name : 'the hub'} forwards to it.`,
      places: [
        {
          at: peer.peering.at,
          what: `allowForwardedTraffic: ${flag === undefined ? 'not set' : 'false'}`,
        },
      ],
      evidence: [`allowForwardedTraffic is ${flag === undefined ? 'not set (false)' : 'false'}`],
    };
  },
});

const gatewayDefaultRoute = eachSubject<{
  subnet: SubnetPlacement;
  table: RouteTable;
  route: UserRoute;
}>({
  id: 'network/gateway-subnet-default-route',
  severity: 'error',
  title: 'Gateway subnets have no default route to an appliance.',
  explanation:
    'GatewaySubnet must not have a default route at all, and a classic Application Gateway subnet only one to the internet: otherwise the gateway loses its control plane or its clients.',
  fix: 'remove the route; use specific prefixes where traffic must be inspected',
  facts: ['AZS-63'],
  covers: ['NET-05', 'A12'],
  subjects: (context) =>
    subnetsOf(context).flatMap((subnet) => {
      const isGateway =
        subnet.subnet.name.toLowerCase() === 'gatewaysubnet' ||
        isApplicationGatewaySubnet(context, subnet);
      if (!isGateway || subnet.routeTable.kind !== 'found') return [];
      const table = subnet.routeTable.target;
      return table.routes.filter(isDefault).map((route) => ({ subnet, table, route }));
    }),
  none: 'no gateway subnet has a default route',
  key: ({ subnet, route }) => `${subnet.subnet.key} ${route.key}`,
  judge: ({ subnet, route }, context) => {
    const type = route.nextHopType;
    if (isUnknown(type))
      return undecided(
        `Where the default route of ${subnet.subnet.name} leads is not known.`,
        type,
      );
    const applicationGateway = isApplicationGatewaySubnet(context, subnet);
    if (type === 'Internet' && applicationGateway) return HOLDS;
    if (applicationGateway && isIsolated(context, subnet)) {
      return {
        kind: 'undecided',
        message: `${subnet.subnet.name} has a default route to an appliance, which network isolation may permit.`,
        missing: 'whether the subscription feature for network isolation is registered',
        at: route.at,
      };
    }
    return {
      kind: 'fails',
      message: `${subnet.subnet.name} sends everything to ${type}: its gateway breaks.`,
      places: [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }],
      evidence: [`${route.destinationText} → ${type}`],
    };
  },
});

const coversFirewall = eachSubject<{ subnet: SubnetPlacement; route: UserRoute }>({
  id: 'network/route-covers-firewall-subnet',
  severity: 'error',
  title:
    'No workload route sends answers for the firewall’s own subnet through its load-balanced address.',
  explanation:
    'The firewall’s instances have addresses of their own in AzureFirewallSubnet, and answers to DNAT flows go there directly. A route that covers that subnet sends them to the shared address instead, where another instance may drop them.',
  fix: 'exclude AzureFirewallSubnet from the route, or add a VnetLocal route for it',
  facts: ['AZN-19'],
  covers: ['NET-07'],
  subjects: (context) => applianceRoutes(context).filter(({ route }) => !isDefault(route)),
  none: 'no workload subnet has a specific route to an appliance',
  key: ({ subnet, route }) => `${subnet.subnet.key} ${route.key}`,
  judge: ({ subnet, route }, context) => {
    if (isUnknown(route.destination))
      return undecided(`What route ${route.name} covers is not known.`, route.destination);
    if (route.destination.kind !== 'prefix') return HOLDS;
    const covered = addressesOfPrefixes([route.destination.prefix]);
    const firewall = [...context.network.firewalls.values()].find(
      (one) =>
        one.subnet.kind === 'found' && addressSetsOverlap(covered, one.subnet.target.addresses),
    );
    if (firewall === undefined || firewall.subnet.kind !== 'found') return HOLDS;
    return {
      kind: 'fails',
      message: `Route ${route.name} on ${subnet.subnet.name} covers ${firewall.subnet.target.subnet.name}: answers to published services may reach the wrong firewall instance.`,
      places: [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }],
      evidence: [
        `${route.destinationText} covers ${formatAddressSet(firewall.subnet.target.addresses)}`,
      ],
    };
  },
});

const unreachableNextHop = eachSubject<{ subnet: SubnetPlacement; route: UserRoute }>({
  id: 'network/next-hop-unreachable',
  severity: 'error',
  title: 'Every next hop is an appliance that the subnet can reach.',
  explanation:
    'An appliance address must be in the same or a directly peered network, and something must be there. Otherwise the route is a black hole: traffic leaves the subnet and arrives nowhere.',
  fix: 'use the private address of the firewall; peer the networks',
  facts: ['AZN-03', 'AZN-18'],
  covers: ['NET-10'],
  subjects: applianceRoutes,
  none: 'no route leads to an appliance',
  key: ({ subnet, route }) => `${subnet.subnet.key} ${route.key}`,
  judge: ({ subnet, route }, context) => {
    const hop = route.nextHopAddresses[0];
    const place = [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }];
    if (hop === undefined)
      return {
        kind: 'fails',
        message: `Route ${route.name} names an appliance and no address.`,
        places: place,
        evidence: ['nextHopIpAddress is missing'],
      };
    const from = { vnetKey: subnet.vnet.key };
    if (isUnknown(hop)) {
      const owner =
        hop.symbol === undefined
          ? []
          : findOwner(
              context.network,
              { kind: 'within', addresses: ALL_IPV4, symbol: hop.symbol },
              from,
            );
      if (owner.some((found) => found.certainty === 'yes')) return HOLDS;
      const anywhere =
        hop.symbol === undefined
          ? []
          : findOwner(context.network, { kind: 'within', addresses: ALL_IPV4, symbol: hop.symbol });
      if (anywhere.some((found) => found.certainty === 'yes'))
        return {
          kind: 'fails',
          message: `The appliance of route ${route.name} is in a network that ${subnet.vnet.name} is not peered with.`,
          places: place,
          evidence: [hop.text],
        };
      return undecided(`Where route ${route.name} leads is not known.`, hop);
    }
    const owners = findOwner(context.network, { kind: 'exact', ip: hop }, from);
    if (owners.some((found) => found.certainty === 'yes')) return HOLDS;
    if (
      owners.length > 0 ||
      subnetOf(context.network, { kind: 'exact', ip: hop }, subnet.vnet.key).length > 0
    ) {
      return owners.some(
        (found) =>
          found.owner.kind === 'firewall-private' &&
          found.address.likely !== undefined &&
          formatIp(found.address.likely) === formatIp(hop),
      )
        ? HOLDS
        : {
            kind: 'undecided',
            message: `Whether anything is at ${formatIp(hop)} is not known.`,
            missing: `what has address ${formatIp(hop)}`,
            at: route.at,
          };
    }
    const visible = [...context.network.vnets.values()];
    if (
      subnet.vnet.isReference === true ||
      visible.some(
        (one) =>
          one.vnet.key === subnet.vnet.key && one.peers.some((peer) => peer.state === 'unknown'),
      )
    ) {
      return {
        kind: 'undecided',
        message: `Whether ${formatIp(hop)} can be reached from ${subnet.subnet.name} is not known.`,
        missing: 'the peered networks that are not in the input',
        at: route.at,
      };
    }
    return {
      kind: 'fails',
      message: `Route ${route.name} leads to ${formatIp(hop)}, which no network that ${subnet.subnet.name} can reach contains.`,
      places: place,
      evidence: [`${formatIp(hop)} is in no reachable subnet`],
    };
  },
});

const internetRouteWithoutWayOut = eachSubject<{ subnet: SubnetPlacement; route: UserRoute }>({
  id: 'network/internet-route-without-outbound',
  severity: 'warning',
  title: 'Routes to the internet have an outbound method.',
  explanation:
    'In a private subnet a route with next hop Internet works only with a NAT gateway, a public address or a load balancer outbound rule. Without one the packets are dropped.',
  fix: 'attach a NAT gateway, or remove the route',
  facts: ['AZS-07', 'AZS-05'],
  covers: ['NET-09'],
  subjects: (context) =>
    subnetsOf(context).flatMap((subnet) =>
      subnet.routeTable.kind === 'found'
        ? subnet.routeTable.target.routes
            .filter(
              (route) =>
                route.nextHopType === 'Internet' &&
                !/^azurefirewall(management)?subnet$/i.test(subnet.subnet.name),
            )
            .map((route) => ({ subnet, route }))
        : [],
    ),
  none: 'no user route leads to the internet',
  key: ({ subnet, route }) => `${subnet.subnet.key} ${route.key}`,
  judge: ({ subnet, route }) => {
    const access = subnet.subnet.defaultOutboundAccess;
    if (subnet.natGateway.kind === 'found') return HOLDS;
    if (isUnknown(access))
      return undecided(`Whether ${subnet.subnet.name} is private is not known.`, access);
    if (access !== false) return HOLDS;
    return {
      kind: 'fails',
      message: `Route ${route.name} sends ${route.destinationText} to the internet from a private subnet: it is dropped.`,
      places: [
        { at: route.at, what: `route ${route.name}` },
        { at: subnet.subnet.at, what: 'defaultOutboundAccess: false' },
      ],
      evidence: ['no NAT gateway on the subnet'],
    };
  },
});

const bgpBypass = eachSubject<SubnetPlacement>({
  id: 'network/learned-routes-bypass-firewall',
  severity: 'warning',
  title: 'Routes learned from a gateway do not lead around the firewall.',
  explanation:
    'A default route to the firewall loses to every longer prefix. On-premises prefixes learned over BGP are longer, so that traffic goes to the gateway directly, past the firewall, and comes back another way.',
  fix: 'set disableBgpRoutePropagation on the route table',
  facts: ['AZN-11', 'AZN-23'],
  covers: ['NET-06', 'P4'],
  subjects: (context) =>
    subnetsOf(context).filter(
      (subnet) =>
        subnet.routeTable.kind === 'found' &&
        subnet.routeTable.target.routes.some(
          (route) => isDefault(route) && route.nextHopType === 'VirtualAppliance',
        ),
    ),
  none: 'no subnet has a default route to an appliance',
  key: (subnet) => subnet.subnet.key,
  judge: (subnet, context) => {
    const table = subnet.routeTable.kind === 'found' ? subnet.routeTable.target : undefined;
    const off = table?.disableBgpRoutePropagation;
    if (table === undefined || off === true) return HOLDS;
    const vnet = context.network.vnets.get(subnet.vnet.key);
    const learns =
      vnet !== undefined && (vnet.gatewayPrefixes.length > 0 || vnet.learnsUnknownRoutes);
    if (!learns) return HOLDS;
    if (isUnknown(off))
      return undecided(`Whether ${table.name} takes learned routes is not known.`, off);
    const what =
      vnet.gatewayPrefixes.map((one) => formatPrefix(one.prefix)).join(', ') ||
      'routes learned over BGP';
    return {
      kind: 'fails',
      message: `${subnet.subnet.name} reaches ${what} around the firewall.`,
      places: [
        {
          at: table.at,
          what: `disableBgpRoutePropagation: ${off === undefined ? 'not set' : 'false'}`,
        },
      ],
      evidence: [`${what} is longer than 0.0.0.0/0`],
    };
  },
});

const firewallRouteToItself = eachSubject<{ subnet: SubnetPlacement; route: UserRoute }>({
  id: 'network/firewall-subnet-default-route',
  severity: 'error',
  title: 'The firewall’s own subnet goes to the internet directly.',
  explanation:
    'A default route on AzureFirewallSubnet that leads back to the firewall is a loop; one to another appliance is forced tunnelling, which needs a management interface and ends DNAT. The firewall needs no route of its own.',
  fix: 'remove the route table from AzureFirewallSubnet, or make its default route lead to the internet',
  facts: ['AZN-18', 'AFW-E29'],
  covers: ['A4', 'NET-11', 'FW-29'],
  subjects: (context) =>
    subnetsOf(context)
      .filter((subnet) => subnet.subnet.name.toLowerCase() === 'azurefirewallsubnet')
      .flatMap((subnet) =>
        subnet.routeTable.kind === 'found'
          ? subnet.routeTable.target.routes.filter(isDefault).map((route) => ({ subnet, route }))
          : [],
      ),
  none: 'no default route on AzureFirewallSubnet',
  key: ({ subnet, route }) => `${subnet.subnet.key} ${route.key}`,
  judge: ({ subnet, route }, context) => {
    if (isUnknown(route.nextHopType))
      return undecided(
        'Where the firewall’s own default route leads is not known.',
        route.nextHopType,
      );
    if (route.nextHopType === 'Internet') return HOLDS;
    const hop = route.nextHopAddresses[0];
    const owner =
      hop === undefined
        ? undefined
        : isUnknown(hop)
          ? hop.symbol === undefined
            ? undefined
            : findOwner(context.network, {
                kind: 'within',
                addresses: ALL_IPV4,
                symbol: hop.symbol,
              })[0]
          : findOwner(context.network, { kind: 'exact', ip: hop }, { vnetKey: subnet.vnet.key })[0];
    const loops = owner?.owner.kind === 'firewall-private';
    const managed = [...context.network.firewalls.values()].some(
      (one) =>
        one.subnet.kind === 'found' &&
        one.subnet.target.subnet.key === subnet.subnet.key &&
        one.firewall.managementIpConfiguration !== undefined,
    );
    if (managed && !loops) {
      const dnat = [...context.network.firewalls.values()].some((one) =>
        [
          ...one.firewall.collections,
          ...one.policies.flatMap((policy) => policy.groups.flatMap((group) => group.collections)),
        ].some((collection) => collection.kind === 'dnat' && collection.rules.length > 0),
      );
      return dnat
        ? {
            kind: 'fails',
            message: 'The firewall is force-tunnelled and has DNAT rules, which then do not work.',
            places: [{ at: route.at, what: `route ${route.name}` }],
            evidence: ['DNAT is not available with forced tunnelling'],
          }
        : HOLDS;
    }
    return {
      kind: 'fails',
      message: loops
        ? 'The firewall routes to itself: every packet runs in a circle.'
        : `The firewall’s default route leads to ${route.nextHopType} and it has no management interface.`,
      places: [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }],
      evidence: [`${route.destinationText} → ${route.nextHopType}`],
    };
  },
});

export const NETWORK_ROUTING_CHECKS: readonly Check[] = [
  overlappingPeers,
  incompletePeering,
  forwardedTraffic,
  gatewayDefaultRoute,
  coversFirewall,
  unreachableNextHop,
  internetRouteWithoutWayOut,
  bgpBypass,
  firewallRouteToItself,
];

export function subnetsOf(context: CheckContext): readonly SubnetPlacement[] {
  return [...context.network.subnets.values()].filter(({ subnet }) => subnet.isReference !== true);
}

export function isDefault(route: UserRoute): boolean {
  if (isUnknown(route.destination) || route.destination.kind !== 'prefix') return false;
  const { prefix }: { prefix: Prefix } = route.destination;
  return prefix.family === 4 && prefix.length === 0;
}

/** Does the subnet send its default route to an appliance? */
export function goesThroughAppliance(subnet: SubnetPlacement): UserRoute | undefined {
  return subnet.routeTable.kind === 'found'
    ? subnet.routeTable.target.routes.find(
        (route) =>
          isDefault(route) &&
          (route.nextHopType === 'VirtualAppliance' ||
            route.nextHopType === 'VirtualApplianceEcmp'),
      )
    : undefined;
}

export function isApplicationGatewaySubnet(
  context: CheckContext,
  subnet: SubnetPlacement,
): boolean {
  return [...context.perimeter.applicationGateways.values()].some(
    (gateway) =>
      gateway.subnet !== undefined &&
      !isUnknown(gateway.subnet) &&
      gateway.subnet.key === subnet.subnet.key,
  );
}

function isIsolated(context: CheckContext, subnet: SubnetPlacement): boolean {
  return (
    subnet.subnet.delegations.includes('microsoft.network/applicationgateways') &&
    [...context.perimeter.applicationGateways.values()].some((gateway) => gateway.isIsolated)
  );
}

function peersOf(context: CheckContext): readonly PeerSubject[] {
  return [...context.network.vnets.values()].flatMap((vnet) =>
    vnet.peers.map((peer) => ({ vnet, peer })),
  );
}

function applianceRoutes(
  context: CheckContext,
): readonly { subnet: SubnetPlacement; route: UserRoute }[] {
  return subnetsOf(context).flatMap((subnet) =>
    subnet.routeTable.kind === 'found'
      ? subnet.routeTable.target.routes
          .filter((route) => route.nextHopType === 'VirtualAppliance')
          .map((route) => ({ subnet, route }))
      : [],
  );
}

function remoteMissing(peer: PeerLink): Judgement {
  if (peer.state === 'connected') return HOLDS;
  return {
    kind: 'undecided',
    message: `The other side of peering ${peer.peering.name} is not known.`,
    missing: peer.why,
    at: peer.peering.at,
  };
}
