import { isEmptyAddressSet } from '../../net/index.ts';
import { type Network, PRIVATE_IPV4, publicAddress } from '../../network/index.ts';
import type { Flow, FlowAddress } from '../../semantics/flow.ts';
import { flowAddressOf } from '../../semantics/outbound/flow-address.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import type { HopResult, Journey, Session } from '../journey.ts';
import { sameAddress, untranslated } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Hop } from '../trace.ts';

/** The key of sessions that the platform keeps for the public address of an interface. */
const PLATFORM_DNAT = 'platform-dnat';

/**
 * A flow to the public address of an interface: the platform rewrites the destination to the private one, and its
 * security groups see that (AZN-37). `undefined` when the configuration behind the address is not known.
 */
export function intoInterface(
  network: Network,
  interfaceKey: string,
  hop: Hop,
  flow: Flow,
): HopResult | undefined {
  const { networkInterfaces, publicIps, publicIpPrefixes } = network.perimeter;
  const found = networkInterfaces.get(interfaceKey);
  const configuration = found?.ipConfigurations.find(({ publicIp }) => {
    if (publicIp === undefined) return false;
    const { address } = publicAddress(publicIp, publicIps, publicIpPrefixes, '');
    return sameAddress(flowAddressOf(address), flow.destination);
  });
  const subnet = configuration?.subnet;
  if (found === undefined || subnet === undefined || isUnknown(subnet)) return undefined;
  const placed = network.subnets.get(subnet.key);
  if (placed === undefined) return undefined;
  const written = configuration?.privateAddress;
  const label = `network interface ${found.name}`;
  const destination: FlowAddress =
    written === undefined || isUnknown(written)
      ? {
          kind: 'within',
          // A subnet whose prefix nobody knows: an address is never of an empty set.
          addresses: isEmptyAddressSet(placed.addresses) ? PRIVATE_IPV4 : placed.addresses,
          label,
          symbol: written?.symbol ?? privateAddressOf(found.key),
        }
      : { kind: 'exact', ip: written, label };
  const inside: Flow = { ...flow, destination };
  const text = `${formatAddress(flow.destination)} → ${formatAddress(destination)}`;
  return {
    hop: { ...hop, steps: [{ stage: 'public address', text }], flow: inside },
    session: { boxKey: PLATFORM_DNAT, boxName: label, arrived: flow, left: inside },
    next: {
      kind: 'forward',
      to: { at: { kind: 'entering-subnet', subnetKey: placed.subnet.key }, flow: inside },
    },
  };
}

/** The answer of an interface that was called by its public address, with that address again. */
export function withPublicSource(flow: Flow, journey: Journey): Flow {
  const session = journey.sessions.find(
    ({ boxKey, left }: Session) =>
      boxKey === PLATFORM_DNAT &&
      sameAddress(left.destination, flow.source) &&
      sameAddress(left.source, flow.destination),
  );
  return session === undefined ? flow : untranslated(session);
}
