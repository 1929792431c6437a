import type { AddressValue, RouteTable, UserRoute } from '../../../model/index.ts';
import {
  ALL_IPV4,
  addressesOfPrefixes,
  addressSetsOverlap,
  formatAddressSet,
  formatIp,
  formatPrefix,
  isEmptyAddressSet,
  type Prefix,
  subtractAddresses,
} from '../../../net/index.ts';
import {
  type FoundOwner,
  findOwner,
  type SubnetPlacement,
  subnetOf,
  vnetReaches,
} from '../../../network/index.ts';
import {
  clusterInternetOutbound,
  internetOutbound,
  type OutboundChoice,
} from '../../../semantics/outbound/concrete.ts';
import { type EffectiveRoute, splitByRoute } from '../../../semantics/routes/concrete.ts';
import { ownHost } from '../../../semantics/routes/user-routes.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { undecided } from './firewall-settings.ts';
import {
  goesThroughAppliance,
  isDefault,
  isFirewallSubnet,
  mayLeadToAppliance,
  routesOf,
  type SubnetRoute,
  subnetsOf,
} from './network-subjects.ts';

const coversFirewall = eachSubject<SubnetRoute>({
  id: 'network/route-covers-firewall-subnet',
  severity: 'error',
  title:
    'No workload route sends answers for the firewall’s own subnet through its load-balanced address.',
  explanation:
    'The firewall’s instances have addresses of their own in AzureFirewallSubnet, and answers to DNAT flows go there directly. A route that covers that subnet sends them to the shared address instead, where another instance may drop them.',
  fix: 'exclude AzureFirewallSubnet from the route, or add a VnetLocal route for it',
  facts: ['AZN-19'],
  covers: ['NET-07'],
  subjects: (context) =>
    routesOf(context).filter(
      ({ subnet, route }) =>
        mayLeadToAppliance(route) && !isDefault(route) && !isFirewallSubnet(subnet),
    ),
  none: 'no workload subnet has a specific route to an appliance',
  key: ({ subnet, route }) => `${subnet.subnet.key} ${route.key}`,
  judge: ({ subnet, route }, context) => {
    const { destination } = route;
    if (isUnknown(destination))
      return ownHost(destination) === undefined
        ? undecided(`What route ${route.name} covers is not known.`, destination)
        : HOLDS;
    if (destination.kind !== 'prefix') return HOLDS;
    const covered = addressesOfPrefixes([destination.prefix]);
    for (const { subnet: link } of context.network.firewalls.values()) {
      if (link.kind !== 'found' || !addressSetsOverlap(covered, link.target.addresses)) continue;
      const { vnet, addresses, subnet: own } = link.target;
      if (vnetReaches(context.network, subnet.vnet.key, vnet.key) === 'no') continue;
      // A longer route, a peering one for example, may win for every address of the firewall: look it up.
      const taken = splitByRoute(context.network, subnet.subnet.key, addresses).some(
        ({ choice }) =>
          choice.kind === 'route'
            ? isSame(choice.route, route)
            : choice.kind === 'unknown' && choice.candidates.some((one) => isSame(one, route)),
      );
      if (!taken) continue;
      if (isUnknown(route.nextHopType))
        return undecided(`Where route ${route.name} leads is not known.`, route.nextHopType);
      return {
        kind: 'fails',
        message: `Route ${route.name} on ${subnet.subnet.name} covers ${own.name}: answers to published services may reach the wrong firewall instance.`,
        places: [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }],
        evidence: [`${route.destinationText} covers ${formatAddressSet(addresses)}`],
      };
    }
    return HOLDS;
  },
});

const unreachableNextHop = eachSubject<SubnetRoute>({
  id: 'network/next-hop-unreachable',
  severity: 'error',
  title: 'Every next hop is an appliance that the subnet can reach.',
  explanation:
    'An appliance address must be in the same or a directly peered network, and something that forwards must be there: a firewall, an internal load balancer, an interface with IP forwarding. Otherwise the route is a black hole: traffic leaves the subnet and arrives nowhere.',
  fix: 'use the private address of the firewall; peer the networks',
  facts: ['AZN-03', 'AZN-18'],
  covers: ['NET-10'],
  subjects: (context) => routesOf(context).filter(({ route }) => mayLeadToAppliance(route)),
  none: 'no route leads to an appliance',
  key: ({ subnet, route }) => `${subnet.subnet.key} ${route.key}`,
  judge: (subject, context) =>
    isUnknown(subject.route.nextHopType)
      ? undecided(
          `Where route ${subject.route.name} leads is not known.`,
          subject.route.nextHopType,
        )
      : subject.route.nextHopAddresses.map((hop) => judgeHop(context, subject, hop)),
});

