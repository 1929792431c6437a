import type { NetworkSecurityGroup } from '../../model/index.ts';
import {
  type Ip,
  type Prefix,
  parseIp,
  parsePrefix,
  prefixCovers,
  prefixHas,
} from '../../net/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { HostKind } from './lab-plan.ts';

/** One network interface of the perimeter: who sits there, in which subnet, under which addresses. */
export interface Seat {
  /** The namespace; also the name of its cable in the fabric. */
  readonly host: string;
  readonly kind: HostKind;
  /** The person's own name: `network interface nic-jump`. */
  readonly label: string;
  /** Key of the resource it stands for, where there is one. */
  readonly of?: string;
  /** As `lab exec` takes it; absent for hosts that nobody enters. */
  readonly endName?: string;
  readonly traceName?: string;
  readonly fabric: string;
  readonly subnet: SubnetPlacement;
  /** The first is the interface's own; all lie in the subnet. */
  readonly addresses: readonly Ip[];
  /** Owned on the loopback and routed here: public addresses of a firewall, front ends of an application gateway, prefixes on-premises. */
  readonly furtherAddresses: readonly string[];
  /** Public addresses that the platform translates to the first address, both ways. */
  readonly publicAddresses: readonly string[];
  /** Of the interface itself, beside the subnet's. */
  readonly securityGroup?: NetworkSecurityGroup;
  /** Keys of the application security groups it is a member of. */
  readonly groups: readonly string[];
  /** False: NSGs do not act on it (private endpoints by default, AZS-43). */
  readonly isGuarded: boolean;
  /** Known by its address in the pool of a load balancer alone. */
  readonly isPoolMember?: boolean;
  readonly forwards: boolean;
  readonly answers: boolean;
  readonly resolvers: readonly string[];
}

/** Azure DNS, from every network. */
export const PLATFORM_DNS = '168.63.129.16';
export const METADATA_SERVICE = '169.254.169.254';
export const PLATFORM_PREFIXES: readonly Prefix[] = [PLATFORM_DNS, METADATA_SERVICE].map(
  (text) => parsePrefix(text)!,
);

/** The IPv4 prefixes of a subnet, as written. */
export function prefixesOfSubnet(placement: SubnetPlacement): readonly Prefix[] {
  return placement.subnet.prefixes.flatMap((entry) =>
    isUnknown(entry) || entry.prefix.family !== 4 ? [] : [entry.prefix],
  );
}

/** The IPv4 prefixes of a VNet's address space; where that cannot be read, what its subnets show of it. */
export function prefixesOfVnet(network: Network, vnetKey: string): readonly Prefix[] {
  const placement = network.vnets.get(vnetKey);
  const written = (placement?.vnet.addressSpace ?? []).flatMap((entry) =>
    isUnknown(entry) || entry.prefix.family !== 4 ? [] : [entry.prefix],
  );
  if (placement?.hasUnknownAddresses !== true) return written;
  const shown = placement.subnetKeys.flatMap((key) => {
    const subnet = network.subnets.get(key);
    return subnet === undefined ? [] : prefixesOfSubnet(subnet);
  });
  return [...written, ...shown.filter((one) => !written.some((outer) => prefixCovers(outer, one)))];
}

/** Any neighbour will do: the fabric answers for every address. */
const SOME_NEIGHBOUR = parseIp('169.254.0.1')!;

/**
 * Prefix length and gateway of the subnet prefix an address lies in: `.1`, the first usable one (azure-networking 1.1). An address that
 * Azure would refuse there (outside its subnet, or the gateway's own) is a host by itself.
 */
export function wayOut(
  subnet: SubnetPlacement,
  address: Ip,
): { readonly prefixLength: number; readonly gateway: Ip } {
  const prefix = prefixesOfSubnet(subnet).find((entry) => prefixHas(entry, address));
  if (prefix?.family !== 4 || prefix.base + 1 === address.value) {
    return { prefixLength: 32, gateway: SOME_NEIGHBOUR };
  }
  const gateway: Ip = { family: 4, value: (prefix.base + 1) as typeof prefix.base };
  return { prefixLength: prefix.length, gateway };
}
