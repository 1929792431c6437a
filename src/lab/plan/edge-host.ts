import { addressesOfPrefixes, formatPrefix, type Prefix } from '../../net/index.ts';
import { elementsOf } from './address-sets.ts';
import { cable } from './cables.ts';
import { FORWARDING } from './fabric-host.ts';
import type { Fabric } from './fabrics.ts';
import { INTERNET_ADDRESS } from './internet-host.ts';
import type { LabHost } from './lab-plan.ts';
import { nftMap } from './nft-map.ts';
import type { Outbound } from './outbound.ts';

/** A public front end whose rules rewrite the destination (no floating IP): done here, before any NSG sees the packet (AZS-61). */
export interface TranslatedFrontend {
  readonly address: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly backends: readonly string[];
  readonly backendPort: number;
}

export interface EdgeInput {
  readonly fabric: Fabric;
  /** Address spaces of the VNets behind it. */
  readonly spaces: readonly Prefix[];
  /** Public addresses that things in the fabric own themselves: firewalls, front ends with floating IP. */
  readonly routed: readonly string[];
  /** Public addresses that are translated to one private address, both ways. */
  readonly instances: readonly { readonly address: string; readonly to: string }[];
  readonly frontends: readonly TranslatedFrontend[];
  readonly outbound: readonly Outbound[];
  /** Subnets that reach the services of these prefixes with their private addresses (AZN-15). */
  readonly backbone: readonly {
    readonly sources: readonly string[];
    readonly to: readonly string[];
  }[];
}

/**
 * Where a fabric ends and the internet begins. The platform translates here what has a way out of its own; what the perimeter sends under
 * a public address of its own passes as it is; what has neither is dropped (AZS-07).
 */
export function edgeHost(input: EdgeInput): LabHost {
  const { fabric, spaces, routed, outbound } = input;
  const inside = cable('edge', fabric.index);
  const outside = cable('internet', fabric.index);
  const lent = [...new Set(outbound.flatMap(({ addresses }) => addresses))].filter(
    (address) => !routed.includes(address),
  );
  const back = `via ${inside.near} dev fabric`;
  return {
    name: fabric.edge,
    kind: 'edge',
    label: 'the edge of the platform',
    sysctls: FORWARDING,
    ip: [
      'link set lo up',
      'link set fabric up',
      'link set internet up',
      `addr add ${inside.far}/${inside.length} dev fabric`,
      `addr add ${outside.near}/32 dev internet`,
      `route replace default via ${INTERNET_ADDRESS} dev internet onlink`,
      ...spaces.map((prefix) => `route replace ${formatPrefix(prefix)} ${back}`),
      ...[...new Set(routed)].map((address) => `route replace ${address}/32 ${back}`),
      // Unasked for: no session, so nobody to give it to.
      ...[...lent, ...input.frontends.map(({ address }) => address)]
        .filter(
          (address, index, all) => all.indexOf(address) === index && !routed.includes(address),
        )
        .map((address) => `route replace blackhole ${address}/32`),
    ],
    nftables: edgeRules(input),
    answers: false,
    resolvers: [],
  };
}

