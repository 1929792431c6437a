import type { FactId } from '../../facts/index.ts';
import type { PodClass } from '../../model/index.ts';
import type { DomainName, Port, Protocol } from '../../net/index.ts';
import type { Application, FlowAddress } from '../flow.ts';
import type { Decider, Verdict } from '../verdict.ts';
import type { ClusterRanges, Direction } from './policy.ts';

/** One end of a flow, as policies see it: after Service translation, before the source leaves the cluster. */
export type PolicyEnd =
  | {
      readonly kind: 'pod';
      readonly pod: PodClass;
      /** Absent: the live address, or one of the cluster's pod addresses. */
      readonly address?: FlowAddress;
    }
  | {
      readonly kind: 'address';
      readonly address: FlowAddress;
      /** The name a client in the cluster resolved to get the address. */
      readonly name?: DomainName;
      /**
       * Whether it is a node of the cluster: the one the other end runs on, another one, some node.
       * `no`: neither a node nor a pod, although the address may lie in their ranges (a load balancer's frontend).
       * Absent: told from the address where that can be told.
       */
      readonly isNode?: 'own-node' | 'other-node' | 'some-node' | 'no';
      /** The cluster's own API server. */
      readonly isApiServer?: boolean;
    };

/**
 * How traffic reached the pod. `…-cluster` and `…-local`: through a Service of that external traffic policy
 * (K8P-20); `direct`: addressed to the pod itself or forwarded by another pod.
 */
export type Arrival =
  | 'direct'
  | 'load-balancer-cluster'
  | 'load-balancer-local'
  | 'node-port-cluster'
  | 'node-port-local';

/** May the subject exchange this flow with the peer? One direction only: the peer's own policies are not asked. */
export interface PolicyQuestion {
  readonly direction: Direction;
  readonly subject: PodClass;
  readonly peer: PolicyEnd;
  readonly protocol: Protocol;
  /** Destination port after Service translation (the pod's port). Absent for protocols without ports. */
  readonly port?: Port;
  readonly sourcePort?: Port;
  /** Ingress only; absent: `direct`. */
  readonly arrival?: Arrival;
  /** The client used a Service, so the flow may land on the client itself (K8P-15). */
  readonly throughService?: boolean;
  /** What the connection carries, for Cilium's L7 rules. Absent: only the connection is asked about. */
  readonly application?: Application;
  readonly httpMethod?: string;
  /** The cluster's address ranges; absent: those the policies were parsed with. */
  readonly ranges?: ClusterRanges;
}

export interface PolicyDecision {
  readonly verdict: Verdict;
  /** Titles of the policies that cover the subject in this direction (for sure), in their order of evaluation. */
  readonly isolatedBy: readonly string[];
  /** How the verdict would differ under another engine; absent when it would not, or was not asked for. */
  readonly engineNote?: string;
  /** What known defects of the engine's agents would make of it; the verdict itself is by specification. */
  readonly defects: readonly Defect[];
  /** True when the connection opens and only the request inside is refused (K8P-46). */
  readonly connectionOpens?: boolean;
  /** What a person should know besides: the source is rewritten, HTTP rules decide per request. */
  readonly notes: readonly string[];
  readonly facts: readonly FactId[];
}

/** A defect of some releases that changes the answer. */
export interface Defect {
  readonly verdict: Verdict['kind'];
  readonly what: string;
  readonly fact: FactId;
  readonly by: Decider;
}
