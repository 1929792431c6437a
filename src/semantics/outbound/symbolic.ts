import { assertNever, type Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { FlowBox, FlowRule } from '../../flows/index.ts';
import type { Reference } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  ALL_IPV6,
  addressesOfPrefixes,
  unionAddresses,
} from '../../net/index.ts';
import {
  type ClusterPlacement,
  type Link,
  type Network,
  type PoolPlacement,
  PUBLIC_IPV4,
  publicAddress,
  type SubnetPlacement,
} from '../../network/index.ts';
import { isUnknown, type Unknown } from '../../values/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';

/** How a flow routed to `Internet` gets out. */
export type OutboundEffect =
  | {
      /** `some-method`: by one of them, nobody can tell which. */
      readonly kind:
        | 'nat-gateway'
        | 'instance-address'
        | 'load-balancer'
        | 'default-access'
        | 'some-method';
      /** What the world sees: one of these addresses. Never empty. */
      readonly sources: AddressSet;
      /** Of one address that only Azure knows. */
      readonly symbol?: string;
    }
  | { readonly kind: 'none' };

export type OutboundRule = FlowRule<OutboundEffect, Decider>;

/** Who sends, as far as it brings a way out of its own. */
export type OutboundSender =
  | { readonly kind: 'node'; readonly cluster: ClusterPlacement; readonly pool: PoolPlacement }
  | { readonly kind: 'interface'; readonly key: string }
  /** Something whose own public address, or lack of one, is written: an Application Gateway. */
  | { readonly kind: 'known'; readonly hasPublicAddress: boolean; readonly at?: Place }
  /** Something that the input does not hold. */
  | { readonly kind: 'nobody' };

/**
 * The ways out of a subnet, first one first; the last rule takes every flow. Ask for flows whose effective route says
 * `Internet`: any other next hop leaves their source alone (AZS-01). What is documented is about IPv4.
 * @param subnetKey the subnet the flow leaves from; absent: the network that AKS manages for the sender's nodes
 * @see AZS-02 NAT gateway, AZS-03 own public address, AZS-04 load balancer, AZS-05 to AZS-07 default access or nothing,
 *   AKS-20 and AKS-22 what the outbound type of a cluster makes of that
 */
export function outboundRules(
  network: Network,
  subnetKey: string | undefined,
  sender: OutboundSender,
): readonly OutboundRule[] {
  const home = homeOf(network, subnetKey, sender);
  return [...ofIpv6(network, subnetKey), ...ofSender(network, home, sender)];
}

function ofSender(network: Network, home: Home, sender: OutboundSender): readonly OutboundRule[] {
  switch (sender.kind) {
    case 'node':
      return ofNode(network, home, sender);
    case 'interface':
      return ladder(network, home, ofInterface(network, sender.key));
    case 'known': {
      const own = sender.hasPublicAddress ? [ownAddress(PUBLIC_IPV4, undefined, sender.at)] : [];
      return ladder(network, home, own);
    }
    case 'nobody': {
      const rules = ladder(network, home, []);
      // Without a way of the subnet's own it hangs on an interface that is not in the input.
      const isClosed = rules.every(({ effect }) => effect.kind === 'none');
      return isClosed ? [perhapsOwnAddress(undefined), ...rules] : rules;
    }
    default:
      return assertNever(sender);
  }
}

/** AKS-20: what AKS itself builds comes before, or in place of, what the subnet has. */
function ofNode(
  network: Network,
  home: Home,
  { cluster, pool }: OutboundSender & { kind: 'node' },
): readonly OutboundRule[] {
  const settings = cluster.cluster?.network;
  const at = settings?.at;
  const written = settings?.outboundType ?? 'loadbalancer';
  if (isUnknown(written)) return nobodyKnows('outbound type', factOf(written), [], 'AKS-20');
  const name = `${cluster.name}: outboundType ${written}`;
  if (written === 'block') return [rule({ kind: 'none' }, name, 'AKS-22', at)];
  if (written.startsWith('managednatgateway')) {
    return [rule({ kind: 'nat-gateway', sources: PUBLIC_IPV4 }, name, 'AKS-20', at)];
  }
  const brought: OutboundRule[] = [];
  const own = pool.pool.enableNodePublicIp;
  if (isUnknown(own)) brought.push(perhapsOwnAddress(at));
  else if (own === true) brought.push(ownAddress(PUBLIC_IPV4, undefined, pool.pool.at));
  if (written === 'loadbalancer') {
    const { sources, symbol } = oneOf(
      network,
      settings?.outboundIps ?? [],
      settings?.outboundIpPrefixes ?? [],
    );
    const effect = { kind: 'load-balancer', sources, ...symbol } as const;
    const placed = own === true ? pool.pool.at : at;
    brought.push(rule(effect, 'load balancer outbound rule', 'AZS-04', placed));
  }
  return ladder(network, home, brought, cluster.name);
}

