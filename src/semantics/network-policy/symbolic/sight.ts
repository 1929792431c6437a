import type { FlowRegion } from '../../../flows/index.ts';
import type { PodClass } from '../../../model/index.ts';
import type { Protocol } from '../../../net/index.ts';
import type { FlowAddress } from '../../flow.ts';
import type { ClusterRanges, Direction, PolicySet } from '../policy.ts';
import type { FarEnd } from './far-end.ts';
import type { Engine } from './told-engines.ts';

/** What a rule is held against: one direction of one pod, under one engine, with the other end taken for one thing. */
export interface Sight {
  readonly engine: Engine;
  readonly set: PolicySet;
  readonly ranges: ClusterRanges;
  readonly direction: Direction;
  readonly subject: PodClass;
  readonly subjectAddress: FlowAddress;
  readonly far: FarEnd;
  /** Does this name stand for several numbers in the cluster (K8P-52)? */
  readonly hasSeveralNumbers: (name: string, protocol: Protocol) => boolean;
  /** Names whose lookup the `dns` rules of the pod admit (K8P-47). */
  readonly admittedNames: () => FlowRegion;
  /** Names the question is about: patterns that name sets cannot say are told exactly of these. */
  readonly names: readonly string[];
}

/** Protocols with ports; a port range means all of them where it names none (K8P-45). */
export const PORTED: readonly Protocol[] = ['tcp', 'udp', 'sctp'];
export const UNPORTED: readonly Protocol[] = ['icmp', 'esp', 'ah', 'other'];
