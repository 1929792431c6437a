import type { Place } from '../../../diagnostics/index.ts';
import type { ManagedCluster } from '../../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  addressSetHas,
  addressSetsOverlap,
  firstAddress,
  formatAddressSet,
  formatIp,
  formatPrefix,
  type Ip,
  intersectAddresses,
  isEmptyAddressSet,
  parsePrefix,
  prefixesOfAddressSet,
} from '../../../net/index.ts';
import type { ClusterPlacement, SubnetPlacement, VnetPlacement } from '../../../network/index.ts';
import { poolDemand, usableAddresses } from '../../../semantics/address-plan/concrete.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import {
  clusterSubnets,
  managed,
  type PoolOfCluster,
  poolsOf,
  production,
} from './cluster-subjects.ts';
import { undecided } from './firewall-settings.ts';

const subnetRoom = eachSubject<SubnetPlacement>({
  id: 'cluster/subnet-too-small',
  severity: 'error',
  title: 'Subnets hold the nodes and pods that the pools may grow to.',
  explanation:
    'In node subnet mode every node reserves an address for each of its maxPods at start. The autoscaler’s maximum plus the surge nodes of an upgrade must fit, in the pod subnet too where pods have one, or scale-out and upgrades fail half way.',
  fix: 'enlarge the subnet, lower maxPods or maxCount, or move to overlay',
  facts: ['AKS-11', 'AKS-12', 'AKS-14', 'AKS-15', 'AKS-16', 'AKS-17', 'AKS-18', 'AZS-11'],
  covers: ['P2'],
  subjects: clusterSubnets,
  none: 'no node pool with a subnet in the input',
  key: ({ subnet }) => subnet.key,
  judge: (placement, context) => {
    const { subnet } = placement;
    const open = (missing: string, at: Place): Judgement => ({
      kind: 'undecided',
      message: `Whether ${subnet.name} is large enough is not known.`,
      missing,
      at,
    });
    const unread = subnet.prefixes.find(isUnknown);
    if (unread !== undefined) return open(unread.missing, unread.at);
    let wanted = frontendsIn(context, placement);
    const pools: PoolOfCluster[] = [];
    for (const one of poolsOf(context)) {
      const parts = (['nodeSubnet', 'podSubnet'] as const).filter((part) => {
        const link = one[part];
        return link.kind === 'found' && link.target.subnet.key === subnet.key;
      });
      if (parts.length === 0) continue;
      pools.push(one);
      const demand = poolDemand(one.of, one.pool);
      if (demand.kind === 'unknown')
        return open(demand.why.map((fact) => fact.missing).join('; '), one.pool.at);
      for (const part of parts) wanted += demand.demand[part];
    }
    const room = prefixesOfAddressSet(placement.addresses).reduce(
      (sum, prefix) => sum + (prefix.family === 4 ? usableAddresses(prefix.length) : 0),
      0,
    );
    if (wanted <= room) return HOLDS;
    return {
      kind: 'fails',
      message: `${subnet.name} has ${room} addresses and ${pools.length === 1 ? `pool ${pools[0]!.pool.name}` : 'its pools'} may want ${wanted}.`,
      places: [
        { at: subnet.at, what: `subnet ${subnet.name}` },
        ...pools.slice(0, 3).map(({ pool }) => ({ at: pool.at, what: `pool ${pool.name}` })),
      ],
      evidence: [`${wanted} wanted, ${room} usable`],
    };
  },
});

const podRangeRoom = eachSubject<ClusterPlacement>({
  id: 'cluster/pod-range-too-small',
  severity: 'error',
  title: 'The pod range has a /24 for every node that there may be.',
  explanation:
    'Overlay and kubenet give each node a /24 of podCidr, however few pods run on it. Once the range is used up no node joins, and upgrades fail for want of surge nodes.',
  fix: 'use a larger podCidr (an overlay range can be expanded in place to one that contains it), or lower maxCount',
  facts: ['AKS-12', 'AKS-13', 'AKS-16'],
  covers: ['P2'],
  subjects: (context) =>
    managed(context).filter(
      ({ addressing }) => addressing === 'overlay' || addressing === 'kubenet',
    ),
  none: 'no cluster whose pods have a range of their own',
  key: ({ name }) => name,
  judge: (placement) => {
    const { network } = placement.cluster!;
    const question = `Whether the pod range of ${placement.name} is large enough is not known.`;
    if (network.unknownPodCidr !== undefined) return undecided(question, network.unknownPodCidr);
    let wanted = 0;
    for (const { pool } of placement.pools) {
      const demand = poolDemand(placement, pool);
      if (demand.kind === 'unknown')
        return {
          kind: 'undecided',
          message: question,
          missing: demand.why.map((fact) => fact.missing).join('; '),
          at: pool.at,
        };
      wanted += demand.demand.podBlocks;
    }
    const room = prefixesOfAddressSet(placement.podAddresses).reduce(
      (sum, { family, length }) => sum + (family === 4 && length <= 24 ? 2 ** (24 - length) : 0),
      0,
    );
    if (wanted <= room) return HOLDS;
    return {
      kind: 'fails',
      message: `The pod range ${formatAddressSet(placement.podAddresses)} of ${placement.name} holds ${room} nodes and its pools may want ${wanted}.`,
      places: [{ at: network.podCidrs[0]?.at ?? network.at, what: 'podCidr' }],
      evidence: [`${wanted} blocks of /24 wanted, ${room} in the range`],
    };
  },
});