/**
 * The order of AZS-02 to AZS-07.
 * @param brought what the sender brings along, in order
 * @param managedFor the cluster whose network AKS manages, when the subnet is none of the input's
 */
function ladder(
  network: Network,
  home: Home,
  brought: readonly OutboundRule[],
  managedFor?: string,
): readonly OutboundRule[] {
  switch (home.kind) {
    case 'found':
      return [
        ...throughNatGateway(network, home.target),
        ...brought,
        ...defaultAccess(home.target),
      ];
    case 'none': {
      // Such networks are private when made since 31 March 2026; nothing tells their age.
      const missing = `whether the subnet that AKS made for ${managedFor ?? ''} is private`;
      const lent = { kind: 'default-access', sources: PUBLIC_IPV4 } as const;
      const name = 'subnet managed by AKS';
      return [
        ...brought,
        rule(lent, name, 'AZS-06', undefined, [{ missing }]),
        rule({ kind: 'none' }, name, 'AZS-06'),
      ];
    }
    case 'dangling': {
      const missing = `subnet \`${home.id}\` (not in the input)`;
      return nobodyKnows('node subnet', { missing, at: home.at }, brought);
    }
    case 'unknown':
      return nobodyKnows('node subnet', factOf(home.unknown), brought);
    case 'absent': {
      const missing = `subnet \`${home.key}\` (not in the input)`;
      return nobodyKnows('subnet', { missing }, brought);
    }
    default:
      return assertNever(home);
  }
}

/** AZS-02: before everything that the sender brings along. */
function throughNatGateway(
  network: Network,
  { natGateway: link, subnet }: SubnetPlacement,
): readonly OutboundRule[] {
  const found = (name: string, sources: Sources, at: Place): OutboundRule =>
    rule({ kind: 'nat-gateway', sources: sources.sources, ...sources.symbol }, name, 'AZS-02', at);
  switch (link.kind) {
    case 'none':
      return [];
    case 'dangling':
      return [
        found(`NAT gateway ${lastSegment(link.id)}`, { sources: PUBLIC_IPV4, symbol: {} }, link.at),
      ];
    case 'found': {
      const { name, publicIps, publicIpPrefixes, at } = link.target;
      const sources = oneOf(network, publicIps, publicIpPrefixes);
      return [found(`NAT gateway ${name} on ${subnet.name}`, sources, link.at ?? at)];
    }
    case 'unknown': {
      const name = `NAT gateway of ${subnet.name}`;
      const effect = { kind: 'nat-gateway', sources: PUBLIC_IPV4 } as const;
      return [rule(effect, name, 'AZS-02', undefined, [factOf(link.unknown)])];
    }
    default:
      return assertNever(link);
  }
}

/** AZS-05: lent unless the subnet is private. AZS-06: silence means either in newer API versions. AZS-07: else dropped. */
function defaultAccess({ subnet }: SubnetPlacement): readonly OutboundRule[] {
  const { name, at, apiVersion, defaultOutboundAccess: written } = subnet;
  const lent = { kind: 'default-access', sources: PUBLIC_IPV4 } as const;
  const title = `default outbound access of ${name}`;
  const dropped = rule({ kind: 'none' }, `private subnet ${name}`, 'AZS-07', at);
  if (isUnknown(written)) return [rule(lent, title, 'AZS-05', at, [factOf(written)]), dropped];
  if (written === false) return [dropped];
  // Implicit access is documented for virtual machines of a subnet; a gateway's clients are somewhere else.
  if (name.toLowerCase() === 'gatewaysubnet') {
    const missing = `whether the gateway in \`${name}\` hands on to the internet what its clients send`;
    return [rule(lent, title, 'AZS-05', at, [{ missing, at }]), dropped];
  }
  // Versions are dates, perhaps followed by `-preview`.
  const [version = ''] = /^\d{4}-\d\d-\d\d/.exec(apiVersion ?? '') ?? [];
  if (written === undefined && version > '2026-03-31') {
    const missing = `an explicit \`defaultOutboundAccess\` on subnet \`${name}\` (with API version ${apiVersion} the subnets of a new virtual network are private, those of an existing one are not)`;
    return [rule(lent, title, 'AZS-06', at, [{ missing, at }]), dropped];
  }
  return [{ ...rule(lent, title, 'AZS-05', at), by: decider('default', title, 'AZS-05', at) }];
}

