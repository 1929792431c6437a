import type { ContainerPort } from '../../../model/index.ts';
import type { Port, Protocol } from '../../../net/index.ts';
import { anyOf, type Match, NO, unknownMatch, YES } from '../../verdict.ts';
import type { PortTerm } from '../policy.ts';
import { FIRST_PORT, LAST_PORT } from '../protocol-name.ts';
import type { MatchContext } from './match-context.ts';
import { matchRequest } from './match-request.ts';

/**
 * Do the ports of a rule admit the flow's protocol and destination port? Named ports are looked up in the destination
 * pod: the subject on ingress, the peer on egress.
 * @see K8P-07, K8P-08, K8P-45
 */
export function matchPorts(ports: readonly PortTerm[] | 'any', context: MatchContext): Match {
  if (ports === 'any') return YES;
  if (ports.length === 1) return matchPort(ports[0]!, context);
  return anyOf(ports.map((port) => matchPort(port, context)));
}

function matchPort(term: PortTerm, context: MatchContext): Match {
  switch (term.kind) {
    case 'unreadable':
      return { kind: 'unknown', why: [term.why] };
    case 'protocol':
      if (term.protocol !== context.protocol) return NO;
      return term.isPartial ? unknownMatch('the ICMP message type', term.at) : YES;
    case 'range': {
      if (term.protocol !== 'any' && term.protocol !== context.protocol) return NO;
      const match = matchRange(term.low, term.high, context);
      return term.request === undefined ? match : matchRequest(match, term.request, context);
    }
    case 'named': {
      const match = matchNamedPort(term.name, term.protocol, context);
      return term.request === undefined ? match : matchRequest(match, term.request, context);
    }
  }
}

/** A port range admits only protocols that have ports; `any` means TCP, UDP and SCTP (K8P-45). */
export function matchRange(low: Port, high: Port, context: MatchContext): Match {
  if (!hasPorts(context.protocol)) return NO;
  if (low === FIRST_PORT && high === LAST_PORT) return YES;
  if (context.port === undefined) return unknownMatch('the destination port');
  return low <= context.port && context.port <= high ? YES : NO;
}

/** @see K8P-08; K8P-52 Cilium resolves one number for all peers of an egress rule */
export function matchNamedPort(
  name: string,
  protocol: Protocol | 'any',
  context: MatchContext,
): Match {
  if (protocol !== 'any' && protocol !== context.protocol) return NO;
  // `any` is the protocol of the container that declares the name: one with ports.
  if (!hasPorts(context.protocol)) return NO;
  const destination = destinationPorts(context);
  if (destination === 'no-pod') return NO;
  if (destination === 'unknown-pod') return unknownMatch(`the container ports of ${context.label}`);
  if (context.port === undefined) return unknownMatch('the destination port');
  const declared = destination.filter(
    (port) => port.name === name && port.protocol === context.protocol,
  );
  const mayBeWrong =
    context.direction === 'egress' &&
    !context.profile.resolvesPortNamesPerPod &&
    context.hasSeveralNumbers(name, context.protocol);
  if (mayBeWrong) {
    return unknownMatch(`which number Cilium takes for port name \`${name}\` (pods differ)`);
  }
  return declared.some((port) => port.port === context.port) ? YES : NO;
}

function destinationPorts(
  context: MatchContext,
): readonly ContainerPort[] | 'no-pod' | 'unknown-pod' {
  if (context.direction === 'ingress') return context.subject.ports;
  switch (context.peer.kind) {
    case 'pod':
      return context.peer.pod.ports;
    case 'some-pod':
      return 'unknown-pod';
    default:
      return 'no-pod';
  }
}

export function hasPorts(protocol: Protocol): boolean {
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
}