const FORBIDDEN = ['169.254.0.0/16', '172.30.0.0/16', '172.31.0.0/16', '192.0.2.0/24'];

const addressPlan = eachSubject<ClusterPlacement>({
  id: 'cluster/address-overlap',
  severity: 'error',
  title: 'Pod, service and network ranges do not overlap.',
  explanation:
    'Service addresses must not overlap anything that is routed; pod addresses of an overlay must not overlap the networks, on-premises ranges or services the pods call: packets for them never leave the overlay. AKS itself uses four ranges that nobody else may. The Service range is smaller than a /12 and holds the address of the cluster DNS, which is not its first.',
  fix: 'choose ranges outside every routed network; 100.64.0.0/10 is usual for overlay pods',
  facts: ['AKS-01', 'AKS-19', 'AZN-51'],
  covers: ['F2', 'P2'],
  subjects: managed,
  none: 'no managed cluster',
  key: ({ name }) => name,
  judge: (placement, context) => {
    const { network } = placement.cluster!;
    const { addressing, name } = placement;
    const isOverlay = addressing === 'overlay' || addressing === 'kubenet';
    const service = { name: 'service range', set: placement.serviceAddresses };
    const pods = { name: 'pod range', set: placement.podAddresses };
    const ranges = isOverlay ? [service, pods] : [service];
    const own = ownNetworks(context, placement);
    const routed = own.flatMap(routedFrom);
    const faults = [
      ...ranges.flatMap((range) =>
        routed
          .filter((other) => addressSetsOverlap(range.set, other.set))
          .map(
            (other) =>
              `the ${range.name} and ${other.name} share ${formatAddressSet(intersectAddresses(range.set, other.set))}`,
          ),
      ),
      ...(isOverlay && addressSetsOverlap(pods.set, service.set)
        ? ['the pod range and the service range overlap']
        : []),
      ...[
        ...ranges,
        ...own.map(({ vnet, addresses }) => ({ name: vnet.name, set: addresses })),
      ].flatMap((range) =>
        FORBIDDEN.filter((text) =>
          addressSetsOverlap(range.set, addressesOfPrefixes([parsePrefix(text)!])),
        ).map(
          (text) =>
            `${range.name.endsWith(' range') ? 'the ' : ''}${range.name} uses ${text}, which AKS keeps`,
        ),
      ),
      ...serviceFaults(network.dnsServiceIp, service.set),
    ];
    if (faults.length > 0)
      return [...new Set(faults)].map((fault) => ({
        kind: 'fails' as const,
        message: `In ${name} ${fault}.`,
        places: [{ at: network.at, what: 'networkProfile' }],
        evidence: [fault],
      }));
    const missing = missingRanges(placement, own);
    return missing === undefined
      ? HOLDS
      : {
          kind: 'undecided',
          message: `Whether the ranges of ${name} overlap is not known.`,
          missing,
          at: network.at,
        };
  },
});

const sharedSubnet = eachSubject<ClusterPlacement>({
  id: 'cluster/subnets-not-separate',
  severity: 'warning',
  title: 'Nodes, pods and the firewall have subnets of their own.',
  explanation:
    'With pods in the node subnet no security group can treat them apart. The firewall’s subnet takes nothing else.',
  fix: 'use overlay with network policies, or a pod subnet',
  facts: ['AKS-02'],
  covers: ['A8', 'P2'],
  subjects: (context) => (production(context) ? managed(context) : []),
  none: 'no managed cluster, or a profile that does not ask for it',
  key: ({ name }) => name,
  judge: (placement, context) => {
    const { cluster, name, pools, addressing } = placement;
    const firewallSubnets = [...context.network.firewalls.values()].flatMap(({ subnet }) =>
      subnet.kind === 'found' ? [subnet.target.subnet.key] : [],
    );
    const keyOf = (link: PoolOfCluster['nodeSubnet']) =>
      link.kind === 'found' ? link.target.subnet.key : undefined;
    const guest = pools.find(({ nodeSubnet, podSubnet }) =>
      [nodeSubnet, podSubnet].some((link) => firewallSubnets.includes(keyOf(link) ?? '')),
    );
    if (guest !== undefined)
      return {
        kind: 'fails',
        severity: 'error',
        message: `Pool ${guest.pool.name} of ${name} is in the firewall’s own subnet.`,
        places: [{ at: guest.pool.at, what: `pool ${guest.pool.name}` }],
        evidence: ['vnetSubnetID is the subnet of the firewall'],
        fix: 'give the pool a subnet of its own',
      };
    const nodes = new Set(poolsOf(context).map(({ nodeSubnet }) => keyOf(nodeSubnet)));
    const shared = pools.find(
      ({ podSubnet }) => podSubnet.kind === 'found' && nodes.has(keyOf(podSubnet)),
    );
    if (shared !== undefined)
      return {
        kind: 'fails',
        message: `Pods of pool ${shared.pool.name} of ${name} are in a subnet that has nodes.`,
        places: [{ at: shared.pool.at, what: 'podSubnetID' }],
        evidence: ['podSubnetID equals a vnetSubnetID'],
      };
    if (addressing === 'node-subnet')
      return {
        kind: 'fails',
        severity: 'note',
        message: `Pods of ${name} share the node subnet: no security group can tell them from nodes.`,
        places: [
          { at: cluster!.network.at, what: 'networkPlugin azure, no overlay, no podSubnetID' },
        ],
        evidence: ['node subnet mode'],
      };
    if (addressing !== 'unknown') return HOLDS;
    const unknown = [cluster!.network.plugin, cluster!.network.pluginMode].find(isUnknown);
    const question = `How ${name} gives addresses is not known.`;
    return unknown === undefined
      ? {
          kind: 'undecided',
          message: question,
          missing: `networkPlugin of ${name}`,
          at: cluster!.network.at,
        }
      : undecided(question, unknown);
  },
});

