import { formatAddressSet, isEmptyAddressSet, prefixSize } from '../../net/index.ts';
import {
  type Network,
  type SubnetPlacement,
  targetOf,
  type VnetPlacement,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { byKey } from '../diagram/places.ts';
import { type WayOut, wayOutOf } from '../diagram/way-out.ts';
import { nameOfId, unknownText } from '../diagram/words.ts';
import { bullets, code, facts, prose, shortTable } from './markdown.ts';
import { ownerName } from './owner-name.ts';

const ROWS_MAX = 120;

/** Networks, subnets with their room and way out, and the ranges inside clusters. */
export function addressPlan(network: Network): readonly string[] {
  const rows = byKey(network.vnets).flatMap((placed) => rowsOf(network, placed));
  const ranges = network.clusters.flatMap(
    ({ name, podAddresses, serviceAddresses, addressing }) => {
      const told = (what: string, set: typeof podAddresses) =>
        `${what} of ${code(name)}: ${isEmptyAddressSet(set) ? 'not known' : code(formatAddressSet(set))}`;
      return [
        ...(addressing === 'overlay' || addressing === 'kubenet'
          ? [told('Pods', podAddresses)]
          : []),
        told('Services', serviceAddresses),
      ];
    },
  );
  return [
    '## Address plan',
    '',
    `Azure keeps five addresses of every subnet ${facts('AZS-11')}; "usable" is what is left.`,
    '',
    ...shortTable(
      ['network', 'subnet', 'prefix', 'usable', 'security group', 'way out'],
      rows,
      ROWS_MAX,
      'subnets',
    ),
    ...(ranges.length === 0 ? [] : ['Ranges inside clusters:', '', ...bullets(ranges)]),
  ];
}

function rowsOf(
  network: Network,
  { vnet, subnetKeys }: VnetPlacement,
): readonly (readonly string[])[] {
  const space = vnet.addressSpace.map((each) =>
    isUnknown(each) ? prose(unknownText(each.missing)) : code(each.text),
  );
  const name = `${code(vnet.name)} ${space.length === 0 ? 'address space not known' : space.join(', ')}`;
  const subnets = [...subnetKeys].sort().flatMap((key) => network.subnets.get(key) ?? []);
  if (subnets.length === 0) return [[name, '', '', '', '', '']];
  return subnets.map((subnet, index) => [
    index === 0 ? name : code(vnet.name),
    code(subnet.subnet.name),
    prefixes(subnet),
    usable(subnet),
    groupText(subnet),
    firewallWay(network, subnet) ?? wayText(wayOutOf(network, subnet)),
  ]);
}

/** A firewall brings its own addresses: what its subnet would be lent does not matter. */
function firewallWay(network: Network, { subnet }: SubnetPlacement): string | undefined {
  const placed = byKey(network.firewalls).find(
    (each) => targetOf(each.subnet)?.subnet.key === subnet.key,
  );
  if (placed === undefined || targetOf(placed.subnet) === undefined) return undefined;
  const home = network.subnets.get(subnet.key);
  const way = home === undefined ? undefined : wayOutOf(network, home);
  if (way?.kind !== 'direct' && way?.kind !== 'private') return undefined;
  return placed.publicAddresses.length === 0
    ? undefined
    : `to the Internet, with the public addresses of ${code(placed.firewall.name)} ${facts('AFW-71')}`;
}

function prefixes({ subnet }: SubnetPlacement): string {
  const texts = subnet.prefixes.map((each) =>
    isUnknown(each) ? prose(unknownText(each.missing)) : code(each.text),
  );
  return texts.length === 0 ? 'not known' : texts.join(', ');
}

/** IPv4 only; a part that is not known leaves the sum unknown. */
function usable({ subnet }: SubnetPlacement): string {
  let sum = 0n;
  for (const each of subnet.prefixes) {
    if (isUnknown(each)) return 'not known';
    if (each.prefix.family === 4) sum += prefixSize(each.prefix) - 5n;
  }
  return sum > 0n ? String(sum) : subnet.prefixes.length === 0 ? 'not known' : '0';
}

function groupText({ networkSecurityGroup: link }: SubnetPlacement): string {
  switch (link.kind) {
    case 'found':
      return code(link.target.name);
    case 'none':
      return 'none';
    case 'dangling':
      return `${code(nameOfId(link.id))}, not in the input`;
    case 'unknown':
      return prose(unknownText(link.unknown.missing));
  }
}

/** Where a subnet sends 0.0.0.0/0, with the fact that makes it so. */
export function wayText(way: WayOut): string {
  const fact = facts(way.fact);
  switch (way.kind) {
    case 'appliance': {
      const names = way.holders.map(({ owner, certainty }) =>
        certainty === 'yes' ? prose(ownerName(owner)) : `perhaps ${prose(ownerName(owner))}`,
      );
      const who =
        names.length === 0 ? `${prose(way.hop)}, held by nobody in reach` : names.join(', ');
      return `route ${code(way.route.name)} to ${who} ${fact}`;
    }
    case 'network-gateway':
      return `route ${code(way.route.name)} to the network gateway ${fact}`;
    case 'dropped':
      return `dropped by route ${code(way.route.name)} ${fact}`;
    case 'nat-gateway':
      return `NAT gateway ${code(way.gateway.name)} ${fact}`;
    case 'cluster-outbound':
      return `the cluster's own ${way.how} ${fact}`;
    case 'direct':
      return `straight to the Internet, with an address that Azure lends ${fact}`;
    case 'private':
      return `none without an explicit method: private subnet ${fact}`;
    case 'unknown':
      return `${prose(unknownText(way.why))} ${fact}`;
  }
}