const internetRouteWithoutWayOut = eachSubject<SubnetRoute>({
  id: 'network/internet-route-without-outbound',
  severity: 'warning',
  title: 'Routes to the internet have an outbound method.',
  explanation:
    'In a private subnet a route with next hop Internet works only with a NAT gateway, a public address or a load balancer outbound rule. Without one the packets are dropped.',
  fix: 'attach a NAT gateway, or remove the route',
  facts: ['AZS-07', 'AZS-05'],
  covers: ['NET-09'],
  subjects: (context) =>
    routesOf(context).filter(
      ({ subnet, route }) =>
        (isUnknown(route.nextHopType) || route.nextHopType === 'Internet') &&
        !isFirewallSubnet(subnet),
    ),
  none: 'no user route leads to the internet',
  key: ({ subnet, route }) => `${subnet.subnet.key} ${route.key}`,
  judge: ({ subnet, route }, context) => {
    const ways = waysOut(context, subnet);
    if (ways.every((way) => way.kind !== 'none' && way.kind !== 'unknown')) return HOLDS;
    if (isUnknown(route.nextHopType))
      return undecided(
        `Whether route ${route.name} leads to the internet is not known.`,
        route.nextHopType,
      );
    if (ways.every((way) => way.kind !== 'none'))
      return {
        kind: 'undecided',
        message: `Whether ${subnet.subnet.name} has a way out to the internet is not known.`,
        missing: ways
          .flatMap((way) => (way.kind === 'unknown' ? way.why.map((fact) => fact.missing) : []))
          .join('; '),
        at: subnet.subnet.at,
      };
    return {
      kind: 'fails',
      message: `Route ${route.name} sends ${route.destinationText} to the internet from a private subnet: it is dropped.`,
      places: [
        { at: route.at, what: `route ${route.name}` },
        { at: subnet.subnet.at, what: 'defaultOutboundAccess: false' },
      ],
      evidence: [`no NAT gateway, public address or outbound rule for ${subnet.subnet.name}`],
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
      (subnet) => goesThroughAppliance(subnet) !== undefined && !isFirewallSubnet(subnet),
    ),
  none: 'no subnet has a default route to an appliance',
  key: (subnet) => subnet.subnet.key,
  judge: (subnet, context) => {
    const table = subnet.routeTable.kind === 'found' ? subnet.routeTable.target : undefined;
    const vnet = context.network.vnets.get(subnet.vnet.key);
    const off = table?.disableBgpRoutePropagation;
    if (table === undefined || vnet === undefined || off === true) return HOLDS;
    const around = vnet.gatewayPrefixes.filter(({ prefix }) => !isOverridden(prefix, table));
    if (around.length === 0 && !vnet.learnsUnknownRoutes) return HOLDS;
    if (isUnknown(off))
      return undecided(`Whether ${table.name} takes learned routes is not known.`, off);
    const what =
      around.map((one) => formatPrefix(one.prefix)).join(', ') || 'what is learned over BGP';
    return {
      kind: 'fails',
      message: `${subnet.subnet.name} reaches ${what} around the firewall.`,
      places: [
        {
          at: table.at,
          what: `disableBgpRoutePropagation: ${off === undefined ? 'not set' : 'false'}`,
        },
      ],
      evidence: [
        around.length === 0
          ? (vnet.unknownRoutesWhy ?? 'a gateway with BGP')
          : `${what} is longer than 0.0.0.0/0`,
      ],
      changes: [{ at: table.at, path: ['properties', 'disableBgpRoutePropagation'], to: true }],
    };
  },
});

export const NETWORK_ROUTING_CHECKS: readonly Check[] = [
  coversFirewall,
  unreachableNextHop,
  internetRouteWithoutWayOut,
  bgpBypass,
];

/** One next hop of a route to an appliance; an equal-cost route has several. */
function judgeHop(
  context: CheckContext,
  { subnet, route }: SubnetRoute,
  hop: AddressValue,
): Judgement {
  const { network } = context;
  const from = { vnetKey: subnet.vnet.key };
  const places = [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }];
  const text = isUnknown(hop) ? hop.text : formatIp(hop);
  if (isUnknown(hop)) {
    if (hop.symbol === undefined)
      return undecided(`Where route ${route.name} leads is not known.`, hop);
    const address = { kind: 'within', addresses: ALL_IPV4, symbol: hop.symbol } as const;
    const here = sure(findOwner(network, address, from));
    if (here.length > 0) return judgeOwners(route, here, text, places);
    return sure(findOwner(network, address)).length === 0
      ? undecided(`Where route ${route.name} leads is not known.`, hop)
      : {
          kind: 'fails',
          message: `The appliance of route ${route.name} is in a network that ${subnet.vnet.name} is not peered with.`,
          places,
          evidence: [text],
        };
  }
  const owners = findOwner(network, { kind: 'exact', ip: hop }, from);
  if (sure(owners).length > 0) return judgeOwners(route, sure(owners), text, places);
  const likely = owners.some(
    ({ owner, address }) =>
      owner.kind === 'firewall-private' &&
      address.likely !== undefined &&
      formatIp(address.likely) === text,
  );
  if (likely) return HOLDS;
  if (
    owners.length > 0 ||
    subnetOf(network, { kind: 'exact', ip: hop }, subnet.vnet.key).length > 0
  )
    return {
      kind: 'undecided',
      message: `Whether anything is at ${text} is not known.`,
      missing: `what has address ${text}`,
      at: route.at,
    };
  const vnet = network.vnets.get(subnet.vnet.key);
  if (
    vnet === undefined ||
    vnet.hasUnknownAddresses ||
    vnet.peers.some(
      (peer) => peer.state === 'unknown' || (peer.state !== 'broken' && peer.hasUnknownAddresses),
    )
  )
    return {
      kind: 'undecided',
      message: `Whether ${text} can be reached from ${subnet.subnet.name} is not known.`,
      missing: 'the peered networks that are not in the input',
      at: route.at,
    };
  return {
    kind: 'fails',
    message: `Route ${route.name} leads to ${text}, which no network that ${subnet.subnet.name} can reach contains.`,
    places,
    evidence: [`${text} is in no reachable subnet`],
  };
}

