import { type AddressSet, intersectAddresses } from '../../../../net/index.ts';
import { addressesOfPods, type SeatedPod } from '../seated-pod.ts';
import type { Direction, PolicyRule, Traffic } from './policy-rule.ts';

/** A port entry of a policy: numbers, or the name of a container port. */
export type PortEntry =
  | { readonly kind: 'numbers'; readonly traffic: Traffic }
  | {
      readonly kind: 'name';
      readonly name: string;
      /** Absent: the protocol of the container that declares it. */
      readonly protocol?: 'tcp' | 'udp' | 'sctp';
    };

export interface RuleEnds {
  readonly action: PolicyRule['action'];
  /** Absent: anybody. */
  readonly far?: AddressSet;
}

/**
 * A rule with its port names resolved (K8P-08): on the selected pods for ingress, on the peers for egress. Each number becomes a rule of its
 * own, limited to the pods that mean it. A name nobody declares matches nothing.
 */
export function rulesWithPorts(
  direction: Direction,
  { action, far }: RuleEnds,
  entries: readonly PortEntry[] | undefined,
  subjects: Iterable<SeatedPod>,
  peers: readonly SeatedPod[],
): readonly PolicyRule[] {
  const base = { action, ...(far === undefined ? {} : { far }) };
  if (entries === undefined) return [base];
  const rules: PolicyRule[] = [];
  const traffic = entries.flatMap((entry) => (entry.kind === 'numbers' ? [entry.traffic] : []));
  if (traffic.length > 0) rules.push({ ...base, traffic });
  const destinations = direction === 'ingress' ? [...subjects] : peers;
  for (const entry of entries) {
    if (entry.kind !== 'name') continue;
    for (const { meant, pods } of meanings(entry, destinations)) {
      const having = addressesOfPods(pods);
      rules.push(
        direction === 'ingress'
          ? { ...base, near: having, traffic: [meant] }
          : {
              ...base,
              far: far === undefined ? having : intersectAddresses(far, having),
              traffic: [meant],
            },
      );
    }
  }
  return rules;
}

interface Meaning {
  readonly meant: Traffic;
  readonly pods: readonly SeatedPod[];
}

function meanings(
  { name, protocol }: { readonly name: string; readonly protocol?: string },
  pods: readonly SeatedPod[],
): readonly Meaning[] {
  const found = new Map<string, { readonly meant: Traffic; readonly pods: SeatedPod[] }>();
  for (const seated of pods) {
    for (const port of seated.pod.ports) {
      if (port.name !== name || (protocol !== undefined && port.protocol !== protocol)) continue;
      const known = protocolOf(port.protocol);
      if (known === undefined) continue;
      const key = `${port.protocol} ${port.port}`;
      const meaning = found.get(key);
      if (meaning !== undefined) meaning.pods.push(seated);
      else {
        found.set(key, {
          meant: { protocol: known, ports: [port.port, port.port] },
          pods: [seated],
        });
      }
    }
  }
  return [...found.values()];
}

/** `TCP` as policies write it, or `tcp`. */
export function protocolOf(text: string): 'tcp' | 'udp' | 'sctp' | undefined {
  const lower = text.toLowerCase();
  return lower === 'tcp' || lower === 'udp' || lower === 'sctp' ? lower : undefined;
}
