import type { PrivateEndpoint } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { byKey, standsIn } from './places.ts';
import type { Sketch } from './sketch.ts';
import { addressText, listed, nameOfId, unknownText } from './words.ts';

/** Private endpoints, each with what it leads to. Services of one type stand together when they are many. */
export function drawPrivateEndpoints(network: Network, sketch: Sketch): void {
  for (const endpoint of byKey(network.perimeter.privateEndpoints)) {
    const kinds = [...new Set(endpoint.connections.flatMap(({ groupIds }) => groupIds))].sort();
    sketch.put(standsIn(network, endpoint.subnet, endpoint, sketch), {
      id: endpoint.key,
      kind: 'private-endpoint',
      name: endpoint.name,
      lines: [
        endpoint.addresses.every((address) => isUnknown(address))
          ? 'address given by Azure'
          : listed(endpoint.addresses.map(addressText), 1),
      ],
      tooltip: [
        ...(kinds.length === 0 ? [] : [`for ${kinds.join(', ')}`]),
        endpoint.zoneGroupZones.length === 0 ? 'no DNS zone group' : 'has a DNS zone group',
      ],
      layer: 'private-link',
    });
    drawServices(network, endpoint, sketch);
  }
}

function drawServices(network: Network, endpoint: PrivateEndpoint, sketch: Sketch): void {
  for (const { service, groupIds, status, name } of endpoint.connections) {
    const id = isUnknown(service) ? `service/${endpoint.key}/${name}` : `service/${service.key}`;
    const known = isUnknown(service)
      ? undefined
      : network.perimeter.platformServices.get(service.key);
    const access = known?.publicNetworkAccess?.toLowerCase();
    sketch.put(undefined, {
      id,
      kind: 'platform-service',
      name: isUnknown(service) ? unknownText(service.missing) : nameOfId(service.id),
      lines: [
        isUnknown(service) ? 'service' : typeName(service.id),
        ...(access === 'disabled'
          ? ['no public access']
          : access === 'enabled'
            ? ['public access is on']
            : []),
      ],
      layer: 'private-link',
    });
    // AZS-30: only an approved connection carries traffic; templates do not say the state.
    const state = isUnknown(status) ? undefined : status?.toLowerCase();
    const isBroken = state !== undefined && state !== 'approved';
    sketch.link({
      from: endpoint.key,
      to: id,
      meaning: 'private-link',
      standing: isUnknown(status) ? 'unknown' : isBroken ? 'broken' : 'certain',
      label: isBroken ? state : listed([...groupIds].sort(), 2),
    });
  }
}

/** `Microsoft.KeyVault/vaults` of an id. */
function typeName(id: string): string {
  const parts = id.split('/');
  const at = parts.findLastIndex((part) => part.toLowerCase() === 'providers');
  return at < 0 ? 'service' : parts.slice(at + 1, at + 3).join('/');
}
