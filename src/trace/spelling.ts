import { formatIp, type Protocol } from '../net/index.ts';
import type { KnownAddress, Network, OwnedAddress } from '../network/index.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import { sameAddress } from './session.ts';

/**
 * How a question names an address and port: by the number, or by what has the address where only Azure knows the
 * number. Its label when neither can be typed.
 */
export function spellingOf(
  network: Network,
  known: KnownAddress,
  port: number,
  protocol: Protocol,
): string {
  const address = flowAddressOf(known);
  const where = protocol === 'tcp' ? `:${port}` : `:${port}/${protocol}`;
  if (address.kind === 'exact') {
    return address.ip.family === 6
      ? `[${formatIp(address.ip)}]${where}`
      : `${formatIp(address.ip)}${where}`;
  }
  for (const entry of network.owners.entries) {
    const name = nameOf(entry);
    if (name !== undefined && sameAddress(flowAddressOf(entry.address), address))
      return `${name}${where}`;
  }
  return `${known.label}${where}`;
}

function nameOf({ owner }: OwnedAddress): string | undefined {
  switch (owner.kind) {
    case 'public-ip':
      return `publicip:${owner.publicIp.name}`;
    case 'private-endpoint':
      return `private-endpoint:${owner.endpoint.name}`;
    case 'service-frontend': {
      const { namespace, name } = owner.frontend.service;
      return `service:${namespace}/${name}`;
    }
    default:
      return undefined;
  }
}
