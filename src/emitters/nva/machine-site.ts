import type { ApplianceSite } from '../../appliance/index.ts';
import { formatIp, type Ip, type Ipv4, type Port, type Prefix, parseIp } from '../../net/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';

/** Where everything lies on the machine. */
export const MACHINE = {
  /** The emitted folder, as it stands. */
  root: '/opt/sallyport',
  /** Sockets and maps; gone after a restart. */
  run: '/run/sallyport',
  /** What the programs write, and below `azure` what Azure would have written. */
  logs: '/var/log/sallyport',
  interface: 'eth0',
} as const;

const AZURE_DNS = '168.63.129.16';
/** Stand-ins for public addresses that no file says (RFC 5737): names inside the machine, seen nowhere else. */
const STAND_IN = '198.51.100.';
/** As many files as HAProxy may open; the unit allows a little more. */
const FILES_MAX = 200_000;

/** Which address of the network interface carries which public address. */
export interface PublicPair {
  readonly onInterface: Ip;
  readonly publicAddress: Ip;
  /** The public address is not in the input. */
  readonly isStandIn: boolean;
}

export interface MachineSite {
  readonly site: ApplianceSite;
  readonly publicPairs: readonly PublicPair[];
  /** The private address is what Azure usually gives, not what the input says. */
  readonly isLikely: boolean;
}

/** The machine in place of the firewall: at its private address. `undefined` when nothing says where that is. */
export function machineSite(
  placement: FirewallPlacement,
  managementSources: readonly Prefix[],
): MachineSite | undefined {
  const known = placement.privateAddress;
  const exact = known?.isExact === true ? known.addresses.v4[0] : undefined;
  const privateAddress =
    exact === undefined ? known?.likely : { family: 4 as const, value: exact as Ipv4 };
  if (privateAddress?.family !== 4) return undefined;
  const publicPairs = placement.publicAddresses.map(({ address }, index): PublicPair => {
    const value = address.isExact ? address.addresses.v4[0] : undefined;
    return {
      // The first address is the next hop of routes and the resolver; each further one carries a public address.
      onInterface: { family: 4, value: (privateAddress.value + 1 + index) as Ipv4 },
      publicAddress:
        value === undefined
          ? parseIp(`${STAND_IN}${index + 1}`)!
          : { family: 4, value: value as Ipv4 },
      isStandIn: value === undefined,
    };
  });
  return {
    site: {
      interfaceName: MACHINE.interface,
      privateAddress,
      publicAddresses: publicPairs.map(({ publicAddress }) => publicAddress),
      dnsUpstream: upstreamOf(placement).map((address) => ({ address, port: 53 as Port })),
      runFolder: MACHINE.run,
      proxyPorts: { http: 3128 as Port, tls: 3129 as Port },
      logGroup: 5,
      filesMax: FILES_MAX,
      proxyThreads: 2,
      ...(managementSources.length === 0 ? {} : { managementSources }),
    },
    publicPairs,
    isLikely: exact === undefined,
  };
}

/** Servers of the nearest policy that names any, else Azure's own resolver (azure-firewall 6). */
function upstreamOf({ firewall, policies }: FirewallPlacement): readonly Ip[] {
  const settings = [...policies.map((policy) => policy.settings).reverse(), firewall.settings];
  for (const { dnsServers } of settings) {
    const known = dnsServers.flatMap((ip) => (isUnknown(ip) ? [] : [ip]));
    if (known.length > 0) return known;
  }
  return [parseIp(AZURE_DNS)!];
}

/**
 * Azure translates a public address to an address of the network interface before a packet arrives. This table undoes it, so that
 * the rules see the addresses they are written in; it changes packets before and after connections are tracked.
 */
export function publicAddressTable(pairs: readonly PublicPair[]): string {
  const elements = (from: (pair: PublicPair) => Ip, to: (pair: PublicPair) => Ip) =>
    pairs.length === 0
      ? []
      : [
          `    elements = { ${pairs.map((pair) => `${formatIp(from(pair))} : ${formatIp(to(pair))}`).join(', ')} }`,
        ];
  return [
    'add table ip sallyport_public',
    'delete table ip sallyport_public',
    'table ip sallyport_public {',
    '  map inwards {',
    '    type ipv4_addr : ipv4_addr',
    ...elements(
      ({ onInterface }) => onInterface,
      ({ publicAddress }) => publicAddress,
    ),
    '  }',
    '  map outwards {',
    '    type ipv4_addr : ipv4_addr',
    ...elements(
      ({ publicAddress }) => publicAddress,
      ({ onInterface }) => onInterface,
    ),
    '  }',
    '  chain c_inwards {',
    '    type filter hook prerouting priority -310; policy accept;',
    `    iifname "${MACHINE.interface}" ip daddr set ip daddr map @inwards`,
    '  }',
    '  chain c_outwards {',
    '    type filter hook postrouting priority 310; policy accept;',
    `    oifname "${MACHINE.interface}" ip saddr set ip saddr map @outwards`,
    '  }',
    '}',
    '',
  ].join('\n');
}
