import type { NetworkRule } from '../../model/index.ts';
import {
  type DomainName,
  type PortSet,
  parseDomainName,
  portSetCovers,
  portSetHas,
} from '../../net/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import type { Flow } from '../flow.ts';
import { matchSameAddress } from '../match.ts';
import { allOf, type Match, NO, unknownMatch, YES } from '../verdict.ts';
import type { FirewallContext } from './context.ts';
import { type EffectiveSettings, tierHas } from './effective-settings.ts';
import { matchSources, matchTerms } from './rule-terms.ts';

/**
 * Does a network rule match? Protocol, source, destination and port must all do (AFW-30). Cheapest first.
 * @param flow before SNAT, and not addressed to the firewall itself
 */
export function matchNetworkRule(
  rule: NetworkRule,
  flow: Flow,
  settings: EffectiveSettings,
  context: FirewallContext,
): Match {
  const protocol = matchProtocols(rule.protocols, rule.destinationPorts, flow);
  if (protocol.kind === 'no') return NO;
  const source = matchSources(rule.sources, flow.source, context);
  if (source.kind === 'no') return NO;
  const fqdns = rule.destinationFqdns.map((fqdn) =>
    isUnknown(fqdn)
      ? unknownMatch(fqdn.missing, fqdn.at)
      : matchFqdnDestination(fqdn.text, flow, settings, context),
  );
  const destination = matchTerms(
    rule.destinationAddresses,
    rule.destinationIpGroups,
    flow.destination,
    context,
    fqdns,
  );
  return allOf([protocol, source, destination]);
}

/**
 * Protocol and port together, since what `Any` means hangs on the port.
 * @see AFW-31 `Any`, AFW-32 ICMP
 */
export function matchProtocols(
  protocols: readonly Uncertain<'TCP' | 'UDP' | 'ICMP' | 'Any'>[],
  ports: Uncertain<PortSet>,
  flow: Flow,
): Match {
  let result: Match = NO;
  for (const protocol of protocols) {
    const match = isUnknown(protocol)
      ? allOf([unknownMatch(protocol.missing, protocol.at), matchPort(ports, flow)])
      : matchProtocol(protocol, ports, flow);
    if (match.kind === 'yes') return YES;
    if (match.kind === 'unknown') result = match;
  }
  return result;
}

function matchProtocol(
  protocol: 'TCP' | 'UDP' | 'ICMP' | 'Any',
  ports: Uncertain<PortSet>,
  flow: Flow,
): Match {
  switch (protocol) {
    case 'TCP':
      return flow.protocol === 'tcp' ? matchPort(ports, flow) : NO;
    case 'UDP':
      return flow.protocol === 'udp' ? matchPort(ports, flow) : NO;
    case 'ICMP':
      if (flow.protocol !== 'icmp') return NO;
      if (isUnknown(ports)) return unknownMatch(ports.missing, ports.at);
      return isStar(ports) ? YES : unknownMatch('whether an ICMP rule with a port matches ICMP');
    case 'Any':
      if (flow.protocol === 'tcp' || flow.protocol === 'udp') return matchPort(ports, flow);
      if (isUnknown(ports)) return unknownMatch(ports.missing, ports.at);
      return isStar(ports) ? YES : NO;
  }
}

/** Protocols without ports match any port list here; what they need is decided by the protocol. */
export function matchPort(ports: Uncertain<PortSet>, flow: Flow): Match {
  if (isUnknown(ports)) return unknownMatch(ports.missing, ports.at);
  if (flow.protocol !== 'tcp' && flow.protocol !== 'udp') return YES;
  if (flow.destinationPort !== undefined) return portSetHas(ports, flow.destinationPort) ? YES : NO;
  if (portSetCovers(ports, [1, 65535])) return YES;
  return ports.length === 0 ? NO : unknownMatch('the destination port of the flow');
}

function isStar(ports: PortSet): boolean {
  return ports.length === 2 && ports[0] === 0 && ports[1] === 65535;
}

/**
 * AFW-39: the firewall resolves the name itself and compares addresses. Only a client that asks the same resolver
 * holds an address that the firewall knows (AFW-40). Another name may share an address (AFW-41), also a private one:
 * the firewall's DNS may answer from a private zone.
 */
function matchFqdnDestination(
  text: string,
  flow: Flow,
  settings: EffectiveSettings,
  context: FirewallContext,
): Match {
  const name = parseDomainName(text);
  if (name === undefined) return NO; // a wildcard or no name at all: resolves to nothing
  if (tierHas(settings.tier, 'FQDNs in network rules') === false) {
    return unknownMatch('whether a Basic firewall honours FQDNs in network rules');
  }
  const isAsked = flow.destinationName === name;
  if (isAsked && context.clientResolver === 'through-firewall') return YES;
  const answer = context.resolve?.(name);
  if (answer !== undefined) {
    const same = matchSameAddress(answer, flow.destination);
    if (same.kind !== 'unknown') return same;
  }
  return unknownMatch(doubtOf(name, flow, isAsked, context));
}

function doubtOf(name: DomainName, flow: Flow, isAsked: boolean, context: FirewallContext): string {
  if (isAsked) {
    return context.clientResolver === 'unknown'
      ? `whether the client resolves ${name} through the firewall`
      : `whether the client and the firewall see the same address for ${name}`;
  }
  return flow.destinationName === undefined
    ? `which addresses the firewall sees for ${name}`
    : `whether ${name} and ${flow.destinationName} resolve to the same address`;
}