function edgeRules({
  spaces,
  instances,
  frontends,
  outbound,
  routed,
  backbone,
}: EdgeInput): string {
  const inside = elementsOf(addressesOfPrefixes(spaces));
  const ways = [...new Set(outbound.map(({ addresses }) => addresses.join(',')))];
  const single = outbound.filter(({ source }) => source.endsWith('/32'));
  const ranges = outbound.filter(({ source }) => !source.endsWith('/32'));
  const verdicts = (list: readonly Outbound[]) =>
    list.map(
      ({ source, addresses }) =>
        `${source.replace(/\/32$/, '')} : goto way_${ways.indexOf(addresses.join(','))}`,
    );
  const exempt = backbone.map(
    ({ sources, to }) => `ip saddr { ${sources.join(', ')} } ip daddr { ${to.join(', ')} } accept`,
  );
  const lines = [
    'table inet edge {',
    ...nftMap(
      'instances',
      'ipv4_addr : ipv4_addr',
      instances.map(({ address, to }) => `${address} : ${to}`),
    ),
    ...ways.flatMap((way, index) => [`  chain way_${index} {`, `    ${translation(way)}`, '  }']),
    ...nftMap('senders', 'ipv4_addr : verdict', verdicts(single)),
    ...nftMap('ranges', 'ipv4_addr : verdict; flags interval', verdicts(ranges)),
    '  chain c_in {',
    '    type nat hook prerouting priority dstnat;',
    '    dnat ip to ip daddr map @instances',
    ...frontends.map((frontend) => `    ${rewriting(frontend)}`),
    '  }',
    '  chain c_pass {',
    '    type filter hook forward priority filter; policy drop;',
    '    ct state established,related accept',
    // Private addresses are routed here for what the backbone brings back; nobody on the internet calls one, nor is called by one from here.
    '    iifname "internet" ct status dnat accept',
    ...(inside.length === 0
      ? []
      : [
          `    iifname "internet" ip daddr { ${inside.join(', ')} } drop`,
          `    iifname "fabric" ct original ip daddr { ${inside.join(', ')} } drop`,
          // An answer whose question came another way has no original.
          `    iifname "fabric" ct state invalid ip daddr { ${inside.join(', ')} } drop`,
        ]),
    '    iifname "internet" accept',
    ...(routed.length === 0 ? [] : [`    ip saddr { ${[...new Set(routed)].join(', ')} } accept`]),
    ...exempt.map((line) => `    ${line}`),
    ...allowed(single, ranges).map((line) => `    ${line}`),
    '    log prefix "edge;no way out " group 6 snaplen 64',
    '    counter drop',
    '  }',
    '  chain c_out {',
    '    type nat hook postrouting priority srcnat;',
    ...exempt.map((line) => `    ${line}`),
    '    ip saddr vmap @senders',
    '    ip saddr vmap @ranges',
    '  }',
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

/** A port of its own for each flow: the source port is kept only while nobody else has it. */
function translation(way: string): string {
  const addresses = way.split(',').filter((address) => address !== '');
  const [only] = addresses;
  if (only === undefined) return 'drop';
  if (addresses.length === 1) return `snat ip to ${only}`;
  const parts = addresses.map((address, index) => `${index} : ${address}`);
  return `snat ip to jhash ip saddr . ip daddr mod ${addresses.length} map { ${parts.join(', ')} }`;
}

function rewriting({ address, protocol, port, backends, backendPort }: TranslatedFrontend): string {
  const match = `ip daddr ${address} ${protocol} dport ${port}`;
  const [only] = backends;
  if (only === undefined) return `${match} drop`;
  if (backends.length === 1) return `${match} dnat ip to ${only}:${backendPort}`;
  const parts = backends.map((backend, index) => `${index} : ${backend} . ${backendPort}`);
  return `${match} dnat ip to jhash ip saddr . ${protocol} sport mod ${backends.length} map { ${parts.join(', ')} }`;
}

/** Senders that AKS blocks come first: their subnet may have a way out. */
function allowed(single: readonly Outbound[], ranges: readonly Outbound[]): readonly string[] {
  const texts = (list: readonly Outbound[]) =>
    [...new Set(list.map(({ source }) => source.replace(/\/32$/, '')))].join(', ');
  const blocked = single.filter(({ addresses }) => addresses.length === 0);
  const open = single.filter(({ addresses }) => addresses.length > 0);
  return [
    ...(blocked.length === 0 ? [] : [`ip saddr { ${texts(blocked)} } drop`]),
    ...(open.length === 0 ? [] : [`ip saddr { ${texts(open)} } accept`]),
    ...(ranges.length === 0 ? [] : [`ip saddr { ${texts(ranges)} } accept`]),
  ];
}
