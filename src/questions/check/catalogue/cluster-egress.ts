import type { Place } from '../../../diagnostics/index.ts';
import {
  type AddressSet,
  addressSetSize,
  isEmptyAddressSet,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import type { ClusterPlacement, SubnetPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import {
  clusterSubnets,
  managed,
  notFor,
  type PoolOfCluster,
  poolsOf,
} from './cluster-subjects.ts';
import { isCutOff, routeShares, wayOut } from './cluster-ways-out.ts';
import { undecided } from './firewall-settings.ts';

const outboundPath = eachSubject<PoolOfCluster>({
  id: 'egress/not-through-firewall',
  severity: 'error',
  title: 'Every node and pod subnet sends its internet traffic to the firewall.',
  explanation:
    'Traffic of a subnet without the default route leaves by a load balancer, a NAT gateway or default outbound access, past every rule and every log of the firewall. Pod subnets need the route as well as node subnets. A network isolated cluster (outboundType none or block) needs no way out, and then must not have one.',
  fix: 'attach the route table with 0.0.0.0/0 to the firewall to the subnet, and set outboundType to userDefinedRouting',
  facts: ['AKS-20', 'AKS-21', 'AKS-22', 'AZN-06', 'AZN-24'],
  covers: ['P4', 'A1', 'X1'],
  subjects: (context) =>
    notFor('dev', 'ephemeral', 'internal-only')(context) ? poolsOf(context) : [],
  none: 'no node pool, or a profile that does not ask for it',
  key: ({ of, pool }) => `${of.name}/${pool.name}`,
  judge: (subject, context) => {
    const { of, pool, nodeSubnet, podSubnet } = subject;
    const type = of.cluster!.network.outboundType;
    if (type === 'block') return HOLDS;
    if (nodeSubnet.kind === 'none') {
      if (type === 'none') return HOLDS;
      if (isUnknown(type))
        return undecided(`How pool ${pool.name} of ${of.name} leaves is not known.`, type);
      return {
        kind: 'fails',
        message: `Pool ${pool.name} of ${of.name} is in a network that AKS manages: it leaves by ${spelling(type)}, not by the firewall.`,
        fix: 'put the pool in a subnet of a network of your own (vnetSubnetID) whose route table sends 0.0.0.0/0 to the firewall, and set outboundType to userDefinedRouting',
        places: [{ at: pool.at, what: `pool ${pool.name}: no vnetSubnetID` }],
        evidence: [`outboundType: ${spelling(type)}`, 'no subnet of yours, so no route of yours'],
      };
    }
    return [
      judgeWayOut(context, subject, nodeSubnet, 'Nodes'),
      ...(podSubnet.kind === 'none' ? [] : [judgeWayOut(context, subject, podSubnet, 'Pods')]),
    ];
  },
});

function judgeWayOut(
  context: CheckContext,
  { of, pool }: PoolOfCluster,
  link: PoolOfCluster['nodeSubnet'],
  who: 'Nodes' | 'Pods',
): Judgement {
  if (link.kind !== 'found')
    return {
      kind: 'undecided',
      message: `Where ${who.toLowerCase()} of pool ${pool.name} of ${of.name} leave is not known.`,
      missing: link.kind === 'unknown' ? link.unknown.missing : `the subnet of pool ${pool.name}`,
      at: pool.at,
    };
  const { subnet } = link.target;
  const way = wayOut(context, link.target);
  if (way.kind === 'appliance' || way.kind === 'dropped') return HOLDS;
  if (way.kind === 'unknown')
    return {
      kind: 'undecided',
      message: `Where ${subnet.name} sends its traffic is not known.`,
      missing: way.missing,
      at: way.at,
    };
  const places = [{ at: subnet.at, what: `subnet ${subnet.name}` }];
  if (way.kind === 'gateway')
    return {
      kind: 'fails',
      message: `${who} in ${subnet.name} reach the internet through a virtual network gateway, not the firewall.`,
      places,
      evidence: ['the default route leads to VirtualNetworkGateway'],
    };
  if (of.cluster!.network.outboundType === 'none') {
    const cutOff = isCutOff(link.target);
    if (cutOff === true) return HOLDS;
    if (cutOff !== false)
      return {
        kind: 'undecided',
        message: `Whether ${subnet.name} is cut off from the internet is not known.`,
        missing: cutOff.missing,
        at: cutOff.at,
      };
  }
  return {
    kind: 'fails',
    // Without any firewall there may be none on purpose; the reference calls that an assumption, not a fault.
    ...(context.network.firewalls.size === 0 ? { severity: 'warning' as const } : {}),
    message: `${who} in ${subnet.name} reach the internet without passing the firewall.`,
    places,
    evidence: [way.why],
  };
}

const aroundFirewall = eachSubject<SubnetPlacement>({
  id: 'egress/route-around-firewall',
  severity: 'warning',
  title: 'No user route of a cluster subnet leads around the firewall.',
  explanation:
    'A route with next hop Internet for a public prefix or a service tag (`AzureCloud`) is longer than 0.0.0.0/0 and wins: that traffic passes no rule and no log. The control plane needs no such bypass, since nodes open the connection to it themselves. Only the /32 routes for the firewall’s own public addresses have their use, beside a public load balancer.',
  fix: 'remove the route and allow the destination in a firewall rule (fqdnTags AzureKubernetesService for what AKS needs)',
  facts: ['AZN-09', 'AZN-16', 'AFW-E06'],
  covers: ['P4', 'A4'],
  subjects: (context) =>
    notFor('dev', 'ephemeral')(context)
      ? clusterSubnets(context).filter(
          (subnet) => !isEmptyAddressSet(routeShares(subnet).appliance),
        )
      : [],
  none: 'no cluster subnet sends traffic to an appliance, or a profile that does not ask for it',
  key: ({ subnet }) => subnet.key,
  judge: ({ subnet, ...placement }, context) => {
    const { internet, gap } = routeShares({ subnet, ...placement });
    const own = firewallAddresses(context);
    const around = internet.flatMap(({ route, addresses, host }): Judgement[] => {
      if (host !== undefined && own.symbols.has(host)) return [];
      const left = addresses === undefined ? undefined : subtractAddresses(addresses, own.known);
      if (left !== undefined && isEmptyAddressSet(left)) return [];
      const perhaps = left !== undefined && own.open && addressSetSize(left) === 1n;
      if (perhaps)
        return [
          {
            kind: 'undecided',
            message: `Whether route ${route.name} on ${subnet.name} is for the firewall’s own address is not known.`,
            missing: 'the public addresses of the firewall',
            at: route.at,
          },
        ];
      return [
        {
          kind: 'fails',
          message: `${subnet.name} reaches ${route.destinationText} around the firewall: route ${route.name} leads to the internet.`,
          places: [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }],
          evidence: [`${route.destinationText} → Internet, longer than 0.0.0.0/0`],
        },
      ];
    });
    if (around.length > 0 || gap === undefined) return around;
    return {
      kind: 'undecided',
      message: `Whether ${subnet.name} has a route around the firewall is not known.`,
      missing: gap.missing,
      at: gap.at,
    };
  },
});

const internalOnly = eachSubject<PoolOfCluster>({
  id: 'egress/internal-only-reaches-internet',
  severity: 'error',
  title: 'A cluster for internal use alone has no route to the internet.',
  explanation:
    'The profile internal-only says that nothing of the cluster needs the internet. Then no subnet of it may have a route there: neither the system default route nor one of yours.',
  fix: 'give the subnets a route 0.0.0.0/0 to None or to the firewall, or make them private with outboundType none',
  facts: ['AKS-20', 'AZN-06', 'AZS-05'],
  covers: ['X1'],
  subjects: (context) => (context.profile === 'internal-only' ? poolsOf(context) : []),
  none: 'the profile is not internal-only, or there is no node pool',
  key: ({ of, pool }) => `${of.name}/${pool.name}`,
  judge: ({ of, pool, nodeSubnet, podSubnet }, context) => {
    const type = of.cluster!.network.outboundType;
    if (type === 'block') return HOLDS;
    const links = [nodeSubnet, ...(podSubnet.kind === 'none' ? [] : [podSubnet])];
    return links.map((link): Judgement => {
      const open = (missing: string, at: Place): Judgement => ({
        kind: 'undecided',
        message: `Whether pool ${pool.name} of ${of.name} reaches the internet is not known.`,
        missing,
        at,
      });
      const name = link.kind === 'found' ? link.target.subnet.name : `pool ${pool.name}`;
      const fails = (why: string, at: Place): Judgement => ({
        kind: 'fails',
        message: `${name} of ${of.name} reaches the internet although the cluster is internal-only.`,
        places: [{ at, what: name }],
        evidence: [why],
      });
      if (link.kind === 'unknown') return open(link.unknown.missing, pool.at);
      if (link.kind === 'dangling') return open(`the subnet of pool ${pool.name}`, pool.at);
      if (isUnknown(type)) return open(type.missing, type.at);
      if (link.kind === 'none')
        return type === 'none' ? HOLDS : fails(`outboundType: ${spelling(type)}`, pool.at);
      const way = wayOut(context, link.target);
      if (way.kind === 'unknown') return open(way.missing, way.at);
      if (way.kind !== 'internet') return HOLDS;
      const cutOff = type === undefined || type === 'loadbalancer' ? false : isCutOff(link.target);
      if (cutOff === true) return HOLDS;
      if (cutOff !== false) return open(cutOff.missing, cutOff.at);
      return fails(way.why, link.target.subnet.at);
    });
  },
});

const outboundType = eachSubject<ClusterPlacement>({
  id: 'egress/outbound-type',
  severity: 'warning',
  title: 'The outbound type says what the routes do.',
  explanation:
    'With a default route to a firewall and outboundType loadBalancer AKS still builds a public load balancer with an outbound address nobody uses. With userDefinedRouting and no default route to an appliance the cluster has no way out.',
  fix: 'az aks update --outbound-type userDefinedRouting',
  facts: ['AKS-20', 'AKS-21'],
  covers: ['P4', 'A1'],
  subjects: (context) =>
    managed(context).filter(({ pools }) =>
      pools.some(({ nodeSubnet }) => nodeSubnet.kind === 'found'),
    ),
  none: 'no cluster whose node subnet is in the input',
  key: ({ name }) => name,
  judge: (placement, context) => {
    const { network } = placement.cluster!;
    if (isUnknown(network.outboundType))
      return undecided(
        `The outbound type of ${placement.name} is not known.`,
        network.outboundType,
      );
    const type = network.outboundType ?? 'loadbalancer';
    const ways = placement.pools.flatMap(({ nodeSubnet }) =>
      nodeSubnet.kind === 'found' ? [wayOut(context, nodeSubnet.target)] : [],
    );
    const open = ways.find((way) => way.kind === 'unknown');
    if (open !== undefined)
      return {
        kind: 'undecided',
        message: `Whether the outbound type of ${placement.name} fits its routes is not known.`,
        missing: open.missing,
        at: open.at,
      };
    const routed = ways.some(({ kind }) => kind === 'appliance');
    // AKS takes a gateway for an appliance (AKS-21).
    const accepted = ways.every(({ kind }) => kind === 'appliance' || kind === 'gateway');
    if (routed && !['userdefinedrouting', 'none', 'block'].includes(type))
      return {
        kind: 'fails',
        message: `${placement.name} routes to an appliance and has outboundType ${spelling(type)}: ${type === 'userassignednatgateway' ? 'it counts on a NAT gateway' : 'AKS builds a public way out'} that no route uses.`,
        places: [{ at: network.at, what: `outboundType ${spelling(type)}` }],
        evidence: [`outboundType: ${spelling(type)}`],
      };
    if (!accepted && type === 'userdefinedrouting')
      return {
        kind: 'fails',
        severity: 'error',
        message: `${placement.name} has outboundType userDefinedRouting and a node subnet without a default route to an appliance.`,
        places: [{ at: network.at, what: 'outboundType userDefinedRouting' }],
        evidence: ['no 0.0.0.0/0 route to a virtual appliance'],
      };
    return HOLDS;
  },
});

const nodePublicIp = eachSubject<PoolOfCluster>({
  id: 'cluster/node-public-addresses',
  severity: 'error',
  title: 'Nodes have no public addresses.',
  explanation:
    'A node with a public address can be reached around the firewall. With the default route to the firewall its answers are lost there as well: the address is both exposed and broken.',
  fix: 'set enableNodePublicIP to false (a new pool is needed)',
  facts: ['AZS-03'],
  covers: ['F4', 'P4', 'NET-12', 'X1'],
  subjects: poolsOf,
  none: 'no node pool',
  key: ({ of, pool }) => `${of.name}/${pool.name}`,
  judge: ({ of, pool }) => {
    if (isUnknown(pool.enableNodePublicIp))
      return undecided(
        `Whether nodes of ${pool.name} have public addresses is not known.`,
        pool.enableNodePublicIp,
      );
    if (pool.enableNodePublicIp !== true) return HOLDS;
    return {
      kind: 'fails',
      message: `Nodes of pool ${pool.name} of ${of.name} have public addresses.`,
      places: [{ at: pool.at, what: 'enableNodePublicIP: true' }],
      evidence: ['enableNodePublicIP: true'],
    };
  },
});

const ipv6Egress = eachSubject<ClusterPlacement>({
  id: 'egress/ipv6-outside-firewall',
  severity: 'warning',
  title: 'IPv6 traffic does not leave around the firewall.',
  explanation:
    'Azure Firewall handles IPv6 only in a preview. The IPv6 half of a dual-stack cluster follows its own default route to the internet.',
  fix: 'remove the IPv6 range from the node subnet, or route ::/0 to None or to an appliance that filters it',
  facts: ['AFW-36', 'AZN-06'],
  covers: ['F3'],
  subjects: (context) =>
    managed(context).filter(({ cluster }) =>
      cluster!.network.ipFamilies.some((family) => family.toLowerCase() === 'ipv6'),
    ),
  none: 'no dual-stack cluster',
  key: ({ cluster }) => cluster!.key,
  judge: ({ cluster, name, pools }) => {
    const open = (missing: string, at: Place): Judgement => ({
      kind: 'undecided',
      message: `Where IPv6 of ${name} leaves is not known.`,
      missing,
      at,
    });
    const subnets = new Map<string, SubnetPlacement>();
    for (const { pool, nodeSubnet } of pools) {
      if (nodeSubnet.kind === 'found') subnets.set(nodeSubnet.target.subnet.key, nodeSubnet.target);
      else return open(`the subnet of pool ${pool.name}`, pool.at);
    }
    return [...subnets.values()].map((placement): Judgement => {
      const { subnet, addresses, routeTable } = placement;
      if (addresses.v6.length === 0) {
        const unread = subnet.prefixes.find(isUnknown);
        return unread === undefined ? HOLDS : open(unread.missing, unread.at);
      }
      if (routeTable.kind === 'unknown' || routeTable.kind === 'dangling')
        return open(`the route table of ${subnet.name}`, subnet.at);
      const routes = routeTable.kind === 'found' ? routeTable.target.routes : [];
      const route = routes.find(
        ({ destination }) =>
          !isUnknown(destination) &&
          destination.kind === 'prefix' &&
          destination.prefix.family === 6 &&
          destination.prefix.length === 0,
      );
      if (route !== undefined && isUnknown(route.nextHopType))
        return open(route.nextHopType.missing, route.at);
      if (route !== undefined && route.nextHopType !== 'Internet') return HOLDS;
      const odd = routes.find(({ destination }) => isUnknown(destination));
      if (route === undefined && odd !== undefined)
        return open(`what route ${odd.name} does`, odd.at);
      return {
        kind: 'fails',
        message: `IPv6 of ${name} leaves ${subnet.name} without passing the firewall.`,
        places: [
          { at: subnet.at, what: `subnet ${subnet.name}` },
          { at: cluster!.network.at, what: 'ipFamilies IPv6' },
        ],
        evidence: [route === undefined ? 'no ::/0 route' : `route ${route.name} ::/0 → Internet`],
      };
    });
  },
});

export const CLUSTER_EGRESS_CHECKS: readonly Check[] = [
  outboundPath,
  aroundFirewall,
  outboundType,
  internalOnly,
  nodePublicIp,
  ipv6Egress,
];

/** Public addresses of the firewalls. `open`: one of them has addresses that no file says. */
function firewallAddresses(context: CheckContext): {
  readonly known: AddressSet;
  readonly open: boolean;
  readonly symbols: ReadonlySet<string | undefined>;
} {
  const all = [...context.network.firewalls.values()].flatMap((one) => one.publicAddresses);
  const known = all.filter(({ address }) => address.isExact);
  return {
    known: unionAddresses(...known.map(({ address }) => address.addresses)),
    open: known.length < all.length,
    symbols: new Set(all.map(({ address }) => address.symbol)),
  };
}

/** Outbound types as Azure spells them. */
const SPELLINGS = [
  'loadBalancer',
  'userDefinedRouting',
  'managedNATGateway',
  'managedNATGatewayV2',
  'userAssignedNATGateway',
];

function spelling(type: string | undefined): string {
  if (type === undefined) return 'loadBalancer';
  return SPELLINGS.find((one) => one.toLowerCase() === type) ?? type;
}
