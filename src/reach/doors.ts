import type { FlowPoint } from '../flows/index.ts';
import { WITHOUT_NAME } from '../flows/index.ts';
import { firstAddress, formatIp } from '../net/index.ts';
import type { OwnedAddress } from '../network/index.ts';
import { AS_SENT } from './header.ts';
import type { Origin } from './origins.ts';
import type { Target } from './targets.ts';
import type { World } from './world.ts';

/** Owners that hand what is addressed to them on to somebody else. */
const HANDING_ON: ReadonlySet<OwnedAddress['owner']['kind']> = new Set([
  'firewall-public',
  'service-frontend',
  'application-gateway-frontend',
  'load-balancer-frontend',
]);

/**
 * Addresses by which somebody outside the cluster reaches pods without writing theirs: public addresses of firewalls, gateways and load
 * balancers for senders on the internet, front ends inside the network for the others. Empty for pods and nodes of the cluster, whose
 * Services are asked about by name.
 */
export function doorsFor({ network }: World, origin: Origin): readonly Target[] {
  if (origin.cluster !== undefined) return [];
  const scope = origin.home?.kind === 'internet' ? 'public' : 'vnet';
  const doors = new Map<string, Target>();
  for (const entry of network.owners.entries) {
    const { owner, address } = entry;
    if (entry.scope.kind !== scope || !HANDING_ON.has(owner.kind)) continue;
    const only = address.isExact ? firstAddress(address.addresses) : undefined;
    const key = address.symbol ?? (only === undefined ? address.label : formatIp(only));
    if (doors.has(key)) continue;
    doors.set(key, {
      label: address.label,
      names: WITHOUT_NAME,
      service: {},
      spell: spellingOf(network.owners.entries, entry),
      ...(only === undefined
        ? {
            destination: {
              kind: 'one-of',
              addresses: address.addresses,
              label: address.label,
              ...(address.symbol === undefined ? {} : { symbol: address.symbol }),
            },
          }
        : { destination: AS_SENT, destinations: address.addresses }),
    });
  }
  return [...doors.values()];
}

/** A number where there is one, else the name of the public IP address or of the Service, as `trace` takes it. */
function spellingOf(
  entries: readonly OwnedAddress[],
  { owner, address }: OwnedAddress,
): Target['spell'] {
  const only = address.isExact ? firstAddress(address.addresses) : undefined;
  if (only !== undefined) return (point) => `${formatIp(only)}${portOf(point)}`;
  if (owner.kind === 'service-frontend') {
    const { namespace, name } = owner.frontend.service;
    return (point) => `service:${namespace}/${name}${portOf(point)}`;
  }
  const named = entries.find(
    (entry) =>
      entry.owner.kind === 'public-ip' &&
      address.symbol !== undefined &&
      entry.address.symbol === address.symbol,
  )?.owner;
  const name = named?.kind === 'public-ip' ? named.publicIp.name : address.label;
  return (point) => `publicip:${name}${portOf(point)}`;
}

function portOf({ protocol, destinationPort }: FlowPoint): string {
  if (protocol === 'tcp') return `:${destinationPort}`;
  return protocol === 'udp' || protocol === 'sctp' ? `:${destinationPort}/${protocol}` : '';
}