function judgeOwners(
  route: UserRoute,
  owners: readonly FoundOwner[],
  text: string,
  places: readonly { readonly at: UserRoute['at']; readonly what: string }[],
): Judgement {
  const answers = owners.map(forwards);
  if (answers.includes(true)) return HOLDS;
  const { label } = owners[0]!.address;
  if (answers.includes('unknown'))
    return {
      kind: 'undecided',
      message: `Whether ${label} forwards what route ${route.name} sends it is not known.`,
      missing: `enableIPForwarding of ${label}`,
      at: route.at,
    };
  return {
    kind: 'fails',
    message: `Route ${route.name} leads to ${text}, ${label}, which forwards nothing.`,
    places,
    evidence: [`${text} is ${label}`],
  };
}

/** May it be a next hop? Firewalls and internal load balancers may, an interface that forwards may (3.2). */
function forwards({ owner }: FoundOwner): boolean | 'unknown' {
  switch (owner.kind) {
    case 'firewall-private':
      return true;
    case 'load-balancer-frontend':
      return owner.frontend.privateAddress !== undefined || owner.frontend.subnet !== undefined;
    case 'service-frontend':
      return owner.frontend.isInternal;
    case 'network-interface':
      return owner.forwards;
    default:
      return false;
  }
}

function sure(owners: readonly FoundOwner[]): readonly FoundOwner[] {
  return owners.filter(({ certainty }) => certainty === 'yes');
}

/** How the machines of a subnet leave for the internet: each node pool in it, else whatever else is there. */
function waysOut(context: CheckContext, subnet: SubnetPlacement): readonly OutboundChoice[] {
  const { network, perimeter } = context;
  const { key } = subnet.subnet;
  const pools = network.clusters.flatMap((cluster) =>
    cluster.pools
      .filter((pool) =>
        [pool.nodeSubnet, pool.podSubnet].some(
          (link) => link.kind === 'found' && link.target.subnet.key === key,
        ),
      )
      .map((pool) => clusterInternetOutbound(network, cluster, pool, key)),
  );
  if (pools.length > 0) return pools;
  const hasPublicIp = [...perimeter.networkInterfaces.values()].some((nic) =>
    nic.ipConfigurations.some(
      (ip) =>
        ip.publicIp !== undefined &&
        ip.subnet !== undefined &&
        !isUnknown(ip.subnet) &&
        ip.subnet.key === key,
    ),
  );
  // Backends of a load balancer are interfaces that an input need not hold.
  const hasOutboundRule = [...perimeter.loadBalancers.values()].some(
    ({ outboundRules }) => outboundRules.length > 0,
  );
  return [
    internetOutbound(network, key, {
      nicHasPublicIp: hasPublicIp,
      behindLoadBalancerOutbound: hasOutboundRule ? 'unknown' : false,
    }),
  ];
}

function isSame(effective: EffectiveRoute, route: UserRoute): boolean {
  return effective.source === 'User' && effective.name === route.name;
}

/** Do user routes as long or longer take the whole prefix? They win over what a gateway teaches (AZN-08). */
function isOverridden(prefix: Prefix, table: RouteTable): boolean {
  const longer = table.routes.flatMap(({ destination }) =>
    !isUnknown(destination) &&
    destination.kind === 'prefix' &&
    destination.prefix.family === prefix.family &&
    destination.prefix.length >= prefix.length
      ? [destination.prefix]
      : [],
  );
  return isEmptyAddressSet(
    subtractAddresses(addressesOfPrefixes([prefix]), addressesOfPrefixes(longer)),
  );
}
