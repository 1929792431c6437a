import type { PodClass } from '../../../model/index.ts';
import type { DomainName, Port, Protocol } from '../../../net/index.ts';
import type { Application, FlowAddress } from '../../flow.ts';
import type { Match } from '../../verdict.ts';
import type { EngineProfile } from '../engine/engine-profile.ts';
import type { ClusterRanges, Direction, PolicySet } from '../policy.ts';
import type { ResolvedEnd } from './resolved-end.ts';

/** One flow in one direction of one pod, under one engine, with the far end taken for one thing. */
export interface MatchContext {
  readonly set: PolicySet;
  readonly ranges: ClusterRanges;
  readonly profile: EngineProfile;
  readonly direction: Direction;
  readonly subject: PodClass;
  readonly subjectAddress: FlowAddress;
  readonly peer: ResolvedEnd;
  readonly protocol: Protocol;
  readonly port: Port | undefined;
  readonly sourcePort: Port | undefined;
  readonly application: Application | undefined;
  readonly httpMethod: string | undefined;
  /** True while asking what agents with known defects would do. */
  readonly withDefects: boolean;
  /** The flow comes back to the subject through a Service (K8P-15). */
  readonly isHairpin: boolean;
  /** For messages: the far end. */
  readonly label: string;
  /** Do the cluster's pods give this port name more than one number? */
  readonly hasSeveralNumbers: (name: string, protocol: Protocol) => boolean;
  /** Does a `dns` rule of the subject admit the query for this name (K8P-47)? */
  readonly dnsAdmits: (name: DomainName) => Match;
  /** Filled while matching: what L7 rules said. */
  readonly heard: { refused: boolean; perRequest: boolean };
}
