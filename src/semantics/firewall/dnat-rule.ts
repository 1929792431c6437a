import type { DnatRule } from '../../model/index.ts';
import { ALL_IPV4, type DomainName, type Ip, parseDomainName } from '../../net/index.ts';
import { findOwner } from '../../network/index.ts';
import { isUnknown, type Unknown } from '../../values/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
import { matchAddresses } from '../match.ts';
import { flowAddressOf } from '../outbound/flow-address.ts';
import { allOf, type Match, NO, unknownMatch, YES } from '../verdict.ts';
import type { FirewallContext } from './context.ts';
import { matchPort } from './network-rule.ts';
import { matchSources } from './rule-terms.ts';

/**
 * Does a DNAT rule match? Source, destination, TCP or UDP, port (AFW-60).
 * @param flow before translation, addressed to the firewall
 */
export function matchDnatRule(rule: DnatRule, flow: Flow, context: FirewallContext): Match {
  const protocol = matchProtocols(rule, flow);
  if (protocol.kind === 'no') return NO;
  const port = matchPort(rule.destinationPorts, flow);
  if (port.kind === 'no') return NO;
  return allOf([
    protocol,
    port,
    matchAddresses(rule.destinationAddresses, flow.destination, context.datasets),
    matchSources(rule.sources, flow.source, context),
    matchResolves(rule, context),
  ]);
}

/** AFW-63: `Any` in a DNAT rule is TCP and UDP. Nothing else has ports to translate. */
function matchProtocols(rule: DnatRule, flow: Flow): Match {
  if (flow.protocol !== 'tcp' && flow.protocol !== 'udp') return NO;
  let result: Match = NO;
  for (const protocol of rule.protocols) {
    if (isUnknown(protocol)) result = unknownMatch(protocol.missing, protocol.at);
    else if (protocol === 'Any' || protocol.toLowerCase() === flow.protocol) return YES;
  }
  return result;
}

/** AFW-64: a name that does not resolve makes the rule not match. */
function matchResolves(rule: DnatRule, context: FirewallContext): Match {
  if (rule.translatedFqdn === undefined || rule.translatedAddress !== undefined) return YES;
  const name = parseDomainName(rule.translatedFqdn);
  if (name === undefined) return NO;
  return context.resolve?.(name) === undefined
    ? unknownMatch(`whether the firewall resolves ${name}`, rule.at)
    : YES;
}

/** Where a DNAT rule sends the flow: every destination port to the one translated port (AFW-62). Source untouched. */
export function translateDestination(rule: DnatRule, flow: Flow, context: FirewallContext): Flow {
  const { destinationPort, destinationName: _asked, ...rest } = flow;
  const port = rule.translatedPort === undefined ? destinationPort : rule.translatedPort;
  const name = rule.translatedFqdn === undefined ? undefined : parseDomainName(rule.translatedFqdn);
  return {
    ...rest,
    destination: translatedAddress(rule, name, context),
    ...(port === undefined || isUnknown(port) ? {} : { destinationPort: port }),
    ...(name === undefined ? {} : { destinationName: name }),
  };
}

function translatedAddress(
  rule: DnatRule,
  name: DomainName | undefined,
  context: FirewallContext,
): FlowAddress {
  const written: Ip | Unknown | undefined = rule.translatedAddress;
  if (written !== undefined && !isUnknown(written)) return { kind: 'exact', ip: written };
  if (name !== undefined) {
    return context.resolve?.(name) ?? { kind: 'within', addresses: ALL_IPV4, label: name };
  }
  const label = `the translated address of ${rule.name}`;
  const symbol = written?.symbol;
  if (symbol === undefined) return { kind: 'within', addresses: ALL_IPV4, label };
  const somewhere: FlowAddress = { kind: 'within', addresses: ALL_IPV4, label, symbol };
  if (context.network === undefined) return somewhere;
  const owner = findOwner(context.network, somewhere).find((found) => found.certainty === 'yes');
  return owner === undefined ? somewhere : flowAddressOf(owner.address);
}
