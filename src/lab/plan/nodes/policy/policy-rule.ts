import type { Place } from '../../../../diagnostics/index.ts';
import type { Labels } from '../../../../model/index.ts';
import type { AddressSet } from '../../../../net/index.ts';
import type { NodeSeat } from '../../node-seat.ts';
import type { PlannedService } from '../plan-services.ts';
import type { SeatedPod } from '../seated-pod.ts';

/** One line of a policy for one node: addresses and ports, nothing left to look up. */
export interface PolicyRule {
  readonly action: 'allow' | 'deny' | 'pass';
  /** Limits the pods it holds for: a port name means other numbers on other pods. Absent: all that the policy selects. */
  readonly near?: AddressSet;
  /** The other end. Absent: anybody. */
  readonly far?: AddressSet;
  /** Absent: every protocol. */
  readonly traffic?: readonly Traffic[];
}

/** A protocol, by name or number, and ports of the destination; absent: all. */
export interface Traffic {
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp' | number;
  readonly ports?: readonly [low: number, high: number];
  readonly sourcePorts?: readonly [low: number, high: number];
  readonly icmpType?: number;
}

export const DIRECTIONS = ['egress', 'ingress'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface CompiledPolicy {
  /** `NetworkPolicy shop/default-deny`. */
  readonly title: string;
  /** `shop/default-deny`: what a log record calls it. */
  readonly name: string;
  readonly at: Place;
  readonly subjects: ReadonlySet<SeatedPod>;
  /** The directions it covers. */
  readonly rules: Readonly<Partial<Record<Direction, readonly PolicyRule[]>>>;
  /** Directions in which what no rule names is denied because of it. */
  readonly isolates: ReadonlySet<Direction>;
  /** What of it the lab cannot do, as phrases. Its pods are then not probed. */
  readonly doubts: readonly string[];
}

/** Policies judged one after the other; the first rule that matches decides, `pass` leaves the tier. */
export interface Tier {
  readonly name: string;
  readonly policies: readonly CompiledPolicy[];
}

/** Everything policies may name, as one node sees it. */
export interface PolicyWorld {
  /** Every pod of the cluster that has an address. */
  readonly pods: readonly SeatedPod[];
  readonly labelsOfNamespace: (name: string) => Labels;
  readonly seats: readonly NodeSeat[];
  /** The node the ruleset is for. */
  readonly here: NodeSeat;
  readonly services: readonly PlannedService[];
  /** Addresses that only pods have: the pod range in overlay. */
  readonly podRange: AddressSet;
  readonly apiServer: AddressSet;
  readonly addressesOfName: (name: string) => AddressSet;
  /** Every public name the lab knows by itself; patterns are tried on them. */
  readonly names: readonly string[];
}

/** Pods that a policy may select or name as peers: those with a network of their own (K8P-17). */
export function ownNetwork({ pod }: SeatedPod): boolean {
  return !pod.hostNetwork;
}