/** AZS-03: the first configuration with a public address counts. */
function ofInterface(network: Network, key: string): readonly OutboundRule[] {
  const { networkInterfaces, publicIps, publicIpPrefixes } = network.perimeter;
  const found = networkInterfaces.get(key);
  for (const { publicIp } of found?.ipConfigurations ?? []) {
    if (publicIp === undefined) continue;
    const { address } = publicAddress(publicIp, publicIps, publicIpPrefixes, '');
    return [ownAddress(address.addresses, address.symbol, found?.at)];
  }
  return [];
}

function ownAddress(
  sources: AddressSet,
  symbol: string | undefined,
  at: Place | undefined,
): OutboundRule {
  const known = symbol === undefined ? {} : { symbol };
  const effect = { kind: 'instance-address', sources, ...known } as const;
  return rule(effect, 'instance-level public address', 'AZS-03', at);
}

function perhapsOwnAddress(at: Place | undefined): OutboundRule {
  const missing = 'whether the interface has a public address';
  const need: MissingFact = at === undefined ? { missing } : { missing, at };
  const effect = { kind: 'instance-address', sources: PUBLIC_IPV4 } as const;
  return rule(effect, 'public address of the interface', 'AZS-03', undefined, [need]);
}

/** What is believed about outbound methods is about IPv4. */
function ofIpv6(network: Network, subnetKey: string | undefined): readonly OutboundRule[] {
  const name = network.subnets.get(subnetKey ?? '')?.subnet.name ?? lastSegment(subnetKey ?? '');
  const missing = `whether, and with which address, ${name} sends IPv6 to the internet`;
  const some = { kind: 'some-method', sources: ALL_IPV6 } as const;
  const out = rule(some, 'IPv6', undefined, undefined, [{ missing }], ALL_IPV6);
  return [out, rule({ kind: 'none' }, 'IPv6', undefined, undefined, [], ALL_IPV6)];
}

/** Some way out that we cannot see, else what the sender brings, else none. */
function nobodyKnows(
  name: string,
  need: MissingFact,
  brought: readonly OutboundRule[],
  fact?: FactId,
): readonly OutboundRule[] {
  return [
    rule({ kind: 'some-method', sources: PUBLIC_IPV4 }, name, fact, undefined, [need]),
    ...brought,
    rule({ kind: 'none' }, name, fact),
  ];
}

/** Where the flow leaves from; `absent`: a subnet that somebody asks about and the input does not hold. */
type Home = Link<SubnetPlacement> | { readonly kind: 'absent'; readonly key: string };

function homeOf(network: Network, key: string | undefined, sender: OutboundSender): Home {
  const target = key === undefined ? undefined : network.subnets.get(key);
  if (target !== undefined) return { kind: 'found', target };
  return sender.kind === 'node' ? sender.pool.nodeSubnet : { kind: 'absent', key: key ?? '' };
}

interface Sources {
  readonly sources: AddressSet;
  readonly symbol: { readonly symbol?: string };
}

/** One of the addresses behind the references. None written: Azure manages them, somewhere in public space. */
function oneOf(
  network: Network,
  ips: readonly Reference[],
  prefixes: readonly Reference[],
): Sources {
  const { publicIps, publicIpPrefixes } = network.perimeter;
  const known = ips.map((each) => publicAddress(each, publicIps, publicIpPrefixes, '').address);
  const sets = known.map(({ addresses }) => addresses);
  for (const each of prefixes) {
    const prefix = isUnknown(each) ? undefined : publicIpPrefixes.get(each.key)?.prefix;
    sets.push(prefix === undefined ? PUBLIC_IPV4 : addressesOfPrefixes([prefix]));
  }
  const symbol = sets.length === 1 ? known[0]?.symbol : undefined;
  return {
    sources: sets.length === 0 ? PUBLIC_IPV4 : unionAddresses(...sets),
    symbol: symbol === undefined ? {} : { symbol },
  };
}

function rule(
  effect: OutboundEffect,
  name: string,
  fact?: FactId,
  at?: Place,
  needs: readonly MissingFact[] = [],
  destinations: AddressSet = ALL_IPV4,
): OutboundRule {
  const box: FlowBox = { destinations, ...(needs.length === 0 ? {} : { needs }) };
  return { region: [box], effect, by: decider('platform', name, fact, at) };
}

function decider(
  kind: Decider['kind'],
  name: string,
  fact: FactId | undefined,
  at: Place | undefined,
): Decider {
  const known = fact === undefined ? {} : { fact };
  return { kind, name, ...known, ...(at === undefined ? {} : { at }) };
}

function factOf({ missing, at }: Unknown): MissingFact {
  return { missing, at };
}

function lastSegment(id: string): string {
  return id.split('/').at(-1) ?? id;
}
