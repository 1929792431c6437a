import type { Gap } from '../../diagnostics/index.ts';
import type { Perimeter } from '../../model/index.ts';
import { equalAddressSets, formatIp, type Ip, isEmptyAddressSet } from '../../net/index.ts';
import {
  type Network,
  type OwnedAddress,
  PRIVATE_IPV4,
  PUBLIC_IPV4,
  serviceKey,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { AddressPool } from './address-pool.ts';
import { apiServerName } from './lab-names.ts';
import { writtenAddresses } from './written-addresses.ts';

/** A value only Azure knows, what the lab takes for it, and where it belongs. */
export interface Pin {
  /** As `--assume` takes it: `aks-afw.privateIp`. */
  readonly name: string;
  readonly value: string;
  /** Every mention of the attribute in the input carries it. */
  readonly symbol?: string;
  /** The attribute itself: a resource (by key) or a Kubernetes Service, and the path from its body. */
  readonly owner:
    | {
        readonly kind: 'resource';
        readonly key: string;
        readonly path: readonly (string | number)[];
      }
    | {
        readonly kind: 'service';
        readonly namespace: string;
        readonly name: string;
        readonly path: readonly (string | number)[];
      };
}

export interface PinnedWorld {
  readonly pins: readonly Pin[];
  /** As `LabPlan.assumed` lists them. */
  readonly assumed: readonly { readonly name: string; readonly value: string }[];
  /** What stays open: nobody says in which subnet it is, or its range is full. */
  readonly gaps: readonly Gap[];
}

/**
 * A number for every address that only Azure knows: firewalls get the first usable address of their subnet, as they usually do (AZN-21),
 * the rest the next free ones, public addresses come from the documentation networks. Nothing collides with an address that anybody
 * wrote. The same input gives the same world, whatever the order of its files.
 */
export function pinWorld(perimeter: Perimeter, network: Network): PinnedWorld {
  const open = network.owners.entries.filter(({ address }) => !address.isExact);
  const owned = network.owners.entries.flatMap(({ address }) =>
    address.isExact ? address.addresses.v4.slice(0, 1) : [],
  );
  const pool = new AddressPool([...writtenAddresses(perimeter.snapshot), ...owned]);
  const isOwned = new Set(owned);
  const byIdentity = new Map<string, OwnedAddress>();
  for (const entry of open) {
    const identity = identityOf(entry);
    // The public IP itself rather than who uses it: it is where the attribute is written.
    const known = byIdentity.get(identity);
    if (known === undefined || entry.owner.kind === 'public-ip') byIdentity.set(identity, entry);
  }
  const pins: Pin[] = [...apiServerPins(perimeter)];
  const gaps: Gap[] = [];
  for (const [identity, entry] of inOrder(byIdentity)) {
    const place = placeOf(entry, perimeter);
    const room = entry.address.addresses;
    const isPublic = entry.scope.kind === 'public';
    if (place === undefined || (!isPublic && equalAddressSets(room, PRIVATE_IPV4))) {
      gaps.push(unplaced(entry, 'nothing in the input says where it lies'));
      continue;
    }
    const value = isPublic
      ? pool.publicIn(equalAddressSets(room, PUBLIC_IPV4) ? undefined : room)
      : privateValue(entry, pool, isOwned);
    if (value === undefined) {
      gaps.push(unplaced(entry, 'no address is free where it lies'));
      continue;
    }
    pins.push({
      name: place.name,
      value: formatIp(value),
      owner: place.owner,
      ...(identity.startsWith('?') ? {} : { symbol: identity }),
    });
  }
  const assumed = pins.map(({ name, value }) => ({ name, value }));
  return { pins, assumed, gaps };
}

/** The name Azure generates for an API server, so that the lab and who reads the input mean one machine by it (AKS-98). */
function apiServerPins({ clusters }: Perimeter): readonly Pin[] {
  return [...clusters.values()].flatMap((cluster): readonly Pin[] => {
    const isPrivate = cluster.apiServer.isPrivate === true;
    if ((isPrivate ? cluster.privateFqdn : cluster.fqdn) !== undefined) return [];
    const attribute = isPrivate ? 'privateFQDN' : 'fqdn';
    const path = ['properties', attribute];
    return [
      {
        name: `${cluster.name}.${attribute}`,
        value: apiServerName(cluster),
        owner: { kind: 'resource', key: cluster.key, path },
      },
    ];
  });
}

/** The likely one even where it is written somewhere: who writes it (a DNS server of the network, a route) expects this very thing there. */
function privateValue(
  { address }: OwnedAddress,
  pool: AddressPool,
  owned: ReadonlySet<number>,
): Ip | undefined {
  const { likely } = address;
  if (likely?.family === 4 && !owned.has(likely.value)) {
    pool.take(likely);
    return likely;
  }
  return isEmptyAddressSet(address.addresses) ? undefined : pool.privateIn(address.addresses);
}

function unplaced({ address }: OwnedAddress, why: string): Gap {
  return {
    what: `address of ${address.label}`,
    why: `${why}, so it is not in the lab`,
    ...(address.at === undefined ? {} : { at: address.at }),
  };
}

/** Firewalls first, so that they get the address routes expect; then by name, with numbers in names in their own order. */
function inOrder(entries: ReadonlyMap<string, OwnedAddress>): [string, OwnedAddress][] {
  const rank = ({ owner }: OwnedAddress) => (owner.kind === 'firewall-private' ? 0 : 1);
  const collator = new Intl.Collator('en', { numeric: true });
  return [...entries].sort(
    (a, b) => rank(a[1]) - rank(b[1]) || collator.compare(a[0], b[0]) || (a[0] < b[0] ? -1 : 1),
  );
}

/** The symbol of the address; for one without, whose it is. */
function identityOf({ address }: OwnedAddress): string {
  return address.symbol ?? `?${address.label}`;
}

interface Place {
  readonly name: string;
  readonly owner: Pin['owner'];
}

function placeOf({ owner, address }: OwnedAddress, perimeter: Perimeter): Place | undefined {
  const inResource = (
    key: string,
    short: string,
    path: readonly (string | number)[],
  ): Place | undefined => {
    const resource = perimeter.snapshot.resources.get(key);
    if (resource === undefined) return undefined;
    return { name: `${resource.name}.${short}`, owner: { kind: 'resource', key, path } };
  };
  switch (owner.kind) {
    case 'firewall-private': {
      const { firewall } = owner.firewall;
      const index = firewall.ipConfigurations.findIndex((entry) => entry.subnet !== undefined);
      if (index < 0) return undefined;
      return inResource(firewall.key, 'privateIp', configuration('ipConfigurations', index));
    }
    case 'public-ip':
      return inResource(owner.publicIp.key, 'publicIp', ['properties', 'ipAddress']);
    case 'private-endpoint':
      return inResource(owner.endpoint.key, 'privateIp', configuration('ipConfigurations', 0));
    case 'load-balancer-frontend': {
      const index = owner.loadBalancer.frontends.indexOf(owner.frontend);
      const path = configuration('frontendIPConfigurations', index);
      return inResource(owner.loadBalancer.key, spelled(path), path);
    }
    case 'application-gateway-frontend': {
      const gateway = perimeter.applicationGateways.get(owner.gatewayKey);
      const index = gateway?.frontends.findIndex(({ key }) => key === owner.frontendKey) ?? -1;
      const path = configuration('frontendIPConfigurations', index);
      return index < 0 ? undefined : inResource(owner.gatewayKey, spelled(path), path);
    }
    case 'network-interface': {
      const resource = perimeter.networkInterfaces.get(owner.interfaceKey);
      const index = resource?.ipConfigurations.findIndex(
        ({ privateAddress, at }) =>
          at === address.at || (isUnknown(privateAddress) && privateAddress.at === address.at),
      );
      const path = configuration('ipConfigurations', Math.max(index ?? 0, 0));
      return inResource(owner.interfaceKey, spelled(path), path);
    }
    case 'service-frontend': {
      const { service } = owner.frontend;
      const { namespace, name } = service;
      const path = ['spec', 'loadBalancerIP'];
      return { name: serviceKey(service), owner: { kind: 'service', namespace, name, path } };
    }
    default:
      // A firewall's or a cluster's own: the public IP resource has its own entry under the same symbol.
      return undefined;
  }
}

function configuration(list: string, index: number): readonly (string | number)[] {
  return ['properties', list, index, 'properties', 'privateIPAddress'];
}

/** A path as `--assume` takes it: `frontendIPConfigurations[0].properties.privateIPAddress`. */
function spelled(path: readonly (string | number)[]): string {
  return path
    .slice(1)
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`,
    )
    .join('');
}
