import type { Protocol } from '../../../net/index.ts';
import type { CalicoPort, PolicySet, Rule } from '../policy.ts';
import { PORTED } from './sight.ts';

/** Where policies cut the ports of each protocol: the first port of a range and the one after its last. */
export function portEndsOf(set: PolicySet): ReadonlyMap<Protocol, ReadonlySet<number>> {
  const ends = new Map<Protocol, Set<number>>(PORTED.map((protocol) => [protocol, new Set()]));
  const add = (protocol: Protocol | 'any', low: number, high: number): void => {
    for (const [one, starts] of ends) {
      if (protocol !== 'any' && protocol !== one) continue;
      starts.add(low).add(high + 1);
    }
  };
  const names = new Set<string>();
  const addCalico = (protocol: Protocol | 'any', ports: readonly CalicoPort[]): void => {
    for (const port of ports) {
      if (port.kind === 'range') add(protocol, port.low, port.high);
      else if (port.kind === 'named') names.add(port.name);
    }
  };
  const addRule = ({ ports, calico }: Rule): void => {
    if (ports !== 'any') {
      for (const port of ports) {
        if (port.kind === 'range') add(port.protocol, port.low, port.high);
        else if (port.kind === 'named') names.add(port.name);
      }
    }
    if (calico === undefined) return;
    for (const end of [calico.source, calico.destination]) {
      addCalico(calico.protocol ?? 'any', [...(end.ports ?? []), ...(end.notPorts ?? [])]);
    }
  };
  for (const { ingress, egress } of set.policies) {
    for (const rule of ingress ?? []) addRule(rule);
    for (const rule of egress ?? []) addRule(rule);
  }
  const hasServices = set.policies.some(({ type }) => type === 'calico');
  for (const { ports } of hasServices ? set.objects.services : []) {
    for (const { targetPort, protocol } of ports) {
      if (typeof targetPort === 'string') names.add(targetPort);
      else add(protocol, targetPort, targetPort);
    }
  }
  if (names.size === 0) return ends;
  for (const { ports } of set.objects.pods) {
    for (const { name, port, protocol } of ports) {
      if (name !== undefined && names.has(name)) add(protocol, port, port);
    }
  }
  return ends;
}
