import { ALL_IPV6 } from '../../net/index.ts';
import { publicAddress } from '../../network/index.ts';
import type { FlowAddress } from '../../semantics/flow.ts';
import {
  clusterInternetOutbound,
  internetOutbound,
  type OutboundChoice,
  type OutboundHow,
} from '../../semantics/outbound/concrete.ts';
import type { HopResult } from '../journey.ts';
import type { Following } from './following.ts';
import { internetExit } from './internet-exit.ts';
import { withPublicSource } from './public-interface.ts';

/** The next hop is the internet: the platform finds a public source address, or drops the flow (azure-networking 4.1). */
export function toInternet(here: Following): HopResult {
  const { at, flow, hop, journey, routed, forward } = here;
  if (journey.direction === 'return') {
    // Answers of inbound flows leave by the address they came in on (azure-networking 4.1.2).
    routed('internet, by the address the request came in on');
    const answer = withPublicSource(flow, journey);
    return {
      hop: { ...hop, flow: answer },
      next: { kind: 'forward', to: { at: { kind: 'internet' }, flow: answer } },
    };
  }
  routed('internet');
  // A firewall has already put its own public address on it.
  if (at.firewallKey !== undefined) return forward({ kind: 'internet' });
  const returnTo = { kind: 'entering-subnet', subnetKey: at.subnetKey } as const;
  return internetExit(hop, flow, choiceOf(here), returnTo);
}

function choiceOf({ at, flow, network, hop }: Following): OutboundChoice {
  if (isIpv6(flow.destination)) return ipv6Choice(hop.name);
  if (at.interfaceKey !== undefined) {
    return internetOutbound(network, at.subnetKey, outboundOf(network, at.interfaceKey));
  }
  if (at.pool !== undefined) {
    const { cluster, placement } = at.pool;
    return clusterInternetOutbound(network, cluster, placement, at.subnetKey);
  }
  if (at.outbound !== undefined) return internetOutbound(network, at.subnetKey, at.outbound);
  const choice = internetOutbound(network, at.subnetKey, {});
  // Without a way of the subnet's own it hangs on an interface that is not in the input.
  return choice.kind === 'none'
    ? internetOutbound(network, at.subnetKey, { nicHasPublicIp: 'unknown' })
    : choice;
}

/** What we believe about outbound methods is about IPv4. Past the firewall in any case: 0.0.0.0/0 holds no IPv6. */
function ipv6Choice(subnet: string): OutboundChoice {
  const missing = `whether, and with which address, ${subnet} sends IPv6 to the internet`;
  return {
    kind: 'unknown',
    source: { kind: 'within', addresses: ALL_IPV6, label: 'an IPv6 address of its own' },
    by: { kind: 'platform', name: 'IPv6' },
    facts: [],
    why: [{ missing }],
  };
}

function isIpv6(address: FlowAddress): boolean {
  return address.kind === 'exact'
    ? address.ip.family === 6
    : address.addresses.v4.length === 0 && address.addresses.v6.length > 0;
}

function outboundOf(network: Following['network'], interfaceKey: string): OutboundHow {
  const { networkInterfaces, publicIps, publicIpPrefixes } = network.perimeter;
  const found = networkInterfaces.get(interfaceKey);
  const reference = found?.ipConfigurations.find(
    ({ publicIp }) => publicIp !== undefined,
  )?.publicIp;
  if (found === undefined || reference === undefined) return {};
  const label = `public address of ${found.name}`;
  const { address } = publicAddress(reference, publicIps, publicIpPrefixes, label);
  return { nicHasPublicIp: true, nicPublicAddress: address, at: found.at };
}
