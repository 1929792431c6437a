import type { Gap } from '../../diagnostics/index.ts';
import type { Reference } from '../../model/index.ts';
import { formatIp, formatPrefix, type Ip, rangeOfPrefix } from '../../net/index.ts';
import type { ClusterPlacement, Network, SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { AddressPool } from './address-pool.ts';
import { prefixesOfSubnet, type Seat } from './seat.ts';

/** How flows that the fabric sends to the internet leave it: source prefix, and the public addresses that stand for it. */
export interface Outbound {
  /** CIDR text. A /32 comes before the prefix it lies in. */
  readonly source: string;
  readonly addresses: readonly string[];
  readonly why: string;
}

/** Public addresses of a NAT gateway spread over at most this many; more make no difference to what is allowed. */
const SPREAD_MAX = 16;

/**
 * The platform's own source translation for every address of a fabric, in the order in which Azure chooses (AZS-02 to AZS-07): NAT
 * gateway, address of the instance, outbound rule of a load balancer, what AKS makes for its outbound type, default outbound access. What
 * has none is not listed: it is dropped at the edge.
 * @param clusterOf the cluster a node seat belongs to
 * @param byBalancer what a load balancer gives its machines, by host
 * @param pool for addresses that Azure lends and no file names
 */
export function outboundOf(
  network: Network,
  subnets: readonly SubnetPlacement[],
  seats: readonly Seat[],
  clusterOf: (seat: Seat) => ClusterPlacement | undefined,
  byBalancer: ReadonlyMap<string, readonly string[]>,
  pool: AddressPool,
): { readonly outbound: readonly Outbound[]; readonly gaps: readonly Gap[] } {
  const outbound: Outbound[] = [];
  const gaps: Gap[] = [];
  const lent = new Map<string, string>();
  const lend = (whose: string): readonly string[] => {
    const known = lent.get(whose);
    if (known !== undefined) return [known];
    const ip = pool.lent();
    if (ip === undefined) return [];
    lent.set(whose, formatIp(ip));
    return [formatIp(ip)];
  };
  for (const subnet of subnets) {
    const gateway = natGatewayOf(network, subnet);
    const here = seats.filter((seat) => seat.subnet.subnet.key === subnet.subnet.key);
    if (gateway !== undefined) {
      const addresses = gateway.addresses.length > 0 ? gateway.addresses : lend(gateway.name);
      for (const prefix of prefixesOfSubnet(subnet)) {
        const why = `NAT gateway ${gateway.name}`;
        outbound.push({ source: formatPrefix(prefix), addresses, why });
      }
      continue;
    }
    for (const seat of here) {
      if (seat.kind === 'appliance' || seat.kind === 'on-premises') continue;
      const own = ownMeans(network, seat, clusterOf(seat), byBalancer.get(seat.host), lend);
      const [ip] = seat.addresses;
      if (ip !== undefined && own !== undefined)
        outbound.push({ source: `${formatIp(ip)}/32`, ...own });
    }
    if (subnet.subnet.defaultOutboundAccess === false) continue; // AZS-05
    if (isUnknown(subnet.subnet.defaultOutboundAccess)) {
      gaps.push({
        what: `defaultOutboundAccess of subnet ${subnet.subnet.name}`,
        why: 'it is not known: the lab takes the subnet for private',
        at: subnet.subnet.at,
      });
      continue;
    }
    const addresses = lend(`default outbound access of ${subnet.subnet.key}`);
    for (const prefix of prefixesOfSubnet(subnet)) {
      outbound.push({ source: formatPrefix(prefix), addresses, why: 'default outbound access' });
    }
  }
  // What AKS denies itself is denied although the subnet would let it out: an entry without addresses.
  return {
    outbound: outbound.filter(({ source }, index) => firstOf(outbound, source) === index),
    gaps,
  };
}

function firstOf(list: readonly Outbound[], source: string): number {
  return list.findIndex((one) => one.source === source);
}

function natGatewayOf(
  network: Network,
  { natGateway }: SubnetPlacement,
): { readonly name: string; readonly addresses: readonly string[] } | undefined {
  if (natGateway.kind !== 'found') return undefined;
  const { name, publicIps, publicIpPrefixes } = natGateway.target;
  const addresses = [
    ...publicTexts(network, publicIps),
    ...prefixTexts(network, publicIpPrefixes),
  ].slice(0, SPREAD_MAX);
  return { name, addresses };
}

function ownMeans(
  network: Network,
  seat: Seat,
  cluster: ClusterPlacement | undefined,
  byBalancer: readonly string[] | undefined,
  lend: (whose: string) => readonly string[],
): { readonly addresses: readonly string[]; readonly why: string } | undefined {
  if (seat.publicAddresses.length > 0) {
    return { addresses: seat.publicAddresses.slice(0, 1), why: 'public address of the instance' };
  }
  if (byBalancer !== undefined) {
    return { addresses: byBalancer.slice(0, SPREAD_MAX), why: 'load balancer' };
  }
  const profile = cluster?.cluster?.network;
  if (profile === undefined) return undefined;
  const type = isUnknown(profile.outboundType)
    ? 'unknown'
    : (profile.outboundType ?? 'loadbalancer');
  const why = `outboundType ${type}`;
  if (type === 'loadbalancer') {
    const written = [
      ...publicTexts(network, profile.outboundIps),
      ...prefixTexts(network, profile.outboundIpPrefixes),
    ].slice(0, SPREAD_MAX);
    return {
      addresses: written.length > 0 ? written : lend(`load balancer of ${cluster?.name}`),
      why,
    };
  }
  if (type.startsWith('managednatgateway')) {
    return { addresses: lend(`NAT gateway of ${cluster?.name}`), why };
  }
  // AKS-22: `block` lets nothing out.
  return type === 'block' ? { addresses: [], why } : undefined;
}

function publicTexts(network: Network, references: readonly Reference[]): readonly string[] {
  return references.flatMap((reference) => {
    const address = isUnknown(reference)
      ? undefined
      : network.perimeter.publicIps.get(reference.key)?.address;
    return address === undefined || isUnknown(address) ? [] : [formatIp(address)];
  });
}

function prefixTexts(network: Network, references: readonly Reference[]): readonly string[] {
  return references.flatMap((reference) => {
    const prefix = isUnknown(reference)
      ? undefined
      : network.perimeter.publicIpPrefixes.get(reference.key)?.prefix;
    const range = prefix === undefined ? undefined : rangeOfPrefix(prefix);
    if (range?.family !== 4) return [];
    const texts: string[] = [];
    for (
      let value: number = range.low;
      value <= range.high && texts.length < SPREAD_MAX;
      value += 1
    ) {
      texts.push(formatIp({ family: 4, value } as Ip));
    }
    return texts;
  });
}
