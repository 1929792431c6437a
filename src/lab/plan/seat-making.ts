import type { Gap } from '../../diagnostics/index.ts';
import type { AddressValue, Reference, VirtualNetwork } from '../../model/index.ts';
import { formatIp, type Ip, type Ipv4 } from '../../net/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { AddressPool } from './address-pool.ts';
import type { Fabric } from './fabrics.ts';
import type { HostNames } from './host-names.ts';
import type { LabOptions } from './lab-options.ts';
import { PLATFORM_DNS, type Seat } from './seat.ts';

/** What seats are made with. */
export interface Making {
  readonly network: Network;
  readonly fabricOf: ReadonlyMap<string, Fabric>;
  readonly pool: AddressPool;
  readonly names: HostNames;
  readonly options: LabOptions;
  readonly gaps: Gap[];
  /** Names of ends that are given. */
  readonly endNames: Set<string>;
}

/** What every seat has unless it says otherwise. */
export function seatIn(
  { network, fabricOf, endNames }: Making,
  subnet: SubnetPlacement,
  own: Pick<Seat, 'host' | 'kind' | 'label' | 'addresses'> & Partial<Seat>,
): Seat | undefined {
  const fabric = fabricOf.get(subnet.vnet.key);
  if (fabric === undefined) return undefined;
  return {
    fabric: fabric.host,
    subnet,
    furtherAddresses: [],
    publicAddresses: [],
    groups: [],
    isGuarded: true,
    forwards: false,
    answers: true,
    resolvers: resolversOf(network, subnet.vnet),
    ...own,
    ...(own.endName === undefined ? {} : { endName: given(endNames, own.endName) }),
  };
}

/** Two things of one name, in two groups, are two ends. */
function given(names: Set<string>, wanted: string): string {
  let name = wanted;
  for (let count = 2; names.has(name); count += 1) name = `${wanted}-${count}`;
  names.add(name);
  return name;
}

/** AZS-30: the servers of the VNet, else Azure's. */
function resolversOf(network: Network, vnet: VirtualNetwork): readonly string[] {
  const servers = network.vnets.get(vnet.key)?.vnet.dnsServers ?? [];
  const known = servers.flatMap((ip) => (isUnknown(ip) || ip.family !== 4 ? [] : [formatIp(ip)]));
  return known.length > 0 ? known : [PLATFORM_DNS];
}

export function subnetOf(
  network: Network,
  reference: Reference | undefined,
): SubnetPlacement | undefined {
  return reference === undefined || isUnknown(reference)
    ? undefined
    : network.subnets.get(reference.key);
}

export function exact(value: AddressValue | undefined): readonly Ip[] {
  return value === undefined || isUnknown(value) || value.family !== 4 ? [] : [value];
}

export function publicText(network: Network, reference: Reference | undefined): readonly string[] {
  const address =
    reference === undefined || isUnknown(reference)
      ? undefined
      : network.perimeter.publicIps.get(reference.key)?.address;
  return exact(address).map(formatIp);
}

export function keysOf(references: readonly Reference[]): readonly string[] {
  return references.flatMap((reference) => (isUnknown(reference) ? [] : [reference.key]));
}

export function ipv4(value: number): Ip {
  return { family: 4, value: value as Ipv4 };
}
