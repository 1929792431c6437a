import type { Gap } from '../../diagnostics/index.ts';
import { cable } from './cables.ts';
import type { FabricInput } from './fabric-input.ts';
import { fabricNftables } from './fabric-nftables.ts';
import { fabricRouting } from './fabric-routing.ts';
import type { LabHost, LabLink } from './lab-plan.ts';

/** The router of a set of peered VNets, and its cables. */
export function fabricHost(input: FabricInput): {
  readonly host: LabHost;
  readonly links: readonly LabLink[];
  readonly gaps: readonly Gap[];
} {
  const { network, fabric, seats } = input;
  const nftables = fabricNftables(input);
  const routing = fabricRouting(input);
  const cables = [...seats.map((seat) => seat.host), fabric.edge, fabric.platform];
  const vnets = fabric.vnetKeys.map((key) => network.vnets.get(key)?.vnet.name ?? key);
  const edge = cable('edge', fabric.index);
  const platform = cable('platform', fabric.index);
  const host: LabHost = {
    name: fabric.host,
    kind: 'fabric',
    label: `virtual network${vnets.length === 1 ? '' : 's'} ${vnets.join(', ')}`,
    sysctls: routerSysctls(cables),
    ip: [
      'link set lo up',
      ...cables.map((name) => `link set ${name} up`),
      `addr add ${edge.near}/${edge.length} dev ${fabric.edge}`,
      `addr add ${platform.near}/${platform.length} dev ${fabric.platform}`,
      ...routing.ip,
    ],
    nftables: nftables.text,
    answers: false,
    resolvers: [],
  };
  const links = [
    ...seats.map((seat) => link(seat.host, 'eth0', fabric.host, seat.host)),
    link(fabric.edge, 'fabric', fabric.host, fabric.edge),
    link(fabric.platform, 'fabric', fabric.host, fabric.platform),
  ];
  return { host, links, gaps: [...nftables.gaps, ...routing.gaps] };
}

export function link(
  host: string,
  interfaceName: string,
  otherHost: string,
  otherInterface: string,
): LabLink {
  return {
    ends: [
      { host, interface: interfaceName },
      { host: otherHost, interface: otherInterface },
    ],
  };
}

/**
 * Of a host that hands packets on for others, and answers ARP in their place. Values are set per interface too: new interfaces inherit
 * the machine's own defaults, and some settings hold when either says so.
 */
function routerSysctls(interfaces: readonly string[]): LabHost['sysctls'] {
  return [
    ...FORWARDING,
    ['net.ipv4.conf.all.proxy_arp', '1'],
    ['net.ipv4.fib_multipath_hash_policy', '1'],
    ...interfaces.flatMap((name): LabHost['sysctls'] => [
      [`net.ipv4.conf.${name}.rp_filter`, '0'],
      [`net.ipv4.conf.${name}.send_redirects`, '0'],
      [`net.ipv4.neigh.${name}.proxy_delay`, '0'],
    ]),
  ];
}

/** Of every host that forwards: no source checks (the tables decide), no redirects, no IPv6. */
export const FORWARDING: LabHost['sysctls'] = [
  ['net.ipv6.conf.all.disable_ipv6', '1'],
  ['net.ipv6.conf.default.disable_ipv6', '1'],
  ['net.ipv4.ip_forward', '1'],
  ['net.ipv4.conf.all.rp_filter', '0'],
  ['net.ipv4.conf.default.rp_filter', '0'],
  ['net.ipv4.conf.all.accept_local', '1'],
  ['net.ipv4.conf.all.send_redirects', '0'],
  ['net.ipv4.conf.default.send_redirects', '0'],
  ['net.ipv4.conf.all.accept_redirects', '0'],
  ['net.netfilter.nf_conntrack_tcp_be_liberal', '1'],
];