export const CLUSTER_ADDRESS_CHECKS: readonly Check[] = [
  subnetRoom,
  podRangeRoom,
  addressPlan,
  sharedSubnet,
];

/** Internal front ends that take an address of the subnet; without annotation that is the node subnet (aks 2.3, L). */
function frontendsIn(context: CheckContext, { subnet }: SubnetPlacement): number {
  return managed(context)
    .flatMap(({ loadBalancerServices }) => loadBalancerServices)
    .filter(
      (one) =>
        one.isInternal &&
        one.subnet.kind === 'found' &&
        one.subnet.target.subnet.key === subnet.key,
    ).length;
}

function ownNetworks(context: CheckContext, { pools }: ClusterPlacement): readonly VnetPlacement[] {
  const keys = new Set(
    pools.flatMap(({ nodeSubnet }) =>
      nodeSubnet.kind === 'found' ? [nodeSubnet.target.vnet.key] : [],
    ),
  );
  return [...keys].flatMap((key) => context.network.vnets.get(key) ?? []);
}

/** Everything that packets of the network find a way to, besides the internet. */
function routedFrom(
  vnet: VnetPlacement,
): readonly { readonly name: string; readonly set: AddressSet }[] {
  return [
    { name: vnet.vnet.name, set: vnet.addresses },
    ...vnet.peers.map((peer) => ({
      name: peer.remote.kind === 'found' ? peer.remote.target.name : 'a peer',
      set: peer.remoteAddresses,
    })),
    ...vnet.gatewayPrefixes.map((one) => ({
      name: one.origin,
      set: addressesOfPrefixes([one.prefix]),
    })),
  ];
}

/** The rules of the Service range by itself (aks 2.2). */
function serviceFaults(
  dns: ManagedCluster['network']['dnsServiceIp'],
  set: AddressSet,
): readonly string[] {
  const wide = prefixesOfAddressSet(set)
    .filter(({ family, length }) => family === 4 && length <= 12)
    .map((prefix) => `the service range ${formatPrefix(prefix)} is not smaller than a /12`);
  if (dns === undefined || isUnknown(dns) || isEmptyAddressSet(set)) return wide;
  const ip: Ip = dns;
  if (!addressSetHas(set, ip))
    return [...wide, `dnsServiceIP ${formatIp(ip)} is outside the service range`];
  const first = firstAddress(set);
  // `kubernetes.default` has the first address after the base of the block.
  const taken =
    first !== undefined &&
    first.family === ip.family &&
    BigInt(ip.value) <= BigInt(first.value) + 1n;
  return taken
    ? [
        ...wide,
        `dnsServiceIP ${formatIp(ip)} is the first address of the service range, which kubernetes.default has`,
      ]
    : wide;
}

/** What would have to be known to say that nothing overlaps; `undefined` when all is known. */
function missingRanges(
  { cluster, addressing, name, pools }: ClusterPlacement,
  own: readonly VnetPlacement[],
): string | undefined {
  const { network } = cluster!;
  if (network.unknownServiceCidr !== undefined) return network.unknownServiceCidr.missing;
  if (network.unknownPodCidr !== undefined) return network.unknownPodCidr.missing;
  if (addressing === 'unknown') {
    const plugin = [network.plugin, network.pluginMode].find(isUnknown);
    return plugin?.missing ?? `networkPlugin of ${name}`;
  }
  // A network that AKS makes is made to fit.
  if (
    pools.some(({ nodeSubnet }) => nodeSubnet.kind === 'dangling' || nodeSubnet.kind === 'unknown')
  )
    return `the virtual network of ${name}`;
  const open = own.find((vnet) => vnet.hasUnknownAddresses);
  if (open !== undefined) return `all address prefixes of ${open.vnet.name}`;
  const peer = own.flatMap(({ peers }) => peers).find((one) => one.hasUnknownAddresses);
  if (peer !== undefined)
    return `the address space of the network behind peering ${peer.peering.name}`;
  return undefined;
}
